import { type Assembly, assemble } from '../core/assemble.ts';
import type { ResolvedConfig } from '../core/config/types.ts';
import { realClock } from '../core/engine/clock.ts';
import { judge } from '../core/engine/judge.ts';
import type { Monitored } from '../core/engine/monitored.ts';
import { runProbe } from '../core/engine/run-probe.ts';
import { NethealError } from '../core/errors.ts';
import type { PluginServices } from '../core/kernel/host.ts';
import type { CheckOutcome } from '../core/model/types.ts';
import { unknownDevice } from './unknown-device.ts';

/** Plugins that listen or write have no business in a command that only looks. */
const ONLY_FOR_DAEMONS: ReadonlySet<string> = new Set(['dashboard', 'csv-logger', 'history', 'metrics']);

/** Config, plugins and devices for one command, without an engine; `done` ends what the plugins started. */
export type Tool = Readonly<{ assembly: Assembly; devices: readonly Monitored[]; done: () => Promise<void> }>;

/** `look` starts the plugins that look at devices; `list` applies all of them and starts none. */
export async function openTool(config: ResolvedConfig, purpose: 'look' | 'list' = 'look'): Promise<Tool> {
  const stopping = new AbortController();
  const say = (message: string) => process.stderr.write(`${message}\n`);
  const services = (plugin: string, signal: AbortSignal): PluginServices => ({
    log: {
      info: () => undefined,
      warn: (message) => say(`${plugin}: ${message}`),
      error: (message) => say(`${plugin}: ${message}`),
    },
    clock: { now: () => realClock.now(), monoMs: () => realClock.monoMs() },
    snapshot: () => {
      throw new NethealError(
        'NH_NO_DAEMON',
        `plugin ${plugin} asked for the fleet, but nothing is being monitored`,
      );
    },
    signal,
    configDir: config.dir,
    stateDir: config.stateDir,
    notice: (message) => say(`${plugin}: ${message}`),
    http: () => new Response(null, { status: 503 }),
  });
  const assembly = await assemble({
    config:
      purpose === 'list'
        ? config
        : { ...config, plugins: config.plugins.filter(({ name }) => !ONLY_FOR_DAEMONS.has(name)) },
    clock: realClock,
    onFault: ({ what }) => say(what),
    services,
    stopping,
  });
  if (purpose === 'look') await assembly.host.start();
  return {
    assembly,
    devices: assembly.devices,
    done: async () => {
      stopping.abort();
      await assembly.host.stop();
    },
  };
}

/** The devices a command names, all where it names none. */
export function pick<T extends { id: string }>(devices: readonly T[], ids: readonly string[]): T[] {
  if (ids.length === 0) return [...devices];
  return ids.map((id) => {
    const found = devices.find((device) => device.id === id);
    if (found) return found;
    throw unknownDevice(devices, id);
  });
}

/** One check of a device, now, by all its probes. */
export async function checkOnce({ assembly }: Tool, device: Monitored): Promise<CheckOutcome> {
  const at = realClock.now();
  const monoMs = realClock.monoMs();
  const context = { clock: realClock, hooks: assembly.hooks, onHang: () => undefined };
  const results = await Promise.all(
    device.probes.map((probe) => runProbe(context, probe, device.device, device.config.check.packets)),
  );
  device.lastResults = results;
  return judge(device.probes, results, at, monoMs);
}
