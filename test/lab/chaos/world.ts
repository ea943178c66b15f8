import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../lab.ts';
import { type Event, Netheal } from '../netheal.ts';
import { chaosConfig, limits } from './fleet.ts';
import { KernelWatch } from './kernel-watch.ts';
import type { Episode } from './plan.ts';

/** From when to when nobody may heal a device (or, where there is none, any), and why. */
export type Hold = {
  why: 'downtime' | 'paused' | 'acknowledged';
  device: string | null;
  from: number;
  to: number;
};
/** A trouble as it was really made: `from` is before the first thing was done, `to` after the last was undone. */
export type Done = Episode & { from: number; to: number };
/** A time in which netheal did not run. */
export type Absence = Readonly<{ from: number; to: number }>;
/** A command that ran on a device, by its own account: what for, and when. */
export type Run = Readonly<{ at: number; on: string; device: string; strategy: string }>;

/** The operator takes a moment to read. */
const ANSWER_MS = 3_000;

type Release = (at: number) => void;

/** The lab, the netheal that watches it, the kernel's view of both, and a log of what was done to them. */
export class World {
  readonly lab: Lab;
  readonly watch: KernelWatch;
  readonly netheal: Netheal;
  readonly holds: Hold[] = [];
  readonly done: Done[] = [];
  readonly absences: Absence[] = [];
  #earlier: Event[] = [];
  /** While netheal is being restarted, nobody can ask it for anything. */
  #ready: Promise<unknown> = Promise.resolve();
  #operating = true;
  #operator: Promise<unknown> = Promise.resolve();

  constructor(lab: Lab) {
    this.lab = lab;
    this.watch = new KernelWatch(lab);
    this.netheal = new Netheal(lab, chaosConfig(lab));
  }

  async start(): Promise<void> {
    this.watch.start();
    await this.netheal.start();
    this.#operator = this.#operate();
  }

  async stop(): Promise<void> {
    this.#operating = false;
    await this.#operator;
    await this.netheal.stop();
    await this.watch.stop();
  }

  /** Everything that netheal said, over all its restarts. */
  events(): Event[] {
    return [...this.#earlier, ...this.netheal.events()];
  }

  /** kill -9, and a new start on the same state. */
  restart(): Promise<void> {
    const restarting = this.#ready.then(async () => {
      const from = Date.now();
      await this.netheal.kill();
      this.#earlier = this.events();
      await this.netheal.start();
      this.absences.push({ from, to: Date.now() });
    });
    this.#ready = restarting;
    return restarting;
  }

  /** An operator's request, by the API. */
  async ask(path: string, more: object = {}): Promise<void> {
    await this.#ready;
    await this.netheal.api(path, { by: 'chaos', ...more });
  }

  async askAndRelease(path: string, release: Release): Promise<void> {
    const at = Date.now();
    await this.ask(path);
    release(at);
  }

  /** From now on nobody may heal it, until the returned function says when that ended. */
  hold(why: Hold['why'], device: string | null): Release {
    const hold: Hold = { why, device, from: Date.now(), to: Number.POSITIVE_INFINITY };
    this.holds.push(hold);
    return (at) => {
      hold.to = Math.min(hold.to, at);
    };
  }

  /** Acknowledges the next incident of a device as soon as it is told; answers how to take that back, if it came to it. */
  async acknowledgeNext(id: string, signal: AbortSignal): Promise<(() => Promise<void>) | null> {
    const seen = this.events().length;
    const told = (type: string) =>
      this.events().findLast((event, index) => index >= seen && event.type === type && event.device === id);
    while (!told('incident-opened')) {
      if (signal.aborted) return null;
      await sleep(50);
    }
    await this.ask(`/api/devices/${id}/ack`, { reason: 'chaos' });
    const release = this.hold('acknowledged', id);
    return async () => {
      // With its incident an acknowledgement ends by itself.
      const closed = told('incident-closed');
      if (closed) release(Date.parse(closed.at));
      else await this.askAndRelease(`/api/devices/${id}/unack`, release);
    };
  }

  /** What `netheal resume` does: it ends a pause of the fleet, and a stop of all healing. */
  async resumeAll(): Promise<void> {
    const at = Date.now();
    await this.ask('/api/resume');
    for (const hold of this.holds) if (hold.device === null) hold.to = Math.min(hold.to, at);
  }

  /** All commands that ran, by the account that each wrote on the device it ran on. */
  runs(): Run[] {
    return this.lab.devices.flatMap(({ id: on, dir }) => {
      const lines = readLines(`${dir}/srv/heal.log`);
      return lines.map((line) => {
        const [at = '', device = '', strategy = ''] = line.split(' ');
        return { at: Number(at), on, device, strategy };
      });
    });
  }

  /** The share of the fleet that is broken on its own account, in percent, as the kernel sees it now. */
  #brokenPercent(): number {
    const sights = [...this.watch.devices.values()].map(({ changes }) => changes.at(-1)?.sight);
    const broken = sights.filter((sight) => sight && (!sight.link || sight.service !== 'runs'));
    return (100 * broken.length) / sights.length;
  }

  /** The person who lets netheal go on after it has stopped all healing: once most devices are well again. */
  async #operate(): Promise<void> {
    let answered = 0;
    for (; this.#operating; await sleep(200)) {
      const stops = this.events().filter((event) => event.message.startsWith('all healing is stopped'));
      const isNew = stops.length > answered && Date.now() - Date.parse(stops.at(-1)!.at) > ANSWER_MS;
      if (!isNew || this.#brokenPercent() > limits.maxUnhealthyPercent / 2) continue;
      answered = stops.length;
      await this.resumeAll();
    }
  }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(0, -1);
  } catch {
    return [];
  }
}
