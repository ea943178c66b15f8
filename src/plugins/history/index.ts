import { join, resolve } from 'node:path';
import { definePlugin, durationMs, messageOf, type PluginApi, type SinkRecord, z } from 'netheal/plugin';
import { isCorruption, quarantine } from './database.ts';
import { HistoryWriter } from './writer.ts';

const DEFAULT_RETAIN_MS = 90 * 86_400_000;

/** Keeps every check, event and heal in an SQLite database, for reports. */
export default definePlugin({
  name: 'history',
  apiVersion: 1,
  options: z.strictObject({
    path: z
      .string()
      .min(1)
      .optional()
      .describe('The database; relative to the config file. Default: history.db in the state directory.'),
    retain: durationMs.default(DEFAULT_RETAIN_MS).describe('How long it is kept; default 90d.'),
  }),
  apply(api, { path, retain }) {
    const file = path === undefined ? join(api.stateDir, 'history.db') : resolve(api.configDir, path);
    const history = new History(api, file, retain);
    api.sink({
      name: 'history',
      write: (batch) => history.write(batch),
      close: () => history.close(),
    });
  },
});

/** Opens the database when it is first written to, and again after whatever went wrong. */
class History {
  readonly #api: PluginApi;
  readonly #path: string;
  readonly #retainMs: number;
  #writer: HistoryWriter | null = null;

  constructor(api: PluginApi, path: string, retainMs: number) {
    this.#api = api;
    this.#path = path;
    this.#retainMs = retainMs;
  }

  /** @throws where the disk is full or the folder cannot be written: the queue then tries the batch again */
  async write(batch: readonly SinkRecord[]): Promise<void> {
    try {
      this.#write(batch);
    } catch (thrown) {
      await this.close();
      if (!isCorruption(thrown)) throw new Error(`${this.#path}: ${messageOf(thrown)}`, { cause: thrown });
      const kept = quarantine(this.#path, this.#api.clock.now());
      this.#api.notice(`the history was corrupt and begins anew; the old one is kept as ${kept}`, 'warn');
      this.#write(batch);
    }
  }

  async close(): Promise<void> {
    const writer = this.#writer;
    this.#writer = null;
    await writer?.close();
  }

  #write(batch: readonly SinkRecord[]): void {
    this.#writer ??= new HistoryWriter(this.#path, this.#retainMs, this.#api.clock.now);
    this.#writer.write(batch);
  }
}
