import type { DeviceView } from '../core/api/types.ts';
import { attach } from './attach.ts';
import { EXIT, type GlobalOptions, load, print } from './context.ts';

/** `netheal status`: what the daemon knows. Exit 0 where all devices are up. */
export async function status(options: GlobalOptions): Promise<number> {
  const source = await attach(await load(options));
  try {
    const { devices, monitor } = source.snapshot();
    if (options.json) print(JSON.stringify({ monitor, devices }));
    else {
      if (monitor.selfOffline) print('! our own uplink is down: no verdicts');
      if (monitor.paused) print(`! all healing is paused by ${monitor.paused.by}`);
      if (monitor.healingStopped) print(`! all healing is stopped: ${monitor.healingStopped}`);
      for (const device of devices) {
        if (!options.quiet || !isWell(device)) print(line(device));
      }
    }
    return devices.every(isWell) ? EXIT.ok : EXIT.failed;
  } finally {
    await source.close();
  }
}

function isWell({ reachability }: DeviceView): boolean {
  return reachability === 'up' || reachability === 'degraded';
}

function line(device: DeviceView): string {
  const { label, address, reachability, rttMs, stats, healing, failure, rootCause } = device;
  const parts = [`${GLYPHS[reachability]} ${reachability.padEnd(11)} ${label} (${address})`];
  if (rttMs !== null && isWell(device)) parts.push(`${rttMs.toFixed(1)} ms`);
  if (stats.uptimePercent !== null) parts.push(`up ${stats.uptimePercent.toFixed(2)} %`);
  if (failure && !isWell(device)) parts.push(`${failure.probe}: ${failure.message}`);
  if (rootCause) parts.push(`behind ${rootCause}`);
  if (healing.phase !== 'idle') parts.push(`${healing.phase} (${healing.attempts}/${healing.maxAttempts})`);
  if (healing.reason) parts.push(healing.reason);
  return parts.join('  ');
}

const GLYPHS: Readonly<Record<DeviceView['reachability'], string>> = {
  up: '●',
  degraded: '◐',
  down: '✖',
  unreachable: '◌',
  unknown: '?',
};
