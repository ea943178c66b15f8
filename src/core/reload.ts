import type { ActionResult, MonitorView } from './api/types.ts';
import type { Assembly } from './assemble.ts';
import type { ResolvedConfig } from './config/types.ts';
import type { Engine } from './engine/engine.ts';
import { messageOf, NethealError } from './errors.ts';
import type { Store } from './store.ts';

/** Reads the config again, and how it wants healing to be. @throws NethealError with the place of a mistake */
export type Reread = () => Promise<Readonly<{ config: ResolvedConfig; healing: MonitorView['healing'] }>>;

type Running = Readonly<{
  /** What netheal was started with. */
  config: ResolvedConfig;
  assembly: Assembly;
  engine: Engine;
  store: Store;
  reread: Reread | undefined;
}>;

/**
 * Log files are reopened (after rotation) and another config is taken up: devices and downtimes at once, plugins and state
 * directory at the next start. A bad one is told, and the old one stays.
 */
export async function reload(running: Running, by: string): Promise<ActionResult> {
  const { assembly, engine, store, reread } = running;
  try {
    for (const { value } of assembly.registry.sinks.all()) await value.reopen?.();
    if (!reread)
      return { ok: true, message: 'log files are reopened; there is no config file to read again' };
    const { config, healing } = await reread();
    const refusal = await engine.reload(assembly.prepare(config), config.downtimes, healing);
    if (refusal !== null) return notReloaded(store, 'NH_NOT_ALLOWED', refusal, 'warn');
    const message = `config reloaded by ${by}: ${engine.fleet.size} device(s)${laterNote(running.config, config)}`;
    store.addEvent({ type: 'config-reloaded', level: 'info', message });
    return { ok: true, message };
  } catch (thrown) {
    const code = thrown instanceof NethealError ? thrown.code : 'NH_CONFIG_INVALID';
    return notReloaded(store, code, messageOf(thrown), 'bad');
  }
}

function notReloaded(store: Store, code: string, why: string, level: 'warn' | 'bad'): ActionResult {
  for (const line of why.split('\n')) {
    store.addEvent({ type: 'notice', level, message: `the config is not reloaded: ${line}` });
  }
  return { ok: false, code, message: `the config is not reloaded: ${why}` };
}

/** What a reload cannot change. */
function laterNote(before: ResolvedConfig, after: ResolvedConfig): string {
  const fixed = ({ plugins, healing, monitoring, stateDir }: ResolvedConfig) =>
    JSON.stringify([plugins, healing, monitoring.witnesses, stateDir]);
  if (fixed(before) === fixed(after)) return '';
  return '; changes of plugins, healing limits, witnesses and stateDir take effect at the next start';
}
