import { applyDelta, pictureOf, snapshotOf } from '../../src/core/api/picture.ts';
import { select } from '../../src/core/api/select.ts';
import type {
  Action,
  ActionResult,
  Delta,
  DeviceQuery,
  DeviceView,
  HealView,
  PluginView,
  SampleView,
  Snapshot,
  Source,
} from '../../src/core/api/types.ts';
import type { HealPlan, Incident } from '../../src/core/model/types.ts';
import type { EventRecord } from '../../src/core/plugin.ts';

/** The moment of all pictures: 14:02:31 UTC. */
export const NOW = Date.parse('2026-11-23T14:02:31Z');
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Change = Partial<Omit<DeviceView, 'healing' | 'flags' | 'stats'>> & {
  healing?: Partial<DeviceView['healing']>;
  flags?: Partial<DeviceView['flags']>;
  stats?: Partial<DeviceView['stats']>;
};

/** An RTT that is steady but alive, the same every time. */
function wobble(base: number, seed: number, index: number): number {
  const noise = Math.sin(seed * 12.9898 + index * 78.233) * 43758.5453;
  const part = noise - Math.floor(noise);
  return Math.round(base * (1 + 0.15 * part + (part > 0.93 ? 0.8 : 0)) * 100) / 100;
}

/** A device that is up; `change` says what is otherwise. */
export function deviceOf(label: string, address: string, group: string, change: Change = {}): DeviceView {
  const seed = [...label].reduce((sum, char) => sum + char.codePointAt(0)!, 0);
  const base = change.rttMs ?? 0.4 + (seed % 9) / 10;
  const { healing, flags, stats, ...rest } = change;
  return {
    id: label.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
    address,
    label,
    group,
    tags: { site: group },
    parents: [],
    reachability: 'up',
    hardness: 'hard',
    since: NOW - 9 * DAY,
    lastCheckAt: NOW - 2 * SECOND,
    rttMs: base,
    lossPercent: 0,
    recent: Array.from({ length: 20 }, (_, index) => wobble(base, seed, index)),
    consecutiveFailures: 0,
    failure: null,
    rootCause: null,
    incident: null,
    probes: [{ name: 'icmp', ok: true, rttMs: base, message: null }],
    config: {
      intervalMs: 30 * SECOND,
      timeoutMs: 2 * SECOND,
      failureThreshold: 3,
      ssh: null,
      strategies: [],
    },
    ...rest,
    healing: { phase: 'idle', attempts: 0, maxAttempts: 2, reason: null, ...healing },
    flags: { flapping: false, downtime: null, acknowledged: null, paused: false, ...flags },
    stats: {
      uptimePercent: 99.9 + (seed % 10) / 100,
      averageRttMs: base,
      totalChecks: 25_920,
      onlineChecks: 25_901,
      since: NOW - 9 * DAY,
      ...stats,
    },
  };
}

const timeout = { kind: 'timeout', probe: 'icmp', message: 'no answer within 2000 ms' } as const;
const lostTail = (rttMs: number, lost: number) =>
  Array.from({ length: 20 }, (_, index) => (index >= 20 - lost ? null : wobble(rttMs, lost, index)));
const ssh = (host: string) => `admin@${host}:22`;

function down(label: string, address: string, group: string, sinceMs: number, change: Change = {}) {
  return deviceOf(label, address, group, {
    reachability: 'down',
    since: NOW - sinceMs,
    rttMs: null,
    lossPercent: 100,
    recent: lostTail(2.1, 6),
    consecutiveFailures: 6,
    failure: timeout,
    probes: [{ name: 'icmp', ok: false, rttMs: null, message: timeout.message }],
    ...change,
  });
}

function unreachable(label: string, address: string, group: string): DeviceView {
  return down(label, address, group, 93 * SECOND, {
    reachability: 'unreachable',
    rootCause: 'wan-rt-02',
    parents: ['wan-rt-02'],
  });
}

/** The scripted fleet: 47 devices at four sites. */
export function fleet(): DeviceView[] {
  const { config } = deviceOf('x', '10.0.0.1', 'x');
  const devices = [
    deviceOf('core-sw-01', '10.1.0.1', 'hamburg', { since: NOW - 3 * DAY }),
    deviceOf('edge-rt-01', '10.1.0.2', 'hamburg', {
      reachability: 'degraded',
      since: NOW - 4 * MINUTE,
      rttMs: 48.1,
      lossPercent: 7,
      failure: { kind: 'loss', probe: 'icmp', message: 'loss 7% is over 5%' },
      stats: { uptimePercent: 99.41 },
    }),
    down('ap-lobby', '10.1.4.17', 'hamburg', 131 * SECOND, {
      incident: '41',
      parents: ['core-sw-01'],
      tags: { site: 'hamburg', role: 'ap' },
      healing: { phase: 'waiting-approval', attempts: 1, maxAttempts: 2, reason: null },
      stats: { uptimePercent: 97.02 },
      config: { ...config, ssh: ssh('10.1.4.17'), strategies: ['restart radio', 'interface cycle'] },
    }),
    down('cam-gate', '10.1.4.40', 'hamburg', 40 * SECOND, {
      incident: '43',
      healing: { phase: 'running', attempts: 2, maxAttempts: 2, reason: null },
      stats: { uptimePercent: 98.7 },
      recent: lostTail(3.4, 5),
      config: { ...config, ssh: ssh('10.1.4.40'), strategies: ['interface cycle'] },
    }),
    deviceOf('fw-01', '10.1.0.254', 'hamburg', { stats: { uptimePercent: 100 } }),
    down('wan-rt-02', '10.2.0.1', 'berlin', 93 * SECOND, {
      incident: '42',
      stats: { uptimePercent: 99.1 },
      config: { ...config, ssh: ssh('10.2.0.1'), strategies: ['reload'] },
      healing: { phase: 'waiting-approval', attempts: 0, maxAttempts: 2, reason: null },
    }),
    unreachable('sw-b-01', '10.2.1.1', 'berlin'),
    unreachable('sw-b-02', '10.2.1.2', 'berlin'),
    unreachable('ap-b-01', '10.2.2.1', 'berlin'),
    unreachable('ap-b-02', '10.2.2.2', 'berlin'),
    deviceOf('nas-p-01', '10.4.0.9', 'paris', { flags: { downtime: 'disk swap' } }),
    deviceOf('rt-p-01', '10.4.0.1', 'paris', { consecutiveFailures: 2, lossPercent: 10 }),
  ];
  const more = (group: string, prefix: string, from: number, count: number) => {
    for (let index = 1; index <= count; index++)
      devices.push(
        deviceOf(`${prefix}-${String(index).padStart(2, '0')}`, `10.${from}.9.${index}`, group, {
          since: NOW - (index % 7) * DAY - 5 * HOUR,
        }),
      );
  };
  more('hamburg', 'srv-h', 1, 9);
  more('berlin', 'srv-b', 2, 7);
  more('munich', 'srv-m', 3, 8);
  more('paris', 'srv-p', 4, 11);
  return devices;
}

/** Labels that are hard to align: wide letters, a combining accent, joined emoji. */
export function oddFleet(): DeviceView[] {
  return ['ルーター東京', 'cafe\u0301', '👩‍👩‍👧 nursery', 'plain'].map((label, index) => ({
    ...deviceOf(label, `10.0.0.${index + 1}`, 'odd'),
    id: `odd-${index}`,
  }));
}

function event(seq: number, ageMs: number, rest: Omit<EventRecord, 'seq' | 'at'>): EventRecord {
  return { seq, at: new Date(NOW - ageMs).toISOString(), ...rest };
}

export function events(): EventRecord[] {
  const older = Array.from({ length: 40 }, (_, index) =>
    event(index + 1, 3 * HOUR - index * MINUTE, {
      type: 'status-change',
      level: 'good',
      device: `srv-p-${String((index % 11) + 1).padStart(2, '0')}`,
      from: 'down',
      to: 'up',
      message: `srv-p-${String((index % 11) + 1).padStart(2, '0')} is up after 12s`,
    }),
  );
  const recent: Omit<EventRecord, 'seq' | 'at'>[] = [
    { type: 'notice', level: 'warn', plugin: 'smtp', message: 'send failed, retry in 30s (2/5)' },
    {
      type: 'status-change',
      level: 'warn',
      device: 'edge-rt-01',
      from: 'up',
      to: 'degraded',
      message: 'edge-rt-01 is degraded: loss 7% is over 5%',
    },
    {
      type: 'status-change',
      level: 'bad',
      device: 'ap-lobby',
      from: 'up',
      to: 'down',
      message: 'ap-lobby is down: no answer within 2000 ms',
    },
    {
      type: 'status-change',
      level: 'bad',
      device: 'wan-rt-02',
      from: 'up',
      to: 'down',
      message: 'wan-rt-02 is down: no answer within 2000 ms',
    },
    {
      type: 'incident-opened',
      level: 'bad',
      device: 'wan-rt-02',
      incident: '42',
      message: 'wan-rt-02: incident #42, 4 devices are unreachable behind it',
    },
    {
      type: 'heal-finished',
      level: 'bad',
      device: 'ap-lobby',
      heal: '118',
      outcome: 'failed',
      message: 'ap-lobby: heal 1/2 failed: 3 checks, no answer',
    },
    {
      type: 'approval-asked',
      level: 'warn',
      device: 'ap-lobby',
      heal: '119',
      message: 'ap-lobby: heal 2/2 "interface cycle" waits for approval',
    },
    {
      type: 'heal-started',
      level: 'info',
      device: 'cam-gate',
      heal: '120',
      message: 'cam-gate: heal 2/2 started: "interface cycle" (auto)',
    },
  ];
  const ages = [311, 240, 131, 93, 93, 70, 60, 2];
  return [...older, ...recent.map((rest, index) => event(41 + index, ages[index]! * SECOND, rest))];
}

export function planOf(device: string, change: Partial<HealPlan> = {}): HealPlan {
  return {
    device,
    strategy: 'interface cycle',
    attempt: 2,
    maxAttempts: 2,
    steps: [
      {
        kind: 'ssh-shell',
        target: 'core-sw-01',
        lines: ['conf t', 'interface Gi0/17', 'shutdown', 'no shutdown'],
      },
    ],
    risk: 'medium',
    approval: 'ask',
    settleMs: 10 * SECOND,
    hash: '9f3ac2d41b07',
    ...change,
  };
}

function heal(id: string, device: string, change: Partial<HealView>): HealView {
  return {
    id,
    device,
    incident: '41',
    attempt: 2,
    maxAttempts: 2,
    strategy: 'interface cycle',
    phase: 'waiting-approval',
    outcome: null,
    reason: null,
    by: 'auto',
    plan: planOf(device),
    startedAt: NOW - MINUTE,
    finishedAt: null,
    expiresAt: NOW + 271 * SECOND,
    transcript: [],
    ...change,
  };
}

export function heals(): HealView[] {
  const at = NOW - 85 * SECOND;
  return [
    heal('118', 'ap-lobby', {
      attempt: 1,
      strategy: 'restart radio',
      phase: 'done',
      outcome: 'failed',
      reason: '3 checks, no answer',
      startedAt: at,
      finishedAt: NOW - 70 * SECOND,
      expiresAt: null,
      plan: planOf('ap-lobby', { attempt: 1, strategy: 'restart radio' }),
      transcript: [
        { at, kind: 'info', text: 'ssh admin@10.1.4.17, host key SHA256:9fq1 is known' },
        { at: at + 400, kind: 'command', text: 'show interface status' },
        { at: at + 900, kind: 'output', text: 'Gi0/17  notconnect' },
        { at: at + 1_200, kind: 'command', text: 'radio restart' },
        { at: at + 8_200, kind: 'output', text: '%LINK-3-UPDOWN: Interface Gi0/17, changed state to down' },
        { at: at + 15_000, kind: 'verdict', text: 'failed: 3 checks, no answer' },
      ],
    }),
    heal('119', 'ap-lobby', {}),
    heal('121', 'wan-rt-02', {
      incident: '42',
      attempt: 1,
      strategy: 'reload',
      startedAt: NOW - 30 * SECOND,
      plan: planOf('wan-rt-02', {
        strategy: 'reload',
        attempt: 1,
        risk: 'high',
        hash: '77aa01c2b3d4',
        steps: [{ kind: 'ssh-shell', target: 'wan-rt-02', lines: ['reload in 1'] }],
      }),
    }),
    heal('120', 'cam-gate', {
      incident: '43',
      phase: 'running',
      startedAt: NOW - 2 * SECOND,
      expiresAt: null,
      transcript: [{ at: NOW - SECOND, kind: 'command', text: 'conf t' }],
    }),
  ];
}

export function incidents(): Incident[] {
  const base = { failure: timeout, recoveredAt: null, closedAt: null, needsHuman: null, acknowledged: null };
  return [
    {
      ...base,
      id: '40',
      device: 'srv-p-03',
      openedAt: NOW - 4 * HOUR,
      attempts: 1,
      recoveredAt: NOW - 4 * HOUR + 34 * SECOND,
      closedAt: NOW - 4 * HOUR + 334 * SECOND,
      acknowledged: { by: 'oper', reason: 'on it', at: NOW - 4 * HOUR, until: null },
    },
    { ...base, id: '41', device: 'ap-lobby', openedAt: NOW - 131 * SECOND, attempts: 1 },
    { ...base, id: '42', device: 'wan-rt-02', openedAt: NOW - 93 * SECOND, attempts: 0 },
    { ...base, id: '43', device: 'cam-gate', openedAt: NOW - 40 * SECOND, attempts: 2 },
  ];
}

export function plugins(): PluginView[] {
  const plugin = (name: string, change: Partial<PluginView> = {}): PluginView => ({
    name,
    state: 'ok',
    hooks: ['onStatusChange'],
    calls: 1_204,
    errors: 0,
    timeouts: 0,
    p95Ms: 0.2,
    lastError: null,
    ...change,
  });
  return [
    plugin('pinger', { hooks: ['beforePing'], calls: 91_233, p95Ms: 0.1 }),
    plugin('ssh-healer', { hooks: ['onThresholdReached', 'afterHeal'], calls: 6, p95Ms: 812 }),
    plugin('csv-logger', { hooks: ['onSample'], calls: 91_233 }),
    plugin('dashboard', { hooks: [] }),
    plugin('guardrails', { hooks: ['beforeHeal'], calls: 12, p95Ms: 1.4 }),
    plugin('smtp', {
      state: 'faulty',
      hooks: ['onStatusChange', 'afterHeal'],
      errors: 2,
      timeouts: 1,
      p95Ms: 3_021,
      lastError: 'connect ECONNREFUSED 10.1.0.25:587',
      panels: [{ title: 'queue', lines: ['2 mails wait for 10.1.0.25', 'next try in 30 s'] }],
    }),
    plugin('webhook-x', {
      state: 'disabled',
      calls: 3,
      errors: 3,
      lastError: 'TypeError: Cannot read properties of undefined',
    }),
  ];
}

/** The whole picture. */
export function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  return {
    seq: 48,
    at: NOW,
    monitor: {
      version: '0.1.0',
      pid: 1,
      startedAt: NOW - 9 * DAY,
      configFile: '/etc/netheal/nethealrc',
      demo: false,
      healing: 'act',
      paused: null,
      selfOffline: false,
      engine: 'fping',
      healingStopped: null,
    },
    devices: fleet(),
    incidents: incidents(),
    heals: heals(),
    events: events(),
    plugins: plugins(),
    ...change,
  };
}

/** Half an hour of samples; the last two minutes are lost where the device is down. */
export function samplesOf(device: DeviceView): SampleView[] {
  return Array.from({ length: 60 }, (_, index) => {
    const at = NOW - (59 - index) * 30 * SECOND;
    const lost = index === 31 || (device.reachability !== 'up' && device.rttMs === null && at > device.since);
    return { at, rttMs: lost ? null : wobble(21, 3, index), ok: !lost };
  });
}

/** As the history plugin answers: the last 24 hours by quarters of an hour, a device that is down now among them. */
export function pastSeries() {
  const stepMs = 15 * MINUTE;
  const lossAt = (index: number) => {
    if (index < 8) return null;
    return index === 95 || (index >= 48 && index < 52) ? 100 : index === 88 ? 12.5 : 0.4;
  };
  const points = Array.from({ length: 96 }, (_, index) => [
    NOW - DAY + index * stepMs,
    lossAt(index) === null ? 0 : 30,
    lossAt(index),
    null,
    null,
    null,
  ]);
  return { stepMs, points };
}

/** Thirty days of which ten have been watched. */
export function pastDays() {
  const days = Array.from({ length: 30 }, (_, index) => ({
    uptimePercent: index < 20 ? null : index === 29 ? 95.4 : 99.9,
    checks: index < 20 ? 0 : index === 29 ? 1_680 : 2_880,
  }));
  return { days };
}

/** A source that a test drives: it records what was asked and answers as it is told. */
export class FakeSource implements Source {
  readonly inProcess: boolean;
  readonly asked: Action[] = [];
  answer: (action: Action) => ActionResult | Promise<ActionResult>;
  state: 'live' | 'stale' = 'live';
  #snapshot: Snapshot;
  readonly #listeners = new Set<(delta: Delta) => void>();

  constructor(
    options: {
      inProcess?: boolean;
      snapshot?: Snapshot;
      answer?: (action: Action) => ActionResult;
    } = {},
  ) {
    this.inProcess = options.inProcess ?? false;
    this.#snapshot = options.snapshot ?? snapshot();
    this.answer = options.answer ?? ((action) => ({ ok: true, message: `done: ${action.type}` }));
  }

  snapshot(): Snapshot {
    return this.#snapshot;
  }

  select(query: DeviceQuery) {
    return select(this.#snapshot.devices, query);
  }

  glances() {
    return this.#snapshot.devices;
  }

  device(id: string): DeviceView | null {
    return this.#snapshot.devices.find((device) => device.id === id) ?? null;
  }

  subscribe(listener: (delta: Delta) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async act(action: Action): Promise<ActionResult> {
    this.asked.push(action);
    return this.answer(action);
  }

  async samples(id: string): Promise<readonly SampleView[]> {
    const device = this.#snapshot.devices.find((one) => one.id === id);
    return device ? samplesOf(device) : [];
  }

  /** A history: an hour down in the night, packets lost at noon, and nothing yet known of the first hours. */
  async askPlugin(address: string): Promise<unknown> {
    if (address.startsWith('history/series?')) return pastSeries();
    return address.startsWith('history/days?') ? pastDays() : null;
  }

  connection() {
    return { state: this.state, since: NOW - 12 * SECOND };
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }

  /** Applies a delta and tells it. */
  change(delta: Partial<Delta>): void {
    const whole: Delta = { seq: this.#snapshot.seq, at: this.#snapshot.at, ...delta };
    this.#snapshot = snapshotOf(applyDelta(pictureOf(this.#snapshot), whole));
    for (const listener of this.#listeners) listener(whole);
  }
}
