import type { DowntimeConfig } from '../config/types.ts';
import type { Journal } from '../journal.ts';
import type { Incident } from '../model/types.ts';
import type { Store } from '../store.ts';
import type { Clock } from './clock.ts';
import { type AdHocDowntime, Downtimes } from './downtimes.ts';
import type { Fleet } from './fleet.ts';
import type { Monitored } from './monitored.ts';

type WorkContext = Readonly<{
  clock: Clock;
  store: Store;
  journal: Journal;
  fleet: Fleet;
  selfOffline: () => boolean;
  updateIncident: (incident: Incident) => void;
}>;

/** What people work on, so that the machine keeps off: downtimes and acknowledgements, as time passes. */
export class PlannedWork {
  readonly #context: WorkContext;
  #downtimes: Downtimes;
  #anyInDowntime = false;

  constructor(context: WorkContext, planned: readonly DowntimeConfig[]) {
    this.#context = context;
    this.#downtimes = downtimesOf(planned, context.journal);
  }

  /** After a reload of the config: what was begun by hand goes on. */
  replacePlanned(planned: readonly DowntimeConfig[]): void {
    this.#downtimes = downtimesOf(planned, this.#context.journal);
    this.#refreshDowntimes();
  }

  addDowntime(downtime: AdHocDowntime): void {
    this.#context.journal.append({ type: 'downtime', downtime });
    this.#downtimes.adHoc = [...this.#downtimes.adHoc, downtime];
    this.#refreshDowntimes();
  }

  /** Ends every downtime that the device is in now. */
  endDowntime({ device }: Monitored, by: string): void {
    const { journal, clock } = this.#context;
    const now = clock.now();
    const until = this.#downtimes.plannedUntil(device, now) ?? now;
    journal.append({ type: 'downtime-ended', device: device.id, by, at: now, until });
    this.#downtimes.adHoc = journal.state.downtimes;
    this.#downtimes.ended = journal.state.downtimesEnded;
    this.#refreshDowntimes();
  }

  /** A device that goes down within the window of a flexible downtime begins it. */
  beginFlexible({ device }: Monitored): void {
    const begun = this.#downtimes.begunBy(device, this.#context.clock.now());
    if (begun) this.addDowntime(begun);
  }

  /** Time has passed: downtimes begin and end, acknowledgements run out. */
  refresh(): void {
    this.#refreshDowntimes();
    this.#expireAcknowledgements();
  }

  #refreshDowntimes(): void {
    const { clock, store, fleet, selfOffline } = this.#context;
    const downtimes = this.#downtimes.at(clock.now());
    if (downtimes === null && !this.#anyInDowntime) return;
    this.#anyInDowntime = downtimes !== null;
    for (const device of fleet.all()) {
      const active = downtimes?.of(device.device) ?? null;
      if (active?.reason === device.downtime?.reason) continue;
      device.downtime = active;
      device.stand(clock.monoMs(), selfOffline());
      store.deviceChanged(device.id);
      const { label } = device.device;
      const message = active
        ? `${label} is in downtime: ${active.reason}`
        : `the downtime of ${label} is over`;
      store.addEvent({ type: 'downtime', level: 'info', device: device.id, message });
    }
  }

  #expireAcknowledgements(): void {
    const { clock, store, updateIncident } = this.#context;
    for (const incident of store.incidents()) {
      const until = incident.acknowledged?.until;
      if (incident.closedAt !== null || until == null || until > clock.now()) continue;
      updateIncident({ ...incident, acknowledged: null });
      const message = `the acknowledgement of ${incident.device} has run out`;
      store.addEvent({ type: 'acknowledged', level: 'info', device: incident.device, message });
    }
  }
}

function downtimesOf(planned: readonly DowntimeConfig[], { state }: Journal): Downtimes {
  return new Downtimes(planned, state.downtimes, state.downtimesEnded);
}
