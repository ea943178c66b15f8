import type { Journal } from '../journal.ts';
import type { DeviceSnapshot, FleetSnapshot } from '../plugin.ts';
import type { Store } from '../store.ts';
import type { Clock } from './clock.ts';
import type { Fleet } from './fleet.ts';
import type { Gates } from './gates.ts';
import type { Monitored } from './monitored.ts';
import type { CheckScheduler } from './scheduler.ts';
import { deviceSnapshot } from './view.ts';

const HOUR_MS = 3_600_000;
/** From this size on a picture of all devices is kept for a moment. */
const LARGE_FLEET = 1_000;
const PICTURE_MS = 100;

type PictureContext = Readonly<{
  clock: Clock;
  store: Store;
  journal: Journal;
  fleet: Fleet;
  gates: Gates;
  lateness: CheckScheduler['lateness'];
  selfOffline: () => boolean;
  healingOn: () => boolean;
}>;

/** The fleet as plugins see it, for gates above all. */
export class FleetPicture {
  readonly #context: PictureContext;
  #devices: FleetSnapshot['devices'] | null = null;
  /** When attempts were begun, on the monotonic clock: a step of the wall clock gives nobody another twenty. */
  readonly #begunMonoMs = new Map<string, number>();

  constructor(context: PictureContext) {
    this.#context = context;
  }

  /** As it is now. */
  snapshot(): FleetSnapshot {
    const { clock, journal, fleet, gates, lateness, selfOffline } = this.#context;
    const devices = () => this.#deviceSnapshots();
    return {
      at: clock.now(),
      monoMs: clock.monoMs(),
      // Made when somebody looks: a large fleet is no small picture.
      get devices() {
        return devices();
      },
      device: (id) => {
        const device = fleet.get(id);
        return device && this.#deviceSnapshot(device);
      },
      lateness: lateness(),
      selfOffline: selfOffline(),
      paused: journal.state.paused?.by ?? null,
      healingStopped: journal.state.healingStopped,
      heals: { running: gates.running, begun: this.#begunLately() },
    };
  }

  /** Time has passed: what was seen of the devices is old. */
  refresh(): void {
    this.#devices = null;
    this.#begunLately();
  }

  /**
   * A dozen gates look at the fleet in one turn; they share one picture of its devices, and for a large fleet so do
   * those who look soon after. The device itself and the heals that run are never shared: they count as they are.
   */
  #deviceSnapshots(): FleetSnapshot['devices'] {
    if (this.#devices) return this.#devices;
    const { fleet } = this.#context;
    this.#devices = [...fleet.all()].map((device) => this.#deviceSnapshot(device));
    const forget = () => {
      this.#devices = null;
    };
    if (fleet.size < LARGE_FLEET) setImmediate(forget);
    else setTimeout(forget, PICTURE_MS).unref();
    return this.#devices;
  }

  #deviceSnapshot(device: Monitored): DeviceSnapshot {
    const { store, fleet, healingOn } = this.#context;
    return deviceSnapshot(device, {
      incident: store.incident(device.state.incident ?? ''),
      rootCause: fleet.rootCauseOf(device.id),
      healingOn: healingOn(),
    });
  }

  /** The moments in which attempts of the last hour were begun, by the wall clock as it is now. */
  #begunLately(): number[] {
    const { clock, journal } = this.#context;
    const { attempts } = journal.state;
    const now = clock.now();
    const monoMs = clock.monoMs();
    // Those from before a restart are known by the wall clock alone.
    for (const { id, at } of Object.values(attempts))
      if (!this.#begunMonoMs.has(id)) this.#begunMonoMs.set(id, monoMs - Math.max(0, now - at));
    const begun: number[] = [];
    for (const [id, begunMonoMs] of this.#begunMonoMs) {
      const agoMs = monoMs - begunMonoMs;
      if (agoMs < HOUR_MS) begun.push(now - agoMs);
      else if (!(id in attempts)) this.#begunMonoMs.delete(id);
    }
    return begun;
  }
}
