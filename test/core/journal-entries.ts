import type { JournalEntry } from '../../src/core/engine/journal-state.ts';

/** An incident of the device `d<id>`. */
export const incident = (id: string, closedAt: number | null = null, openedAt = 0): JournalEntry => ({
  type: 'incident',
  incident: {
    id,
    device: `d${id}`,
    openedAt,
    failure: { kind: 'timeout', probe: 'icmp', message: 'no answer' },
    attempts: 0,
    recoveredAt: null,
    closedAt,
    needsHuman: null,
    acknowledged: null,
  },
});

/** The first attempt for an incident, not ended. */
export const attempt = (id: string, of: string, at = 0): JournalEntry => ({
  type: 'attempt',
  attempt: {
    id,
    incident: of,
    device: `d${of}`,
    attempt: 1,
    plan: {
      device: `d${of}`,
      strategy: 'mend',
      attempt: 1,
      maxAttempts: 2,
      steps: [{ kind: 'ssh', target: `d${of}`, lines: ['restart'] }],
      risk: 'low',
      approval: 'auto',
      settleMs: 0,
      hash: 'abc',
    },
    by: 'auto',
    at,
    end: null,
  },
});
