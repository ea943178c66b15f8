import type { Device, HealAttempt, HealOutcome, Incident } from '../src/core/plugin.ts';

/** What a listening plugin is told of, for tests: one router, its outage and a heal of it. */
export const router: Device = {
  id: 'router',
  address: '192.0.2.1',
  label: 'Router',
  group: 'berlin',
  tags: {},
  parents: [],
};

export const incident: Incident = {
  id: 'i-1',
  device: 'router',
  openedAt: 1_000,
  failure: { kind: 'timeout', probe: 'icmp', message: 'no answer within 2 s' },
  attempts: 0,
  recoveredAt: null,
  closedAt: null,
  needsHuman: null,
  acknowledged: null,
};

export const attempt: HealAttempt = {
  incident,
  device: router,
  plan: {
    device: 'router',
    strategy: 'restart networking',
    attempt: 1,
    maxAttempts: 2,
    steps: [{ kind: 'ssh', target: 'router', lines: ['systemctl restart networking'] }],
    risk: 'medium',
    approval: 'auto',
    settleMs: 0,
    hash: '0123456789ab',
  },
  attempt: 1,
  maxAttempts: 2,
  by: 'auto',
  targets: ['router'],
  force: [],
  signal: new AbortController().signal,
};

export const outcome: HealOutcome = {
  outcome: 'healed',
  reason: 'two good checks',
  durationMs: 4_200,
  transcript: [{ at: 1_000, kind: 'command', text: 'systemctl restart networking' }],
};
