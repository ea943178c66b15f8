import type { Fault } from '../kernel/guard.ts';
import type { Store } from '../store.ts';

/** A plugin that fails with every check must not flood the log: the same fault is told once in this time. */
const QUIET_MS = 60_000;

/** Tells faults of plugins as events, each plugin and hook at most once a minute, with how many were left out. */
export class FaultTeller {
  readonly #store: Store;
  readonly #monoMs: () => number;
  readonly #told = new Map<string, { at: number; leftOut: number }>();

  constructor(store: Store, monoMs: () => number) {
    this.#store = store;
    this.#monoMs = monoMs;
  }

  tell({ plugin, hook, what, timedOut }: Fault): void {
    const key = `${plugin} ${hook} ${timedOut}`;
    const last = this.#told.get(key);
    const now = this.#monoMs();
    if (last && now - last.at < QUIET_MS && !what.endsWith('repeated faults')) {
      last.leftOut++;
      return;
    }
    this.#told.set(key, { at: now, leftOut: 0 });
    const more = last && last.leftOut > 0 ? ` (and ${last.leftOut} times more since)` : '';
    this.#store.addEvent({ type: 'plugin-fault', level: 'bad', plugin, message: `${what}${more}` });
    this.#store.pluginsChanged();
  }
}
