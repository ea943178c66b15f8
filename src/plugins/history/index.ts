import { join, resolve } from 'node:path';
import { definePlugin, durationMs, messageOf, type PluginApi, type SinkRecord, z } from 'netheal/plugin';
import { ArchiveThread } from './archive-thread.ts';
import { isCorruption, quarantine } from './database.ts';
import type { Retention } from './retention.ts';
import { addRoutes } from './routes.ts';
import { HistoryWriter } from './writer.ts';

const DAY_MS = 86_400_000;
/** A report of a month is made of every check. */
const DEFAULT_RAW_MS = 35 * DAY_MS;
const DEFAULT_MINUTES_MS = 7 * DAY_MS;
const DEFAULT_RETAIN_MS = 90 * DAY_MS;

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
    retain: durationMs
      .default(DEFAULT_RETAIN_MS)
      .describe('How long events, heals and checks added up by the hour are kept; default 90d.'),
    raw: durationMs
      .default(DEFAULT_RAW_MS)
      .describe(
        'How long every check is kept, for reports and replays; default 35d, and never longer than `retain`.',
      ),
    minutes: durationMs
      .default(DEFAULT_MINUTES_MS)
      .describe(
        'How long checks added up by the minute are kept; default 7d, and never longer than `retain`.',
      ),
  }),
  apply(api, { path, retain, raw, minutes }) {
    const file = path === undefined ? join(api.stateDir, 'history.db') : resolve(api.configDir, path);
    const retention = {
      rawMs: Math.min(raw, retain),
      minutesMs: Math.min(minutes, retain),
      retainMs: retain,
    };
    const history = new History(api, file, retention);
    addRoutes(api, history.archive);
    api.sink({
      name: 'history',
      write: (batch) => history.write(batch),
      close: () => history.close(),
    });
  },
});

/** Opens the database when it is first written to, and again after whatever went wrong. */
class History {
  readonly archive: ArchiveThread;
  readonly #api: PluginApi;
  readonly #path: string;
  readonly #retention: Retention;
  #writer: HistoryWriter | null = null;
  /** The thread has read what cannot be: the next batch goes into a new database. */
  #isCorrupt = false;

  constructor(api: PluginApi, path: string, retention: Retention) {
    this.#api = api;
    this.#path = path;
    this.#retention = retention;
    this.archive = new ArchiveThread({ path, retention }, api.clock.now, {
      corrupt: () => {
        this.#isCorrupt = true;
      },
      quarantined: (kept) =>
        api.notice(
          `the roll-ups of the history were corrupt and are made anew; the old ones are kept as ${kept}`,
          'warn',
        ),
      failed: (error) => api.notice(`the checks of the history cannot be added up: ${error}`, 'warn'),
    });
  }

  /** @throws where the disk is full or the folder cannot be written: the queue then tries the batch again */
  async write(batch: readonly SinkRecord[]): Promise<void> {
    if (this.#isCorrupt) await this.#beginAnew();
    try {
      this.#write(batch);
    } catch (thrown) {
      await this.close();
      if (!isCorruption(thrown)) throw new Error(`${this.#path}: ${messageOf(thrown)}`, { cause: thrown });
      await this.#beginAnew();
      this.#write(batch);
    }
    this.archive.wrote();
  }

  async close(): Promise<void> {
    const writer = this.#writer;
    this.#writer = null;
    // The thread first: the last one to close a database moves its log into it.
    await this.archive.close();
    await writer?.close();
  }

  async #beginAnew(): Promise<void> {
    await this.close();
    this.#isCorrupt = false;
    const kept = quarantine(this.#path, this.#api.clock.now());
    this.#api.notice(`the history was corrupt and begins anew; the old one is kept as ${kept}`, 'warn');
  }

  #write(batch: readonly SinkRecord[]): void {
    this.#writer ??= new HistoryWriter(this.#path, this.#retention, this.#api.clock.now);
    this.#writer.write(batch);
  }
}
