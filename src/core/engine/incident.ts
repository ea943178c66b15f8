import type { Failure, Incident } from '../model/types.ts';
import type { JournalState } from './journal-state.ts';

/** A fresh incident of a device; numbers go up by one and are never given twice, restarts included. */
export function newIncident(journal: JournalState, device: string, failure: Failure, now: number): Incident {
  return {
    id: String(journal.lastIncident + 1),
    device,
    openedAt: now,
    failure,
    attempts: 0,
    recoveredAt: null,
    closedAt: null,
    needsHuman: null,
    acknowledged: null,
  };
}
