import { resolveConfig } from '../core/config/resolve.ts';
import { type Monitor, startMonitor } from '../core/monitor.ts';
import type { FaultKind } from '../demo/devices.ts';
import { Outages } from '../demo/outages.ts';
import { canListenOn, startPlayground } from '../demo/playground.ts';
import type { GlobalOptions } from './context.ts';
import { runForeground } from './run.ts';
import { settings, showMonitor, type TuiOptions } from './tui-show.ts';

const DASHBOARD_PORT = 5000;

const SAYS: Readonly<Record<FaultKind, string>> = {
  'service-stopped': 'its service stops',
  'service-hung': 'its service hangs',
  'link-down': 'its uplink goes down, and all behind it with it',
};

/** `netheal demo`: breaks something every so often and heals it over SSH, before your eyes. */
export async function demo(options: GlobalOptions & Pick<TuiOptions, 'readOnly' | 'plain'>): Promise<number> {
  const own = await settings(process.env);
  const dashboardPort = (await canListenOn('127.0.0.1', DASHBOARD_PORT)) ? DASHBOARD_PORT : 0;
  const playground = await startPlayground(dashboardPort);
  let outages: Outages | null = null;
  try {
    const config = await resolveConfig(playground.config, {
      file: null,
      dir: playground.dir,
      env: process.env,
      locate: () => 'demo',
    });
    const onStarted = (monitor: Monitor) => {
      outages = new Outages(playground.devices, ({ spec }, fault) => {
        monitor.engine.notice(`demo: breaking ${spec.label}: ${SAYS[fault]}`, 'info', spec.id);
      });
      outages.start();
    };
    const lines = options.plain || options.json || !process.stdin.isTTY || !process.stdout.isTTY;
    if (lines) {
      return await runForeground(
        config,
        { ...options, heal: true, dashboard: true },
        { demo: true, onStarted },
      );
    }
    const monitor = await startMonitor({ config, healing: 'act', demo: true });
    onStarted(monitor);
    return await showMonitor(monitor, options, own);
  } finally {
    (outages as Outages | null)?.stop();
    await playground.stop();
  }
}
