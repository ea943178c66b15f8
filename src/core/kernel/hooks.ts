import {
  AsyncParallelHook,
  AsyncSeriesBailHook,
  AsyncSeriesHook,
  AsyncSeriesWaterfallHook,
  SyncHook,
} from 'tapable';
import { NethealError } from '../errors.ts';
import type {
  Device,
  HealAttempt,
  HealOutcome,
  HookName,
  Incident,
  PluginHooks,
  ProbeRequest,
  ProbeResult,
  Sample,
  Skip,
  StatusChange,
  TapOptions,
  Veto,
} from '../plugin.ts';
import type { Account } from './accounts.ts';
import { type Fault, type GuardContext, guarded, guardedSync } from './guard.ts';
import { isProbeResult } from './probe-result.ts';

/** The engine's side of the hooks: only the engine fires them. Frozen, so that nobody adds or swaps one. */
export type Hooks = ReturnType<typeof createHooks>;

export function createHooks() {
  return Object.freeze({
    beforePing: new AsyncSeriesBailHook<[ProbeRequest], Skip | ProbeResult | undefined>(['request']),
    afterPing: new AsyncSeriesWaterfallHook<[ProbeResult, ProbeRequest]>(['result', 'request']),
    onSample: new SyncHook<[Sample]>(['sample']),
    onStatusChange: new AsyncParallelHook<[StatusChange]>(['change']),
    onThresholdReached: new AsyncParallelHook<[Incident, Device]>(['incident', 'device']),
    beforeHeal: new AsyncSeriesBailHook<[HealAttempt], Veto | undefined>(['attempt']),
    afterHeal: new AsyncParallelHook<[HealAttempt, HealOutcome]>(['attempt', 'outcome']),
    start: new AsyncSeriesHook<[]>([]),
    ready: new AsyncParallelHook<[]>([]),
  });
}

/** What a hook does with a tap's answer; its tapable kind is beside it in `createHooks`. */
type Rule = Readonly<{
  timeoutMs: number;
  isAnswer: (value: unknown) => boolean;
  /** What a tap that failed has answered. Default: nothing. */
  onFailure?: (what: string, plugin: string) => unknown;
}>;

const anything = () => true;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
const isSkip = (value: unknown) => isObject(value) && typeof value.skip === 'string';
const isVeto = (value: unknown) =>
  isObject(value) &&
  typeof value.veto === 'string' &&
  typeof value.gate === 'string' &&
  (value.waitMs === undefined || Number.isFinite(value.waitMs));

/** The two around a probe are on its way and must be quick; a check waits for them. */
const RULES: Readonly<Record<HookName, Rule>> = {
  beforePing: {
    timeoutMs: 1_000,
    isAnswer: (value) => value === undefined || isSkip(value) || isProbeResult(value),
  },
  afterPing: { timeoutMs: 1_000, isAnswer: (value) => value === undefined || isProbeResult(value) },
  onSample: { timeoutMs: 0, isAnswer: anything },
  onStatusChange: { timeoutMs: 5_000, isAnswer: anything },
  onThresholdReached: { timeoutMs: 5_000, isAnswer: anything },
  beforeHeal: {
    timeoutMs: 5_000,
    isAnswer: (value) => value === undefined || isVeto(value),
    // No guard, no heal: a guardrail that cannot answer must not be read as "go ahead".
    onFailure: (what, plugin): Veto => ({ veto: what, gate: plugin }),
  },
  afterHeal: { timeoutMs: 5_000, isAnswer: anything },
  start: { timeoutMs: 10_000, isAnswer: anything },
  ready: { timeoutMs: 5_000, isAnswer: anything },
};

/** Observers whose answer is of no interest, whatever they return. */
const OBSERVERS: ReadonlySet<HookName> = new Set([
  'onStatusChange',
  'onThresholdReached',
  'afterHeal',
  'start',
  'ready',
]);

/** A person may override a gate by its name; every plugin's, and without the plugin's help. */
function isForced(answer: unknown, [attempt]: unknown[]): boolean {
  return isVeto(answer) && (attempt as HealAttempt).force.includes((answer as Veto).gate);
}

/** Names of all gates that said theirs when they tapped. */
export function gateNames(hooks: Hooks): string[] {
  const taps = hooks.beforeHeal.taps as readonly { gate?: string; name: string }[];
  return [...new Set(taps.map((tap) => tap.gate ?? tap.name))];
}

export type TapContext = Readonly<{
  account: Account;
  monoMs: () => number;
  onFault: (fault: Fault) => void;
  /** Told of a failed `start` tap, which stops or disables its plugin; `again` runs it once more. */
  onStartFailed: (what: string, again: () => Promise<unknown>) => void;
}>;

/** A plugin's side of the hooks: it can tap, each tap guarded and counted, and never fire. */
export function tappableHooks(hooks: Hooks, context: TapContext): PluginHooks {
  const facade = Object.fromEntries(
    (Object.keys(hooks) as HookName[]).map((name) => [name, tappable(hooks, name, context)]),
  );
  return Object.freeze(facade) as PluginHooks;
}

type AnyTap = (...args: unknown[]) => unknown;

function tappable(hooks: Hooks, name: HookName, context: TapContext) {
  const tap = (first: string | AnyTap, second?: AnyTap | TapOptions) => {
    const fn = typeof first === 'function' ? first : second;
    if (typeof fn !== 'function') {
      throw new NethealError(
        'NH_PLUGIN_INVALID',
        `plugin ${context.account.plugin} tapped ${name} without a function`,
      );
    }
    const options = typeof first === 'function' && typeof second === 'object' ? second : {};
    addTap(hooks, name, context, fn as AnyTap, options);
  };
  return Object.freeze({ tap, tapPromise: tap });
}

function addTap(hooks: Hooks, name: HookName, context: TapContext, fn: AnyTap, options: TapOptions): void {
  const rule = RULES[name];
  const { account } = context;
  account.hooks.add(name);
  const guard: GuardContext = {
    account,
    hook: name,
    timeoutMs: options.timeoutMs ?? rule.timeoutMs,
    monoMs: context.monoMs,
    onFault: context.onFault,
  };
  const tapInfo = {
    name: account.plugin,
    stage: options.stage ?? 0,
    ...(options.before === undefined ? {} : { before: options.before }),
    ...(options.gate === undefined ? {} : { gate: options.gate }),
  };
  if (name === 'onSample') {
    hooks.onSample.tap(tapInfo, (sample) => guardedSync(guard, () => fn(sample)));
    return;
  }
  const run = async (...args: unknown[]): Promise<unknown> => {
    const result = await guarded(guard, () => fn(...args), rule.isAnswer);
    if (!result.ok && name === 'start') context.onStartFailed(result.what, run);
    const answer = result.ok ? result.value : rule.onFailure?.(result.what, account.plugin);
    if (OBSERVERS.has(name)) return undefined;
    return name === 'beforeHeal' && isForced(answer, args) ? undefined : answer;
  };
  // One signature for all asynchronous kinds; the types of arguments are fixed by `HookSignatures`.
  (hooks[name] as unknown as AsyncParallelHook<unknown[]>).tapPromise(tapInfo, run as () => Promise<void>);
}
