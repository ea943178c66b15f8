/** A `Source` whose picture the test changes by hand: no engine, no clock, no timers. */

import { applyDelta, type Picture, pictureOf, snapshotOf } from '../../../src/core/api/picture.ts';
import { select } from '../../../src/core/api/select.ts';
import type {
  Action,
  ActionResult,
  Delta,
  DeviceView,
  HealView,
  SampleView,
  Snapshot,
  Source,
} from '../../../src/core/api/types.ts';
import type { HealPlan, Incident, Reachability } from '../../../src/core/model/types.ts';
import type { EventRecord } from '../../../src/core/plugin.ts';

export const T0 = Date.UTC(2026, 10, 23, 12, 0, 0);

/** The way a test moves the picture; every call publishes one delta. */
export interface FakeSource extends Source {
  readonly acted: Action[];
  /** What `act` answers; by default everything is fine. */
  answer: (action: Action) => ActionResult;
  readonly listeners: number;
  publish(delta: Omit<Delta, 'seq' | 'at'>): void;
  /** Changes one device. */
  patch(id: string, change: Partial<DeviceView>): void;
  /** A hard change of a device, with its event. */
  turn(id: string, to: Reachability, change?: Partial<DeviceView>): void;
  event(event: Pick<EventRecord, 'type' | 'message'> & Partial<EventRecord>): void;
  advance(ms: number): void;
  /** The source loses what it mirrors, or finds it again. */
  connect(state: 'live' | 'stale'): void;
}

export function deviceView(id: string, change: Partial<DeviceView> = {}): DeviceView {
  return {
    id,
    address: '10.0.0.1',
    label: id,
    group: 'default',
    tags: {},
    parents: [],
    reachability: 'up',
    hardness: 'hard',
    since: T0 - 3_600_000,
    lastCheckAt: T0 - 2_000,
    rttMs: 1.25,
    lossPercent: 0,
    recent: [1.2, 1.3, 1.1, 1.25],
    consecutiveFailures: 0,
    failure: null,
    healing: { phase: 'idle', attempts: 0, maxAttempts: 2, reason: null },
    flags: { flapping: false, downtime: null, acknowledged: null, paused: false },
    rootCause: null,
    incident: null,
    stats: {
      uptimePercent: 99.98,
      averageRttMs: 1.3,
      totalChecks: 1_000,
      onlineChecks: 999,
      since: T0 - 86_400_000,
    },
    probes: [{ name: 'icmp', ok: true, rttMs: 1.25, message: null }],
    config: { intervalMs: 30_000, timeoutMs: 2_000, failureThreshold: 3, ssh: null, strategies: [] },
    ...change,
  };
}

export function healPlan(change: Partial<HealPlan> = {}): HealPlan {
  return {
    device: 'core-gw',
    strategy: 'restart dhcpd',
    attempt: 1,
    maxAttempts: 2,
    steps: [{ kind: 'ssh', target: 'core-gw', lines: ['systemctl restart dhcpd'] }],
    risk: 'medium',
    approval: 'ask',
    settleMs: 10_000,
    hash: 'a1b2c3d4e5f6',
    ...change,
  };
}

export function healView(id: string, change: Partial<HealView> = {}): HealView {
  return {
    id,
    device: 'core-gw',
    incident: 'inc-1',
    attempt: 1,
    maxAttempts: 2,
    strategy: 'restart dhcpd',
    phase: 'done',
    outcome: 'healed',
    reason: 'The device answers again.',
    by: 'auto',
    plan: healPlan(),
    startedAt: T0 - 60_000,
    finishedAt: T0 - 30_000,
    expiresAt: null,
    transcript: [
      { at: T0 - 60_000, kind: 'info', text: 'connected to core-gw' },
      { at: T0 - 59_000, kind: 'command', text: 'systemctl restart dhcpd' },
      { at: T0 - 58_000, kind: 'output', text: 'done' },
      { at: T0 - 30_000, kind: 'verdict', text: '2 good checks' },
    ],
    ...change,
  };
}

export function incident(id: string, change: Partial<Incident> = {}): Incident {
  return {
    id,
    device: 'core-gw',
    openedAt: T0 - 192_000,
    failure: { kind: 'timeout', probe: 'icmp', message: 'no answer within 2 s' },
    attempts: 1,
    recoveredAt: null,
    closedAt: null,
    needsHuman: null,
    acknowledged: null,
    ...change,
  };
}

export function snapshotWith(change: Partial<Snapshot> = {}): Snapshot {
  return {
    seq: 1,
    at: T0,
    monitor: {
      version: '0.1.0',
      pid: 4711,
      startedAt: T0 - 86_400_000,
      configFile: '/etc/netheal/.nethealrc',
      demo: false,
      healing: 'act',
      paused: null,
      selfOffline: false,
      engine: 'fping',
      healingStopped: null,
    },
    devices: [deviceView('core-gw'), deviceView('sw-01', { address: '10.0.0.2', parents: ['core-gw'] })],
    incidents: [],
    heals: [],
    events: [
      {
        seq: 1,
        at: new Date(T0).toISOString(),
        type: 'monitor-started',
        level: 'info',
        message: 'netheal started',
      },
    ],
    plugins: [],
    ...change,
  };
}

/** Creates one; give it a snapshot or take two healthy devices. */
export function fakeSource(start: Snapshot = snapshotWith()): FakeSource {
  let picture: Picture = pictureOf(start);
  let snapshot: Snapshot | null = start;
  const listeners = new Set<(delta: Delta) => void>();
  const acted: Action[] = [];
  let now = start.at;
  let connection: ReturnType<Source['connection']> = { state: 'live', since: start.at };

  const publish = (change: Omit<Delta, 'seq' | 'at'>) => {
    const delta: Delta = { seq: change.events?.at(-1)?.seq ?? picture.seq, at: now, ...change };
    picture = applyDelta(picture, delta);
    snapshot = null;
    for (const listener of [...listeners]) listener(delta);
  };
  const numbered = (event: Pick<EventRecord, 'type' | 'message'> & Partial<EventRecord>): EventRecord => ({
    level: 'info',
    at: new Date(now).toISOString(),
    ...event,
    seq: picture.seq + 1,
  });
  const view = (id: string) => picture.devices.get(id)!;

  return {
    inProcess: true,
    acted,
    answer: () => ({ ok: true, message: 'done' }),
    get listeners() {
      return listeners.size;
    },
    publish,
    patch: (id, change) => publish({ devices: [{ ...view(id), ...change }] }),
    turn(id, to, change = {}) {
      const from = view(id).reachability;
      const lost = to === 'down' || to === 'unreachable';
      publish({
        devices: [{ ...view(id), reachability: to, since: now, ...(lost ? { rttMs: null } : {}), ...change }],
        events: [
          numbered({
            type: 'status-change',
            device: id,
            from,
            to,
            level: lost ? 'bad' : 'good',
            message: `${view(id).label}: ${from} -> ${to}`,
          }),
        ],
      });
    },
    event: (event) => publish({ events: [numbered(event)] }),
    advance(ms) {
      now += ms;
    },
    connect(state) {
      connection = { state, since: now };
      publish({});
    },
    select: (query) => select(picture.devices.values(), query),
    glances: () => picture.devices.values(),
    device: (id) => picture.devices.get(id) ?? null,
    snapshot() {
      snapshot ??= snapshotOf(picture);
      return snapshot;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async act(action) {
      acted.push(action);
      return this.answer(action);
    },
    async samples(device): Promise<readonly SampleView[]> {
      return view(device).recent.map((rttMs, index) => ({ at: T0 + index, rttMs, ok: rttMs !== null }));
    },
    connection: () => connection,
    async close() {
      listeners.clear();
    },
  };
}
