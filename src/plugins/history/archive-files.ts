import type { DatabaseSync } from 'node:sqlite';
import type { Answer, Ask, QuestionName } from './archive-questions.ts';
import * as care from './care-queries.ts';
import * as checks from './check-queries.ts';
import { isCorruption, openForReading, quarantine } from './database.ts';
import type { Retention } from './retention.ts';
import { RollUp } from './roll-up.ts';
import { openRollups, rollupsOf } from './rollup-database.ts';

type Open = Readonly<{ history: DatabaseSync; rollups: DatabaseSync; rollUp: RollUp }>;

/** What a question came to. `missing`: nothing was recorded yet. `corrupt`: the history itself is broken. */
export type Answered = Readonly<
  { answer: unknown } | { missing: true } | { error: string; corrupt: boolean }
>;

/** What a turn of the upkeep came to. */
export type KeptUp = Readonly<{
  /** There is more to add up. */
  more: boolean;
  /** Where broken roll-ups were put; new ones are made of the checks that are still there. */
  quarantined: string | null;
  error: string | null;
  /** The history itself is broken. */
  corrupt: boolean;
}>;

/** The history, open for reading, and its roll-ups. */
export class Archive {
  readonly #path: string;
  readonly #retention: Retention;
  #open: Open | null = null;

  constructor(path: string, retention: Retention) {
    this.#path = path;
    this.#retention = retention;
  }

  answer<N extends QuestionName>(name: N, ask: Ask<N>, now: number): Answered {
    try {
      const open = this.#files(now);
      if (open === null) return { missing: true };
      return { answer: this.#ask(open, name, ask, now) };
    } catch (thrown) {
      const corrupt = this.#isHistoryCorrupt(thrown);
      this.close();
      return { error: String((thrown as Error).message), corrupt };
    }
  }

  /** Adds up the next piece of what was written, and forgets what is too old. */
  keepUp(now: number): KeptUp {
    try {
      const open = this.#files(now);
      const more = open?.rollUp.piece() ?? false;
      if (!more) open?.rollUp.forget(this.#retention, now);
      return { more, quarantined: null, error: null, corrupt: false };
    } catch (thrown) {
      // Whether it is the history or its roll-ups is seen by looking at each; what is half added up is forgotten.
      const corrupt = this.#isHistoryCorrupt(thrown);
      this.close();
      if (corrupt || !isCorruption(thrown)) {
        return { more: false, quarantined: null, error: String((thrown as Error).message), corrupt };
      }
      return { more: true, quarantined: quarantine(rollupsOf(this.#path), now), error: null, corrupt: false };
    }
  }

  close(): void {
    this.#open?.rollups.close();
    this.#open?.history.close();
    this.#open = null;
  }

  #ask<N extends QuestionName>(open: Open, name: N, ask: Ask<N>, now: number): Answer<N> {
    const { history, rollups, rollUp } = open;
    const archives = {
      history,
      rollups,
      retention: this.#retention,
      deviceNumber: (device: string) => rollUp.deviceNumber(device),
      now: () => now,
    };
    const answers: { [Q in QuestionName]: (ask: Ask<Q>) => Answer<Q> } = {
      series: (given) => checks.series(archives, given),
      days: (given) => checks.days(archives, given),
      report: (given) => checks.report(archives, given),
      incidents: (given) => care.incidents(history, given),
      heals: (given) => care.heals(history, given),
      heal: (given) => care.heal(history, given),
      events: (given) => care.events(history, given),
    };
    // What was written a moment ago belongs to the answer; more than a piece of it is left to the upkeep.
    if (name === 'series' || name === 'days' || name === 'report') rollUp.piece();
    return answers[name](ask);
  }

  #files(now: number): Open | null {
    if (this.#open) return this.#open;
    const history = openForReading(this.#path);
    if (history === null) return null;
    try {
      const rollups = openRollups(rollupsOf(this.#path));
      try {
        this.#open = { history, rollups, rollUp: new RollUp(history, rollups, now) };
      } catch (thrown) {
        rollups.close();
        throw thrown;
      }
    } catch (thrown) {
      history.close();
      throw thrown;
    }
    return this.#open;
  }

  /** Both files speak of corruption in the same words. */
  #isHistoryCorrupt(thrown: unknown): boolean {
    if (!isCorruption(thrown)) return false;
    try {
      const history = openForReading(this.#path);
      try {
        return history?.prepare('PRAGMA quick_check(1)').get()?.quick_check !== 'ok';
      } finally {
        history?.close();
      }
    } catch (again) {
      return isCorruption(again);
    }
  }
}
