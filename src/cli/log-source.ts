import { existsSync, readFileSync } from 'node:fs';
import { select } from '../core/api/select.ts';
import type { DeviceView, Snapshot, Source } from '../core/api/types.ts';
import type { DeviceConfig, ResolvedConfig } from '../core/config/types.ts';
import { Monitored } from '../core/engine/monitored.ts';
import { type SampleRing, SampleStore } from '../core/engine/samples.ts';
import { deviceView } from '../core/engine/view.ts';
import { parseLogRow } from '../core/replay/log-row.ts';
import { csvLogOf } from './log-files.ts';

/** How much of a large log is read, from its end. */
const READ_BYTES = 64 * 1024 * 1024;
const SAMPLES_SHOWN = 64;
const NOBODY = { monoMs: 0, incident: undefined, rootCause: null };

/** A picture that stands still: the last word of the CSV log on each device. It shows and does nothing. */
export function logSource(config: ResolvedConfig): Source {
  const rows = readRows(config);
  const samples = new SampleStore(SAMPLES_SHOWN);
  const devices = config.devices.map((device) =>
    viewOf(device, rows.get(device.address) ?? [], samples.ring()),
  );
  const picture: Snapshot = {
    seq: 0,
    at: Date.now(),
    monitor: {
      version: '',
      pid: 0,
      startedAt: 0,
      configFile: config.file,
      demo: false,
      healing: 'off',
      paused: null,
      selfOffline: false,
      engine: 'none',
      healingStopped: null,
    },
    devices,
    incidents: [],
    heals: [],
    events: [],
    plugins: [],
  };
  return {
    snapshot: () => picture,
    select: (query) => select(devices, query),
    glances: () => devices,
    device: (id) => devices.find((device) => device.id === id) ?? null,
    subscribe: () => () => undefined,
    act: async () => ({
      ok: false,
      code: 'NH_NO_DAEMON',
      message: 'no netheal is running: start one with `netheal run`',
    }),
    samples: async (id) => {
      const device = config.devices.find((known) => known.id === id);
      return (device ? (rows.get(device.address) ?? []) : []).slice(-600);
    },
    connection: () => ({
      state: 'stale',
      since: Math.max(0, ...devices.map(({ lastCheckAt }) => lastCheckAt ?? 0)),
    }),
    inProcess: false,
    close: async () => undefined,
  };
}

type Row = Readonly<{ at: number; ok: boolean; rttMs: number | null }>;

function readRows(config: ResolvedConfig): Map<string, Row[]> {
  const path = csvLogOf(config);
  const rows = new Map<string, Row[]>();
  if (!existsSync(path)) return rows;
  const bytes = readFileSync(path);
  for (const line of bytes
    .subarray(Math.max(0, bytes.length - READ_BYTES))
    .toString('utf8')
    .split('\n')) {
    const row = parseLogRow(line);
    if (!row) continue;
    const known = rows.get(row.address);
    if (known) known.push(row);
    else rows.set(row.address, [row]);
  }
  return rows;
}

function viewOf(config: DeviceConfig, rows: readonly Row[], samples: SampleRing): DeviceView {
  const device = new Monitored({
    config,
    probes: [],
    strategies: [],
    at: rows[0]?.at ?? 0,
    monoMs: 0,
    samples,
  });
  for (const { at, ok, rttMs } of rows.slice(-SAMPLES_SHOWN)) device.samples.add(at, rttMs, ok);
  for (const { ok, rttMs } of rows) device.stats.countCheck(ok, rttMs);
  const last = rows.at(-1);
  const online = rows.filter(({ ok }) => ok).length;
  const view = deviceView(device, NOBODY);
  if (!last) return view;
  return {
    ...view,
    reachability: last.ok ? 'up' : 'down',
    hardness: 'hard',
    since: last.at,
    lastCheckAt: last.at,
    rttMs: last.rttMs,
    // The log has one row a check, so the share of good rows is the best guess at the share of good time.
    stats: { ...view.stats, uptimePercent: (100 * online) / rows.length },
  };
}
