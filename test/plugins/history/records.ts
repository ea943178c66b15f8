import type { CheckRecord, EventRecord, HealRecord, Incident, SinkRecord } from '../../../src/core/plugin.ts';

export const T0 = Date.UTC(2026, 0, 1);

/** A good check of a device. */
export const check = (device: string, at: number, given: Partial<CheckRecord> = {}): SinkRecord => ({
  type: 'check',
  record: {
    at,
    device: { id: device, address: '192.0.2.1', label: device, group: 'default', tags: {}, parents: [] },
    ok: true,
    rttMs: 10,
    lossPercent: 0,
    failure: null,
    reachability: 'up',
    excluded: false,
    ...given,
  },
});
let seq = 0;
/** An event of a type. */
export const event = (
  type: EventRecord['type'],
  at: number,
  given: Partial<EventRecord> = {},
): SinkRecord => ({
  type: 'event',
  event: { seq: seq++, at: new Date(at).toISOString(), type, level: 'info', message: type, ...given },
});

/** An attempt on the device `a` that is running. */
export const heal = (id: string, given: Partial<HealRecord> = {}): SinkRecord => ({
  type: 'heal',
  heal: {
    id,
    device: 'a',
    incident: 'i',
    attempt: 1,
    maxAttempts: 2,
    strategy: 'restart',
    phase: 'running',
    outcome: null,
    reason: null,
    by: 'auto',
    plan: PLAN,
    startedAt: T0,
    finishedAt: null,
    transcript: [{ at: T0, kind: 'command', text: 'restart it' }],
    ...given,
  },
});
export const PLAN: HealRecord['plan'] = {
  device: 'a',
  strategy: 'restart',
  attempt: 1,
  maxAttempts: 2,
  steps: [],
  risk: 'low',
  approval: 'auto',
  settleMs: 0,
  hash: 'abc',
};

/** An open incident of the device `a`. */
export const incident = (id: string, given: Partial<Incident> = {}): SinkRecord => ({
  type: 'incident',
  incident: {
    id,
    device: 'a',
    openedAt: T0,
    failure: { kind: 'timeout', probe: 'icmp', message: 'no answer' },
    attempts: 0,
    recoveredAt: null,
    closedAt: null,
    needsHuman: null,
    acknowledged: null,
    ...given,
  },
});
