import { EventEmitter } from 'node:events';
import type { Session } from '../../../src/plugins/ssh-healer/connect.ts';
import { chooseDialect } from '../../../src/plugins/ssh-healer/recognise.ts';
import { runShellStep } from '../../../src/plugins/ssh-healer/shell-step.ts';
import type { Case } from './corpus.ts';
import { type DeviceData, FakeDevice, type Out } from './fake-device.ts';
import { accessTo, sshHealer, device as target } from './harness.ts';

/** Cuts bytes into pieces and says how long each is on its way. */
export type Chop = (bytes: Buffer) => readonly Readonly<{ bytes: Buffer; afterMs: number }>[];
export const whole: Chop = (bytes) => [{ bytes, afterMs: 0 }];

/** Pieces of 1 to 40 bytes, most at once, some a little later; the same for the same seed. */
export function randomly(seed: number): Chop {
  let state = seed >>> 0;
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return (bytes) => {
    const pieces: { bytes: Buffer; afterMs: number }[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = 1 + Math.floor(next() ** 2 * 40);
      pieces.push({
        bytes: bytes.subarray(at, at + length),
        afterMs: next() < 0.8 ? 0 : Math.floor(next() * 25),
      });
      at += length;
    }
    return pieces;
  };
}

/** A shell channel of a device in this process; what it says comes in pieces, in order. */
export class FakeChannel extends EventEmitter {
  readonly device: FakeDevice;
  readonly stderr = { resume: () => {} };
  readonly #chop: Chop;
  #last: Promise<void> = Promise.resolve();
  #closed = false;
  /** Pieces that are still on their way. */
  #underway = 0;
  /** What was typed before the device had finished speaking. */
  readonly early: string[] = [];

  constructor(data: DeviceData, chop: Chop) {
    super();
    this.#chop = chop;
    this.device = new FakeDevice(data, (out) => this.#send(out));
  }

  write(text: string): boolean {
    if (this.#underway > 0) this.early.push(text);
    this.device.input(text);
    return true;
  }
  pause(): void {}
  resume(): void {}
  close(): void {
    this.#end();
  }

  #send(out: Out): void {
    const pieces = 'bytes' in out ? this.#chop(out.bytes) : [];
    this.#later(out.afterMs, () => {});
    for (const { bytes, afterMs } of pieces) this.#later(afterMs, () => this.emit('data', bytes));
    if ('end' in out) this.#later(0, () => this.#end());
  }

  #later(ms: number, action: () => void): void {
    this.#underway++;
    this.#last = this.#last.then(async () => {
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
      this.#underway--;
      if (!this.#closed) action();
    });
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.emit('close');
  }
}

export type Conversation = Readonly<{
  result: Awaited<ReturnType<typeof runShellStep>>;
  lines: readonly string[];
  device: FakeDevice;
  early: readonly string[];
}>;

/** Holds one conversation of the corpus without a network: the step as it runs, over a channel made here. */
export async function converse(one: Case, chop: Chop): Promise<Conversation> {
  const access = accessTo(22, { ...one.access, dialect: one.dialect });
  const channel = new FakeChannel(one.device, chop);
  const ident = `SSH-2.0-${one.ident}`;
  const session = {
    access,
    ident,
    lost: () => null,
    shell: (_terminal: unknown, callback: (error: undefined, opened: FakeChannel) => void) => {
      callback(undefined, channel);
      channel.device.start();
    },
  } as unknown as Session;
  const forced = one.kind === 'ssh-shell';
  const choice = chooseDialect(access, ident, forced);
  const lines: string[] = [];
  const healer = sshHealer(forced ? 'ssh-shell' : 'ssh');
  const request = {
    spec: healer.spec.parse(one.step) as never,
    device: target,
    target,
    ssh: access,
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    transcript: {
      write: (kind: string, text: string) => void lines.push(`${kind}: ${text}`),
      mask: () => {},
    },
  };
  if (choice.by === 'shell') lines.push(`info: ${choice.how}`);
  const result = await runShellStep(request, session, choice.by === 'shell' ? choice.dialect : null, {
    refusedExec: choice.by === 'exec',
    remainingMs: () => 60_000,
  });
  return { result, lines, device: channel.device, early: channel.early };
}
