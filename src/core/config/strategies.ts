import { type NamedDevice, type NamedFleet, unknownDevice } from './name-devices.ts';
import { withSecrets } from './plugin-list.ts';
import type { ParsedConfig, ParsedDevice, ParsedStrategy } from './schema.ts';
import type { Scope } from './scope.ts';
import { unknownDialect } from './ssh-access.ts';
import type { ConfigPath, StepConfig, StrategyConfig } from './types.ts';

/** Kinds of steps that come with netheal: where one of these keys stands, it names the kind. */
const KNOWN_KINDS = ['ssh', 'ssh-shell', 'local', 'http', 'wake-on-lan', 'wait'];
/** The core's own keys of a step. */
const CORE_KEYS = ['on', 'timeout'];

/** The strategies of every device that has none of its own: one list that they share. */
export function resolveFleetStrategies(
  { healing }: ParsedConfig,
  named: NamedFleet,
  scope: Scope,
): readonly StrategyConfig[] {
  return (healing?.strategies ?? []).map((strategy, at) =>
    resolveStrategy(strategy, at, ['healing', 'strategies', at], named, scope),
  );
}

/** What stands under `heal` of a device. A list of commands is a ladder of one rung. */
export function resolveStrategies(
  own: NonNullable<ParsedDevice['heal']>,
  { index }: NamedDevice,
  named: NamedFleet,
  { devices, defaults }: ParsedConfig,
  scope: Scope,
): readonly StrategyConfig[] {
  const path: ConfigPath =
    devices[index]?.heal === undefined && defaults?.heal ? ['defaults', 'heal'] : ['devices', index, 'heal'];
  const commands = own.filter((item) => typeof item === 'string');
  if (commands.length === own.length) {
    if (commands.length === 0) return [];
    return [{ name: 'commands', when: {}, steps: [{ kind: 'ssh', spec: { ssh: commands }, path }] }];
  }
  return own.flatMap((item, at) => {
    if (typeof item !== 'string') return [resolveStrategy(item, at, [...path, at], named, scope)];
    scope.problems.add(
      [...path, at],
      'commands and strategies may not be mixed: write it as { steps: [{ ssh: [...] }] }',
    );
    return [];
  });
}

function resolveStrategy(
  strategy: ParsedStrategy,
  at: number,
  path: ConfigPath,
  named: NamedFleet,
  scope: Scope,
): StrategyConfig {
  const { when = {}, settle, risk, approval } = strategy;
  for (const dialect of [when.dialect ?? []].flat())
    if (!scope.dialects.includes(dialect))
      scope.problems.add([...path, 'when', 'dialect'], unknownDialect(dialect, scope.dialects));
  return {
    name: strategy.name ?? `strategy ${at + 1}`,
    when: {
      ...(when.attempt !== undefined && { attempt: [when.attempt].flat() }),
      ...(when.failure !== undefined && { failure: [when.failure].flat() }),
      ...(when.tags && { tags: when.tags }),
      ...(when.dialect !== undefined && { dialect: [when.dialect].flat() }),
      ...(when.text !== undefined && { text: when.text }),
    },
    steps: strategy.steps.flatMap((step, n) => resolveStep(step, [...path, 'steps', n], named, scope)),
    ...(settle !== undefined && { settleMs: settle }),
    ...(risk && { risk }),
    ...(approval && { approval }),
  };
}

function resolveStep(
  step: ParsedStrategy['steps'][number],
  path: ConfigPath,
  named: NamedFleet,
  scope: Scope,
): StepConfig[] {
  const { on, timeout, ...spec } = step;
  const keys = Object.keys(spec).filter((key) => !CORE_KEYS.includes(key));
  const kind = KNOWN_KINDS.find((known) => known in spec) ?? keys[0];
  if (kind === undefined) {
    scope.problems.add(path, `a step needs a kind: ${KNOWN_KINDS.join(', ')}`);
    return [];
  }
  if (on !== undefined && !named.byId.has(on))
    scope.problems.add([...path, 'on'], unknownDevice(on, named.byId.keys()));
  return [
    {
      kind,
      spec: withSecrets(spec, path, scope) as typeof spec,
      path,
      ...(on === undefined ? {} : { on }),
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    },
  ];
}
