import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../lab.ts';
import type { LabDevice } from '../lab-device.ts';
import { searchPath, tryRun } from '../shell.ts';
import { timing } from './fleet.ts';

const LOOK_EVERY_MS = 50;
/** Whoever is held up for so long, half the time that a check has, may hold up an answer too. */
const STANDSTILL_MS = timing.timeoutMs / 2;
/** Rules of the firewall are asked for by a process each time, and only of devices that may have some. */
const RULES_EVERY_MS = 150;

/** What the kernel says of a device at one moment. */
export type Sight = Readonly<{
  /** Its data link has a carrier. */
  link: boolean;
  /** Its firewall drops pings: all, or some. */
  pings: 'answered' | 'dropped' | 'lossy';
  service: 'runs' | 'hangs' | 'gone';
}>;

/** A look that differs from the one before: the change lies between `after` and `at`. */
export type Change = Readonly<{ after: number; at: number; sight: Sight }>;

/** Something its sshd wrote down, with the moment at which it was seen in the log. */
export type SshEntry = Readonly<{ at: number; kind: 'connection' | 'login' | 'session'; text: string }>;

/** What was seen of one device, and of its sshd. */
export type Seen = { changes: Change[]; ssh: SshEntry[] };

const KINDS: readonly (readonly [SshEntry['kind'], RegExp])[] = [
  ['connection', /^Connection from /],
  ['login', /^Accepted \S+ for /],
  ['session', /^Starting session: /],
];

const CLOSED =
  /^(Disconnected from|Connection closed by|Connection reset by|Disconnecting|banner exchange:|ssh_dispatch_run_fatal)/;

/**
 * Looks at the kernel all the time, without a process of its own in the devices and past everything that netheal says:
 * links by sysfs, services by their process, the firewall by nft, logins by each sshd's own log.
 */
export class KernelWatch {
  readonly devices = new Map<string, Seen>();
  /** Whether our own uplink has a carrier, change by change. */
  readonly uplink: { after: number; at: number; up: boolean }[] = [];
  /** Looks that came late: the machine stood still, and what happened meanwhile is not known exactly. */
  readonly gaps: { from: number; to: number }[] = [];
  /** Connections to all sshds that were open at one moment, by their logs: the most there were. */
  mostConnections = 0;
  readonly #open = new Set<string>();
  readonly #lab: Lab;
  /** A process in the monitor's namespace, whose /sys shows the monitor's links. */
  readonly #witness: ChildProcess;
  readonly #rules = new Map<string, Sight['pings']>();
  readonly #logEnds = new Map<string, number>();
  #lookedAt = Date.now();
  #stopped = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(lab: Lab) {
    this.#lab = lab;
    const env = { ...process.env, PATH: searchPath };
    this.#witness = spawn('ip', ['netns', 'exec', lab.monitor, 'sleep', 'infinity'], {
      stdio: 'ignore',
      env,
    });
    for (const { id } of lab.devices) this.devices.set(id, { changes: [], ssh: [] });
  }

  start(): void {
    this.#running = Promise.all([this.#lookAround(), this.#readRules()]);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    this.#witness.kill();
  }

  /** The injector has put a rule into the device's firewall, or is about to: from here on it is asked for. */
  expectRules(device: LabDevice, pings: Sight['pings']): void {
    this.#rules.set(device.id, pings);
  }

  async #lookAround(): Promise<void> {
    for (; !this.#stopped; await sleep(LOOK_EVERY_MS)) {
      const at = Date.now();
      const after = this.#lookedAt;
      if (at - after > STANDSTILL_MS) this.gaps.push({ from: after, to: at });
      const up = isUp(`/proc/${this.#witness.pid}/root/sys/class/net/eth0`);
      if (this.uplink.at(-1)?.up !== up) this.uplink.push({ after, at, up });
      for (const device of this.#lab.devices) this.#look(device, after, at);
      this.#readLogs(at);
      this.#lookedAt = at;
    }
  }

  #look(device: LabDevice, after: number, at: number): void {
    const { changes } = this.devices.get(device.id)!;
    const sight: Sight = {
      link: isUp(`/proc/${device.initPid}/root/sys/class/net/eth0`),
      pings: this.#pings.get(device.id) ?? 'answered',
      service: serviceOf(device),
    };
    const last = changes.at(-1)?.sight;
    if (!last || last.link !== sight.link || last.pings !== sight.pings || last.service !== sight.service) {
      changes.push({ after, at, sight });
    }
  }

  readonly #pings = new Map<string, Sight['pings']>();

  async #readRules(): Promise<void> {
    for (; !this.#stopped; await sleep(RULES_EVERY_MS)) {
      for (const device of this.#lab.devices) {
        const expected = this.#rules.get(device.id);
        if (expected === undefined) continue;
        const { stdout } = await tryRun(['ip', 'netns', 'exec', device.namespace, 'nft', 'list', 'tables']);
        const there = stdout.includes('table inet fault');
        if (!there && this.#pings.get(device.id) === expected) this.#rules.delete(device.id);
        this.#pings.set(device.id, there ? expected : 'answered');
      }
    }
  }

  /** What each sshd wrote down since the last look. */
  #readLogs(at: number): void {
    const opened = new Set<string>();
    const closed = new Set<string>();
    for (const device of this.#lab.devices) {
      for (const line of this.#newLines(device)) {
        const kind = KINDS.find(([, pattern]) => pattern.test(line))?.[0];
        if (kind) this.devices.get(device.id)!.ssh.push({ at, kind, text: line.trim() });
        const port = / port (\d+)/.exec(line)?.[1];
        if (kind === 'connection') opened.add(`${device.id} ${port}`);
        else if (CLOSED.test(line)) closed.add(`${device.id} ${port}`);
      }
    }
    // The logs say nothing of the order between two devices: whatever may have been over before is counted so.
    for (const connection of closed) this.#open.delete(connection);
    for (const connection of opened) if (!closed.has(connection)) this.#open.add(connection);
    this.mostConnections = Math.max(this.mostConnections, this.#open.size);
  }

  #newLines(device: LabDevice): string[] {
    const file = `${device.dir}/sshd.log`;
    const start = this.#logEnds.get(device.id) ?? 0;
    if (statSync(file).size <= start) return [];
    const text = readFileSync(file).subarray(start).toString();
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    this.#logEnds.set(device.id, start + Buffer.byteLength(whole));
    return whole.split('\n');
  }
}

function isUp(folder: string): boolean {
  return read(`${folder}/operstate`).trim() === 'up';
}

/** It listens before it writes its pid down, and whoever stops it takes that away. */
function serviceOf(device: LabDevice): Sight['service'] {
  const pid = read(`${device.dir}/srv/svc/pid`).trim();
  const stat = pid === '' ? '' : read(`/proc/${device.initPid}/root/proc/${pid}/stat`);
  const state = stat.charAt(stat.lastIndexOf(')') + 2);
  return state === '' || state === 'Z' ? 'gone' : state === 'T' ? 'hangs' : 'runs';
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // A process or an interface that is gone at this moment.
    return '';
  }
}
