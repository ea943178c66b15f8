import { inspect } from 'node:util';
import { messageOf } from '../errors.ts';
import { cleanLine } from '../text.ts';
import type { Account } from './accounts.ts';

/** Something a plugin did wrong; `what` says it in words, naming plugin and hook. */
export type Fault = Readonly<{ plugin: string; hook: string; what: string; timedOut: boolean }>;

export type GuardContext = Readonly<{
  account: Account;
  hook: string;
  timeoutMs: number;
  monoMs: () => number;
  onFault: (fault: Fault) => void;
}>;

/** A tap that holds the event loop longer than this is told of: it delays every probe. */
const BLOCKING_MS = 250;

/** What came of a guarded call. */
export type Guarded<T> = Readonly<{ ok: true; value: T }> | Readonly<{ ok: false; what: string }>;

/**
 * Runs one tap so that nothing it does can harm its neighbours: a throw, a rejection, a hang and a nonsensical answer
 * become faults that are counted and told; nothing is ever thrown.
 * A timer is made only where the tap returns a real promise, so that synchronous taps stay cheap.
 */
export async function guarded<T>(
  context: GuardContext,
  call: () => T | Promise<T>,
  isAnswer: (value: unknown) => boolean,
): Promise<Guarded<T>> {
  const started = context.monoMs();
  if (context.account.disabled !== null) {
    return { ok: false, what: `plugin ${context.account.plugin} is disabled: ${context.account.disabled}` };
  }
  let value: T;
  let makesSense: boolean;
  try {
    const answer = call();
    tellIfBlocking(context, context.monoMs() - started);
    value = isPromise(answer) ? await withDeadline(answer, context.timeoutMs) : answer;
    makesSense = isAnswer(value);
  } catch (thrown) {
    return fault(context, started, thrown === DEADLINE ? null : messageOf(thrown));
  }
  if (!makesSense) return fault(context, started, `answered ${inWords(value)}, which means nothing`);
  context.account.succeeded(context.monoMs() - started);
  return { ok: true, value };
}

/** The same for a synchronous hook: a tap that returns a promise is at fault, and its rejection is caught. */
export function guardedSync(context: GuardContext, call: () => unknown): void {
  if (context.account.disabled !== null) return;
  const started = context.monoMs();
  try {
    const answer = call();
    tellIfBlocking(context, context.monoMs() - started);
    if (isPromise(answer)) {
      answer.then(undefined, (thrown) => fault(context, started, messageOf(thrown)));
      fault(context, started, 'is asynchronous on a synchronous hook');
      return;
    }
  } catch (thrown) {
    fault(context, started, messageOf(thrown));
    return;
  }
  context.account.succeeded(context.monoMs() - started);
}

const DEADLINE = Symbol('deadline');

function withDeadline<T>(promise: PromiseLike<T>, timeoutMs: number): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(DEADLINE), timeoutMs);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (thrown) => {
        clearTimeout(timer);
        reject(thrown);
      },
    );
  });
}

function fault(context: GuardContext, started: number, message: string | null): Guarded<never> {
  const { account, hook, timeoutMs } = context;
  const timedOut = message === null;
  const what = timedOut
    ? `plugin ${account.plugin} did not finish ${hook} within ${timeoutMs} ms`
    : `plugin ${account.plugin} failed in ${hook}: ${cleanLine(message, 300)}`;
  const disabled = account.failed(what, context.monoMs() - started, timedOut);
  context.onFault({ plugin: account.plugin, hook, what, timedOut });
  if (disabled) {
    const told = `plugin ${account.plugin} is disabled after repeated faults`;
    context.onFault({ plugin: account.plugin, hook, what: told, timedOut: false });
  }
  return { ok: false, what };
}

function tellIfBlocking(context: GuardContext, durationMs: number): void {
  if (durationMs < BLOCKING_MS) return;
  const { account, hook } = context;
  const what = `plugin ${account.plugin} blocked everything for ${Math.round(durationMs)} ms in ${hook}`;
  account.errors++;
  account.lastError = what;
  context.onFault({ plugin: account.plugin, hook, what, timedOut: false });
}

/** Never throws: what a plugin answers may be a circle, a BigInt or worse. */
function inWords(value: unknown): string {
  return cleanLine(
    inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, customInspect: false }),
    80,
  );
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
