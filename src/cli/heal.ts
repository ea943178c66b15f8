import { setTimeout } from 'node:timers/promises';
import type { Action, ActionResult, Source } from '../core/api/types.ts';
import type { ResolvedConfig } from '../core/config/types.ts';
import type { Engine } from '../core/engine/engine.ts';
import type { Monitored } from '../core/engine/monitored.ts';
import { startMonitor } from '../core/monitor.ts';
import { attachIfRunning } from './attach.ts';
import { currentUser, EXIT, type GlobalOptions, load, print } from './context.ts';
import { withoutDashboard } from './run-mode.ts';
import { pick } from './tool.ts';

export type HealOptions = GlobalOptions & Readonly<{ dryRun?: boolean; force?: string }>;

/** How long the last lines of a transcript are waited for. */
const LAST_LINES_MS = 1_000;
const LOOK_AGAIN_MS = 20;

/** `netheal heal DEVICE`: one heal by hand, with the live transcript; by the daemon where one runs. */
export async function heal(id: string, options: HealOptions): Promise<number> {
  const config = await load(options);
  pick(config.devices, [id]);
  const running = await attachIfRunning(config);
  if (running) {
    try {
      return await ask(running, id, options);
    } finally {
      await running.close();
    }
  }
  return alone(config, id, options);
}

/** No daemon runs: the engine runs here for the one device, as long as it takes. */
async function alone(config: ResolvedConfig, id: string, options: HealOptions): Promise<number> {
  const quiet = withoutDashboard(config, false);
  const monitor = await startMonitor({
    config: { ...quiet, plugins: quiet.plugins.filter(({ name }) => name !== 'csv-logger') },
    // `observe` and `off` are for healing by itself; a person who asks for a heal means it.
    healing: 'act',
    automatic: false,
  });
  try {
    // The gates need a verdict on the device, on its parents, and on everybody else for the blast radius.
    await Promise.all([...monitor.engine.fleet.all()].map((device) => confirm(monitor.engine, device)));
    return await ask(monitor.source, id, options);
  } finally {
    await monitor.stop(0);
  }
}

/** Checks until there is a verdict. What says nothing (our own uplink is gone) is not asked for ever. */
async function confirm(engine: Engine, device: Monitored): Promise<void> {
  const atMost = 2 * device.config.check.failureThreshold;
  for (let checks = 1; checks <= atMost; checks++) {
    await engine.checkNow(device.id);
    if (device.state.hardness === 'hard' || device.state.consecutiveFailures === 0) return;
  }
}

async function ask(source: Source, id: string, options: HealOptions): Promise<number> {
  const by = currentUser();
  const force =
    options.force
      ?.split(',')
      .map((gate) => gate.trim())
      .filter(Boolean) ?? [];
  const action: Action = options.dryRun
    ? { type: 'dry-run', device: id, by }
    : { type: 'heal', device: id, by, force };
  const end = options.dryRun ? async () => undefined : printTranscript(source, id, options);
  const result = await source.act(action);
  await end(result);
  report(result, options);
  if (result.ok) return EXIT.ok;
  return result.gate === undefined ? EXIT.failed : EXIT.refused;
}

/** Prints the lines of the device's newest heal as they come. */
function printTranscript(
  source: Source,
  id: string,
  options: GlobalOptions,
): (result: ActionResult) => Promise<void> {
  const printed = new Map<string, number>();
  for (const { id: heal, transcript } of source.snapshot().heals) printed.set(heal, transcript.length);
  const show = () => {
    for (const view of source.snapshot().heals) {
      if (view.device !== id) continue;
      const from = printed.get(view.id) ?? 0;
      for (const { kind, text } of view.transcript.slice(from)) {
        if (options.json) print(JSON.stringify({ heal: view.id, kind, text }));
        else print(`${PREFIX[kind]} ${text}`);
      }
      printed.set(view.id, view.transcript.length);
    }
  };
  const unsubscribe = source.subscribe(show);
  return async (result) => {
    // The answer of a daemon may come before the last lines do.
    const isWhole = () => {
      const views = source.snapshot().heals.filter(({ device }) => device === id);
      const told = result.ok && result.heal ? views.filter((view) => view.id === result.heal) : views;
      return (told.length > 0 || !result.ok) && told.every(({ phase }) => phase === 'done');
    };
    const endMonoMs = performance.now() + LAST_LINES_MS;
    while (!isWhole() && performance.now() < endMonoMs) await setTimeout(LOOK_AGAIN_MS);
    show();
    unsubscribe();
  };
}

const PREFIX = { info: '·', command: '$', output: ' ', error: '!', verdict: '=' } as const;

function report(result: ActionResult, options: GlobalOptions): void {
  if (options.json) {
    print(JSON.stringify(result));
    return;
  }
  if (result.ok && result.plan) {
    const { plan, gates = [] } = result;
    print(
      `plan ${plan.hash}: "${plan.strategy}", attempt ${plan.attempt}/${plan.maxAttempts}, risk ${plan.risk}, approval ${plan.approval}`,
    );
    for (const step of plan.steps) {
      print(`  on ${step.target} by ${step.kind}:`);
      for (const text of step.lines) print(`    ${text}`);
    }
    print('gates:');
    for (const { gate, ok, reason } of gates)
      print(`  ${ok ? 'ok  ' : 'STOP'} ${gate}${reason ? `: ${reason}` : ''}`);
  }
  (result.ok ? process.stdout : process.stderr).write(`${result.message}\n`);
}
