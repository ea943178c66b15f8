/** Which remedy fits a failure, and how long to wait for the next. Pure. */
import type { Failure, FailureKind, StrategyCondition } from './types.ts';

/** What a strategy's condition is held against. */
export type HealSituation = Readonly<{
  /** Number of the attempt that would run, from 1. */
  attempt: number;
  failure: Failure;
  /** Tags of the failed device. */
  tags: Readonly<Record<string, string>>;
  /** Dialect of its `ssh`; null where it has no access of its own. */
  dialect: string | null;
}>;

/** However many attempts there are, nobody waits longer than a day for the next (unless told to from the start). */
const LONGEST_BACKOFF_MS = 24 * 60 * 60 * 1000;

/** The first strategy whose condition holds, or null: then the machine knows no remedy. */
export function chooseStrategy<S extends Readonly<{ when: StrategyCondition }>>(
  strategies: readonly S[],
  situation: HealSituation,
): S | null {
  return strategies.find((strategy) => applies(strategy.when, situation)) ?? null;
}

/** A device that answers, only not well enough, is touched by nothing but a strategy that is for exactly that. */
const OF_DEGRADED: ReadonlySet<string> = new Set<FailureKind>(['loss', 'rtt']);

/** Whether a strategy says that it is for devices that answer, only not well enough. */
export function isForDegraded({ when }: Readonly<{ when: StrategyCondition }>): boolean {
  return when.failure?.some((word) => OF_DEGRADED.has(word)) ?? false;
}

/** Whether a failure is one of a device that answers. */
export function isOfDegraded({ kind }: Pick<Failure, 'kind'>): boolean {
  return OF_DEGRADED.has(kind);
}

/** Every field that is given must match; an empty condition holds for every device that is down. */
function applies(when: StrategyCondition, { attempt, failure, tags, dialect }: HealSituation): boolean {
  if (isOfDegraded(failure) && !when.failure?.includes(failure.kind)) return false;
  if (when.attempt !== undefined && !when.attempt.includes(attempt)) return false;
  if (when.failure !== undefined && !when.failure.some((word) => matchesFailure(word, failure))) return false;
  if (when.tags !== undefined && !Object.entries(when.tags).every(([key, value]) => tags[key] === value)) {
    return false;
  }
  if (when.dialect !== undefined && (dialect === null || !when.dialect.includes(dialect))) return false;
  return when.text === undefined || failure.message.toLowerCase().includes(when.text.toLowerCase());
}

/** A word of `when.failure`: a failure kind, `probe:<name>` or `exit:<code>`. */
function matchesFailure(word: string, failure: Failure): boolean {
  if (word.startsWith('probe:')) return failure.probe === word.slice('probe:'.length);
  if (word.startsWith('exit:')) return String(failure.exitCode) === word.slice('exit:'.length);
  return failure.kind === word;
}

/**
 * Milliseconds to wait after `attemptsDone` attempts before the next: none before the first, the configured wait after
 * one, twice that after two, and so on. Counted from the end of verification.
 */
export function waitBeforeNext(waitBetweenAttemptsMs: number, attemptsDone: number): number {
  if (attemptsDone <= 0) return 0;
  const longest = Math.max(waitBetweenAttemptsMs, LONGEST_BACKOFF_MS);
  // Beyond 31 doublings even a millisecond is past the limit, and 0 ms x infinity would be no number at all.
  const doublings = Math.min(attemptsDone - 1, 31);
  return Math.min(waitBetweenAttemptsMs * 2 ** doublings, longest);
}
