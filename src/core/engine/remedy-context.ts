import type { Journal } from '../journal.ts';
import type { Hooks } from '../kernel/hooks.ts';
import type { Store } from '../store.ts';
import type { Approvals } from './approvals.ts';
import type { Clock } from './clock.ts';
import type { Gates } from './gates.ts';

/** What an attempt to heal works with. */
export type RemedyContext = Readonly<{
  clock: Clock;
  store: Store;
  journal: Journal;
  hooks: Hooks;
  gates: Gates;
  approvals: Approvals;
  mode: () => 'act' | 'observe';
  /** Whether attempts may follow that no person asked for. */
  automatic: () => boolean;
  /** Numbers attempts; never gives a number twice, not even after a restart. */
  nextHealId: () => string;
  /** Runs one check of the device now, or waits for the one that runs. */
  checkNow: (id: string) => Promise<void>;
  /** Our own uplink is down: nothing is known about anybody. */
  selfOffline: () => boolean;
  /** Asks now whether it is, where nobody has in the last moment. */
  confirmUplink: () => Promise<boolean>;
  /** Aborts when netheal stops and the grace period is over. */
  hardStop: AbortSignal;
}>;
