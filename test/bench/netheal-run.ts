import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BIN, type Fleet } from './fleet.ts';
import type { Observed } from './observer-plugin.ts';

/** The plugin that answers `observed()`; belongs into the fleet's `plugins`. */
export const OBSERVER = fileURLToPath(new URL('./observer-plugin.ts', import.meta.url));

/** One event of `netheal run --json`, as far as the benchmarks read it. */
export type RunEvent = Readonly<{ at: number; type: string; device?: string; to?: string; message: string }>;

const SENT_BY = /pings are sent by (.*?):/;

/** A `netheal run --json` in a process of its own. */
export class NethealRun {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #dir: string;
  readonly #ended: Promise<unknown>;
  #sentBy: string | null = null;
  #csvOffset = 0;
  #rows = 0;

  constructor({ config, dir }: Fleet, onEvent: (event: RunEvent) => void = () => undefined) {
    this.#child = spawn(process.execPath, [`${BIN}netheal.js`, 'run', '--no-heal', '--json', '-c', config], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.pid = this.#child.pid!;
    this.#dir = dir;
    this.#ended = once(this.#child, 'exit');
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      const event = JSON.parse(line);
      this.#sentBy ??= SENT_BY.exec(event.message)?.[1] ?? null;
      onEvent({ ...event, at: Date.parse(event.at) });
    });
  }

  /** The ping engine that it chose. */
  get sentBy(): string {
    return this.#sentBy ?? 'unknown';
  }

  /** Checks with a verdict so far: what stands in the CSV log. */
  rows(): number {
    let file: number;
    try {
      file = openSync(join(this.#dir, 'logs/uptime.csv'), 'r');
    } catch {
      return 0;
    }
    const chunk = Buffer.allocUnsafe(1 << 20);
    for (let bytes = 1; bytes > 0; this.#csvOffset += bytes) {
      bytes = readSync(file, chunk, 0, chunk.length, this.#csvOffset);
      for (let i = 0; i < bytes; i++) if (chunk[i] === 10) this.#rows++;
    }
    closeSync(file);
    return this.#rows;
  }

  /** Waits for the first row of the log; answers after how many milliseconds it was there. */
  async firstRow(): Promise<number> {
    const started = performance.now();
    // The header is a row too.
    while (this.rows() < 2) {
      if (this.#child.exitCode !== null) throw new Error(`netheal run ended with ${this.#child.exitCode}`);
      await sleep(50);
    }
    return performance.now() - started;
  }

  /** What the observer saw since it was last asked. */
  observed(): Promise<Observed> {
    return new Promise((resolve, reject) => {
      const socketPath = join(this.#dir, 'state/netheal.sock');
      const headers = { host: 'localhost' };
      request({ socketPath, path: '/api/plugins/bench/figures', headers }, async (response) => {
        response.setEncoding('utf8');
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve(JSON.parse(text));
      })
        .on('error', reject)
        .end();
    });
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#ended;
  }
}
