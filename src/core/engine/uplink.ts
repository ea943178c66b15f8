import { readFileSync } from 'node:fs';
import type { Clock } from './clock.ts';

const WATCH_INTERVAL_MS = 5_000;
const OFFLINE_INTERVAL_MS = 1_000;
/** A verdict this fresh is not asked for again: many devices may fail in the same moment. */
const FRESH_MS = 250;

/** Looks at one witness; `null` where our own side could not even ask. */
export type AskWitness = (address: string) => Promise<boolean | null>;

type UplinkOptions = Readonly<{
  clock: Clock;
  witnesses: readonly string[];
  ask: AskWitness;
  /** Used where there are no witnesses: does any device of the fleet answer? `null` = cannot be told. */
  askFleet: () => Promise<boolean | null>;
  onChange: (offline: boolean, why: string) => void;
}>;

/**
 * Knows whether the monitor itself is cut off. All witnesses silent means that nothing may be said about anybody.
 * Asked before every hard verdict, and every few seconds where witnesses are configured.
 */
export class Uplink {
  readonly #options: UplinkOptions;
  #witnesses: readonly string[];
  #offline = false;
  #backAtMonoMs = Number.NEGATIVE_INFINITY;
  #asking: Promise<boolean> | null = null;
  #askedAtMonoMs = Number.NEGATIVE_INFINITY;
  #timer: unknown = null;
  #stopped = false;

  constructor(options: UplinkOptions) {
    this.#options = options;
    this.#witnesses = options.witnesses;
  }

  get offline(): boolean {
    return this.#offline;
  }

  /** Whether it was, at any time since then: what was sent then may have been lost on our own side. */
  wasOfflineSince(monoMs: number): boolean {
    return this.#offline || this.#backAtMonoMs >= monoMs;
  }

  start(): void {
    if (this.#witnesses.length > 0) this.#watch();
  }

  /** Takes an address as a witness where none is configured, once it has answered. */
  async adopt(address: string): Promise<void> {
    if (this.#witnesses.length > 0 || (await this.#options.ask(address)) !== true || this.#stopped) return;
    this.#witnesses = [address];
    this.#watch();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
  }

  /** Asks the witnesses now; true = we are cut off. One question at a time, shared by all who ask. */
  confirm(): Promise<boolean> {
    if (this.#options.clock.monoMs() - this.#askedAtMonoMs < FRESH_MS) return Promise.resolve(this.#offline);
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #ask(): Promise<boolean> {
    let heard = await this.#hear();
    // One lost packet must not silence the whole monitor.
    if (heard === false && !this.#offline) heard = await this.#hear();
    this.#askedAtMonoMs = this.#options.clock.monoMs();
    // Where nothing could be asked, nothing is known: the state stays as it is.
    if (heard !== null) this.#become(!heard);
    return this.#offline;
  }

  /** Did anybody answer? `null`: our own side could not even ask. */
  async #hear(): Promise<boolean | null> {
    const { ask, askFleet } = this.#options;
    const witnesses = this.#witnesses;
    if (witnesses.length === 0) return askFleet();
    const answers = await Promise.all(witnesses.map(ask));
    if (answers.includes(true)) return true;
    return answers.includes(false) ? false : null;
  }

  #become(offline: boolean): void {
    if (offline === this.#offline || this.#stopped) return;
    this.#offline = offline;
    if (!offline) this.#backAtMonoMs = this.#options.clock.monoMs();
    const { onChange } = this.#options;
    const witnesses = this.#witnesses;
    const who = witnesses.length > 0 ? `witnesses ${witnesses.join(', ')}` : 'devices of this fleet';
    onChange(
      offline,
      offline
        ? `none of the ${who} answers: assuming that our own uplink is down`
        : `the ${who} answer again`,
    );
    // Without witnesses nobody asks regularly; while offline somebody must.
    if (offline) this.#watch();
  }

  #watch(): void {
    if (this.#timer !== null) this.#options.clock.clearTimer(this.#timer);
    const delayMs = this.#offline ? OFFLINE_INTERVAL_MS : WATCH_INTERVAL_MS;
    this.#timer = this.#options.clock.setTimer(async () => {
      this.#timer = null;
      await this.confirm();
      if (!this.#stopped && (this.#offline || this.#witnesses.length > 0)) this.#watch();
    }, delayMs);
  }
}

/** Address of the default gateway by the kernel's IPv4 routing table, or null. */
export function defaultGateway(routeTable = '/proc/net/route'): string | null {
  let text: string;
  try {
    text = readFileSync(routeTable, 'utf8');
  } catch {
    return null;
  }
  for (const line of text.split('\n').slice(1)) {
    const [, destination, gateway, , , , , mask] = line.trim().split(/\s+/);
    if (destination !== '00000000' || mask !== '00000000' || !gateway || gateway === '00000000') continue;
    // Little-endian hexadecimal: 0101A8C0 is 192.168.1.1.
    return gateway
      .match(/../g)!
      .reverse()
      .map((byte) => Number.parseInt(byte, 16))
      .join('.');
  }
  return null;
}
