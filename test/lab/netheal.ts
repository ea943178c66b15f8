import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Lab } from './lab.ts';
import { type Output, searchPath, tryRun } from './shell.ts';

const bin = fileURLToPath(new URL('../../bin/netheal.js', import.meta.url));

/** One line of `netheal run --json`. */
export type Event = Readonly<{
  seq: number;
  at: string;
  type: string;
  message: string;
  device?: string;
  outcome?: string;
  gate?: string;
  from?: string;
  to?: string;
  heal?: string;
  incident?: string;
}>;

/** A folder with a config, and the netheal processes that are run on it in the lab's monitor namespace. */
export class Netheal {
  readonly dir: string;
  readonly configFile: string;
  readonly #lab: Lab;
  #child: ChildProcess | null = null;
  #stderr = '';
  #seen: Event[] = [];
  #wake: () => void = () => {};

  constructor(lab: Lab, config: object, fileName = '.nethealrc.json') {
    this.#lab = lab;
    this.dir = lab.makeDir('run');
    this.configFile = `${this.dir}/${fileName}`;
    writeFileSync(this.configFile, JSON.stringify(config, null, 2), { mode: 0o600 });
  }

  /** Starts the daemon and waits until its API answers. May be called again after it has ended. */
  async start(...args: string[]): Promise<this> {
    this.#seen = [];
    this.#stderr = '';
    const child = spawn('ip', this.#argv('run', '--json', '-c', this.configFile, ...args).slice(1), {
      cwd: this.dir,
      env: { PATH: searchPath },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr.on('data', (chunk) => {
      this.#stderr += chunk;
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#seen.push(JSON.parse(line));
      this.#wake();
    });
    child.once('exit', () => this.#wake());
    await this.until('the API answers', () => this.api('/readyz').then(ok, no), 20_000);
    return this;
  }

  /** Runs another command of netheal on the same config, to its end. */
  command(...args: string[]): Promise<Output> {
    return tryRun(this.#argv(...args, '-c', this.configFile));
  }

  /** Nothing of the tester's own may help: no agent, no home with keys, no config from elsewhere. */
  #argv(...args: string[]): string[] {
    const environment = ['env', '-i', `PATH=${searchPath}`, `HOME=${this.dir}`, 'LANG=C.UTF-8', 'TZ=UTC'];
    return ['ip', 'netns', 'exec', this.#lab.monitor, ...environment, process.execPath, bin, ...args];
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('netheal was not started');
    return this.#child.pid;
  }

  /** All events since `start`, or those of one type (and device). */
  events(type?: string, device?: string): Event[] {
    return this.#seen.filter(
      (event) =>
        (type === undefined || event.type === type) && (device === undefined || event.device === device),
    );
  }

  /** The first event, past or to come, for which `wanted` holds. */
  async event(wanted: (event: Event) => boolean, timeoutMs: number): Promise<Event> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const found = this.#seen.find(wanted);
      if (found) return found;
      const left = end - Date.now();
      if (left <= 0) throw this.#failure(`no event with ${wanted} in ${timeoutMs} ms`);
      if (!this.#child || hasEnded(this.#child)) throw this.#failure('netheal ended');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** The first event of a type about a device. */
  eventOf(type: string, device: string | undefined, timeoutMs: number): Promise<Event> {
    return this.event((event) => event.type === type && event.device === device, timeoutMs).catch(() => {
      throw this.#failure(`no ${type} of ${device ?? 'the monitor'} in ${timeoutMs} ms`);
    });
  }

  /** Waits for a condition that no event tells. */
  async until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void> {
    for (const end = Date.now() + timeoutMs; !(await holds()); await pause(50)) {
      if (Date.now() > end) throw this.#failure(`not in ${timeoutMs} ms: ${what}`);
      if (this.#child && hasEnded(this.#child)) throw this.#failure(`netheal ended before ${what}`);
    }
  }

  #failure(what: string): Error {
    const told = this.#seen.map((event) => `${event.at} ${event.type} ${event.message}`).join('\n');
    return new Error(`${what}; told so far:\n${told}\nstderr:\n${this.#stderr.slice(-2_000)}`);
  }

  /** A JSON answer of the API on the daemon's Unix socket; with a body it is a POST. */
  api<T = unknown>(path: string, body?: object): Promise<T> {
    return new Promise((resolve, reject) => {
      const socketPath = `${this.dir}/state/netheal.sock`;
      const posted =
        body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' } };
      request({ socketPath, path, timeout: 5_000, ...posted }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => {
          if (response.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`${path}: ${response.statusCode} ${text}`));
        });
      })
        .on('error', reject)
        .end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** The device's row of `GET /api/status`. */
  async status(id: string): Promise<StatusRow> {
    const { devices } = await this.api<{ devices: StatusRow[] }>('/api/status');
    return devices.find((device) => device.id === id) as StatusRow;
  }

  /** The device's row of `GET /api/stats`. */
  async stats(id: string): Promise<StatsRow> {
    const { devices } = await this.api<{ devices: StatsRow[] }>('/api/stats');
    return devices.find((device) => device.id === id) as StatsRow;
  }

  csv(file = 'uptime.csv'): CsvRow[] {
    return readCsv(`${this.dir}/${file}`);
  }

  /** SIGTERM; returns the exit code. */
  stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === null) return null;
    if (!hasEnded(child)) {
      child.kill(signal);
      await once(child, 'close'); // and not 'exit': what it said last is still on its way then
    }
    return child.exitCode;
  }
}

export type StatusRow = Readonly<{
  id: string;
  status: string;
  consecutive_failures: number;
  healing_attempts: number;
  state: { reachability: string; hardness: string; healing: string };
}>;
export type StatsRow = Readonly<{
  id: string;
  uptime_percentage: number;
  total_checks: number;
  online_checks: number;
}>;
export type CsvRow = Readonly<{
  timestamp: string;
  ip: string;
  label: string;
  status: string;
  responseTime: string;
}>;

/** The rows of the CSV log; throws where a row is torn or the header is not the promised one. */
export function readCsv(file: string): CsvRow[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  if (text === '') return []; // created a moment ago: the header comes with the first batch
  const [header, ...lines] = text.split(/\r?\n/);
  if (header !== 'timestamp,ip,label,status,response_time_ms') throw new Error(`${file}: header ${header}`);
  if (lines.pop() !== '') throw new Error(`${file}: the last row is torn`);
  return lines.map((line) => {
    const fields = line.split(',');
    if (fields.length !== 5) throw new Error(`${file}: ${line}`);
    const [timestamp = '', ip = '', label = '', status = '', responseTime = ''] = fields;
    return { timestamp, ip, label, status, responseTime };
  });
}

const ok = () => true;
const no = () => false;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;
