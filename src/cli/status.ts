import type { DeviceQuery, DeviceView, FleetCounts, MonitorView } from '../core/api/types.ts';
import type { ResolvedConfig } from '../core/config/types.ts';
import type { ShownState } from '../core/model/shown-state.ts';
import { ask } from './ask.ts';
import { EXIT, type GlobalOptions, load, print } from './context.ts';
import { detailLines, fleetLine, isWell, statusLine } from './status-text.ts';
import { unknownDevice } from './unknown-device.ts';

export type StatusOptions = GlobalOptions &
  Readonly<{ state?: ShownState; group?: string; search?: string; problems?: boolean; summary?: boolean }>;

type Summary = Readonly<{
  monitor: MonitorView;
  fleet: FleetCounts;
  openIncidents: number;
  waitingApprovals: number;
}>;

/** So many devices are asked for at a time: the views of a large fleet are tens of megabytes. */
const PAGE = 1_000;

/** `netheal status [DEVICE...]`: what the daemon knows. Exit 0 where all that it speaks of are up. */
export async function status(ids: readonly string[], options: StatusOptions): Promise<number> {
  const config = await load(options);
  const summary = (await ask<Summary>(config, '/api/summary'))!;
  const { monitor, fleet } = summary;
  if (!options.json) for (const line of warnings(monitor)) print(line);
  if (options.summary) {
    print(options.json ? JSON.stringify(summary) : fleetLine(fleet, summary));
    const { up, degraded } = fleet.states;
    return up + degraded === fleet.total ? EXIT.ok : EXIT.failed;
  }

  const shown: DeviceView[] = [];
  let allWell = true;
  for await (const devices of ids.length > 0 ? named(config, ids) : matching(config, options)) {
    allWell &&= devices.every(isWell);
    const told = options.quiet ? devices.filter((device) => !isWell(device)) : devices;
    if (options.json) shown.push(...told);
    else for (const device of told) tell(device, ids.length > 0);
  }
  if (options.json) print(JSON.stringify({ monitor, devices: shown }));
  return allWell ? EXIT.ok : EXIT.failed;
}

function tell(device: DeviceView, inDetail: boolean): void {
  print(statusLine(device));
  if (inDetail) for (const line of detailLines(device)) print(`  ${line}`);
}

function warnings({ selfOffline, paused, healingStopped }: MonitorView): string[] {
  return [
    ...(selfOffline ? ['! our own uplink is down: no verdicts'] : []),
    ...(paused ? [`! all healing is paused by ${paused.by}`] : []),
    ...(healingStopped ? [`! all healing is stopped: ${healingStopped}`] : []),
  ];
}

/** All of them are there, or nothing is said of any. */
async function* named(config: ResolvedConfig, ids: readonly string[]): AsyncGenerator<DeviceView[]> {
  const devices: DeviceView[] = [];
  for (const id of ids) {
    const device = await ask<DeviceView>(config, `/api/devices/${encodeURIComponent(id)}`);
    if (device === null) throw unknownDevice(config.devices, id);
    devices.push(device);
  }
  yield devices;
}

/** Page by page. `--quiet` asks for no more than what may be told. */
async function* matching(
  config: ResolvedConfig,
  { state, group, search, problems, quiet }: StatusOptions,
): AsyncGenerator<DeviceView[]> {
  const filters: DeviceQuery = {
    ...(state && { state }),
    ...(group && { group }),
    ...(search && { q: search }),
    ...(problems && { problems }),
  };
  // One that is down in a downtime is nobody's problem, and still not up.
  const queries: DeviceQuery[] =
    quiet && !state && !problems
      ? [
          { ...filters, problems: true },
          { ...filters, state: 'downtime' },
        ]
      : [filters];
  for (const query of queries) {
    for (let offset = 0; ; offset += PAGE) {
      const asked = {
        ...query,
        offset: String(offset),
        limit: String(PAGE),
        ...(query.problems && { problems: 'true' }),
      };
      const page = await ask<{ devices: DeviceView[] }>(
        config,
        `/api/devices?${new URLSearchParams(asked as Record<string, string>)}`,
      );
      yield page!.devices;
      if (page!.devices.length < PAGE) break;
    }
  }
}
