import type { PluginView } from '../api/types.ts';

/** A plugin is disabled after this many faults in a row, in any of its taps. */
const FAULTS_TO_DISABLE = 20;
/** How many durations the percentile is taken from. */
const WINDOW = 128;

/** What a plugin's taps did: calls, faults and time. */
export class Account {
  readonly plugin: string;
  readonly hooks = new Set<string>();
  calls = 0;
  errors = 0;
  timeouts = 0;
  lastError: string | null = null;
  disabled: string | null = null;
  #faultsInARow = 0;
  readonly #durationsMs = new Float64Array(WINDOW);

  constructor(plugin: string) {
    this.plugin = plugin;
  }

  succeeded(durationMs: number): void {
    this.#durationsMs[this.calls++ % WINDOW] = durationMs;
    this.#faultsInARow = 0;
  }

  /** Counts a fault; true when it is the one that disables the plugin. */
  failed(message: string, durationMs: number, timedOut: boolean): boolean {
    this.#durationsMs[this.calls++ % WINDOW] = durationMs;
    if (timedOut) this.timeouts++;
    else this.errors++;
    this.lastError = message;
    if (++this.#faultsInARow < FAULTS_TO_DISABLE || this.disabled !== null) return false;
    this.disabled = `${FAULTS_TO_DISABLE} faults in a row, the last: ${message}`;
    return true;
  }

  view(): PluginView {
    const recent = this.#durationsMs.slice(0, Math.min(this.calls, WINDOW)).sort();
    return {
      name: this.plugin,
      state: this.disabled !== null ? 'disabled' : this.#faultsInARow > 0 ? 'faulty' : 'ok',
      hooks: [...this.hooks],
      calls: this.calls,
      errors: this.errors,
      timeouts: this.timeouts,
      p95Ms: recent.length === 0 ? 0 : recent[Math.floor((recent.length - 1) * 0.95)]!,
      lastError: this.disabled ?? this.lastError,
    };
  }
}
