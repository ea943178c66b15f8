import { type DeviceBrief, select } from './api/select.ts';
import type {
  Delta,
  DeviceGlance,
  DeviceQuery,
  DeviceView,
  HealView,
  MonitorView,
  PluginView,
  SampleView,
  Selection,
  Snapshot,
} from './api/types.ts';
import type { Incident } from './model/types.ts';
import type { EventRecord, SinkRecord } from './plugin.ts';
import { cleanLine } from './text.ts';

/** How many events can be resumed from. */
const EVENTS_KEPT = 1_000;
const INCIDENTS_KEPT = 200;
const HEALS_KEPT = 200;
/** As many as there are devices in a list that is kept for all who ask: of it only what has changed is made anew. */
const VIEWS_KEPT = 10_000;
/** Views are told of changes at most this often. */
const FLUSH_MS = 100;

export type NewEvent = Omit<EventRecord, 'seq' | 'at'>;

/** What became of a broken device, as sinks keep it. */
export type CareRecord = Extract<SinkRecord, { type: 'incident' | 'heal' }>;

type StoreOptions = Readonly<{
  now: () => number;
  /** Makes the view of a device when somebody looks; null: there is no such device any more. */
  deviceView: (id: string) => DeviceView | null;
  deviceIds: () => Iterable<string>;
  /** The devices as a query looks at them. */
  briefs: () => Iterable<DeviceBrief>;
  /** The devices as a grid of all of them shows them. */
  glances: () => Iterable<DeviceGlance>;
  samples: (id: string) => readonly SampleView[];
  plugins: () => readonly PluginView[];
  monitor: MonitorView;
}>;

/**
 * The picture of the fleet and the ring of numbered events. The engine is its only writer; views subscribe and get
 * one shared delta at most ten times a second.
 */
export class Store {
  readonly #options: StoreOptions;
  readonly #views = new Map<string, DeviceView>();
  readonly #incidents = new Map<string, Incident>();
  readonly #heals = new Map<string, HealView>();
  /** Ids of those that are over, in that order. */
  readonly #closed = new Set<string>();
  readonly #done = new Set<string>();
  #events: EventRecord[] = [];
  #monitor: MonitorView;
  #seq = 0;
  #revision = 0;
  #dirty = newDirt();
  #timer: NodeJS.Timeout | null = null;
  readonly #listeners = new Set<(delta: Delta) => void>();
  readonly #eventListeners = new Set<(event: EventRecord) => void>();
  readonly #careListeners = new Set<(record: CareRecord) => void>();

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#monitor = options.monitor;
  }

  // ---- written by the engine

  deviceChanged(id: string): void {
    this.#revision++;
    if (this.#views.size > 0) this.#views.delete(id);
    // Called for every check: where nobody listens, nothing is kept for them.
    if (this.#listeners.size === 0) return;
    this.#dirty.devices.add(id);
    this.#flushSoon();
  }

  putIncident(incident: Incident): void {
    this.#incidents.set(incident.id, incident);
    if (incident.closedAt !== null) retire(this.#incidents, this.#closed, incident.id, INCIDENTS_KEPT);
    this.#dirty.incidents.add(incident.id);
    this.deviceChanged(incident.device);
    for (const listener of this.#careListeners) listener({ type: 'incident', incident });
  }

  putHeal(heal: HealView): void {
    const entersPhase = this.#heals.get(heal.id)?.phase !== heal.phase;
    this.#heals.set(heal.id, heal);
    if (heal.phase === 'done') retire(this.#heals, this.#done, heal.id, HEALS_KEPT);
    this.#dirty.heals.add(heal.id);
    this.deviceChanged(heal.device);
    // Not each line of its transcript: it grows with every one.
    if (!entersPhase) return;
    for (const listener of this.#careListeners) listener({ type: 'heal', heal });
  }

  updateMonitor(change: Partial<MonitorView>): void {
    this.#revision++;
    this.#monitor = { ...this.#monitor, ...change };
    this.#dirty.monitor = true;
    this.#flushSoon();
  }

  pluginsChanged(): void {
    this.#revision++;
    this.#dirty.plugins = true;
    this.#flushSoon();
  }

  /** Numbers an event, cleans its text and tells it at once to those who write it down. */
  addEvent(event: NewEvent): EventRecord {
    this.#revision++;
    const record: EventRecord = {
      seq: ++this.#seq,
      at: new Date(this.#options.now()).toISOString(),
      ...event,
      message: cleanLine(event.message),
    };
    this.#events.push(record);
    if (this.#events.length > 2 * EVENTS_KEPT) this.#events = this.#events.slice(-EVENTS_KEPT);
    this.#dirty.events.push(record);
    this.#flushSoon();
    for (const listener of this.#eventListeners) listener(record);
    return record;
  }

  // ---- read by everybody

  /** Grows with every change. */
  get revision(): number {
    return this.#revision;
  }

  get monitor(): MonitorView {
    return this.#monitor;
  }

  incident(id: string): Incident | undefined {
    return this.#incidents.get(id);
  }

  incidents(): Iterable<Incident> {
    return this.#incidents.values();
  }

  heal(id: string): HealView | undefined {
    return this.#heals.get(id);
  }

  heals(): Iterable<HealView> {
    return this.#heals.values();
  }

  samples(id: string): readonly SampleView[] {
    return this.#options.samples(id);
  }

  device(id: string): DeviceView | null {
    const cached = this.#views.get(id);
    if (cached) return cached;
    const view = this.#options.deviceView(id);
    // Views of a large fleet would take more memory than the fleet itself.
    if (view && this.#views.size < VIEWS_KEPT) this.#views.set(id, view);
    return view;
  }

  /** Which devices match a query, and the counts of all. */
  select(query: DeviceQuery): Selection {
    return select(this.#options.briefs(), query);
  }

  /** Every device at a glance. */
  glances(): Iterable<DeviceGlance> {
    return this.#options.glances();
  }

  /** The devices in it are made when somebody looks at them: of a large fleet that takes a while. */
  snapshot(): Snapshot {
    let devices: readonly DeviceView[] | null = null;
    const all = () => (devices ??= this.#devices(this.#options.deviceIds()).present);
    return {
      seq: this.#seq,
      at: this.#options.now(),
      monitor: this.#monitor,
      get devices() {
        return all();
      },
      incidents: [...this.#incidents.values()],
      heals: [...this.#heals.values()],
      events: this.#events.slice(-EVENTS_KEPT),
      plugins: this.#options.plugins(),
    };
  }

  subscribe(listener: (delta: Delta) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Every event at the moment it happens, in order. */
  onEvent(listener: (event: EventRecord) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  /** Every change of an incident, and every phase of a heal, at the moment it happens. */
  onCare(listener: (record: CareRecord) => void): void {
    this.#careListeners.add(listener);
  }

  /** Tells what is still untold, now. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const dirty = this.#dirty;
    this.#dirty = newDirt();
    if (this.#listeners.size === 0) return;
    const { present, gone } = this.#devices(dirty.devices);
    const delta: Delta = {
      seq: this.#seq,
      at: this.#options.now(),
      ...(dirty.monitor && { monitor: this.#monitor }),
      ...(present.length > 0 && { devices: present }),
      ...(gone.length > 0 && { removed: gone }),
      ...(dirty.incidents.size > 0 && { incidents: found(this.#incidents, dirty.incidents) }),
      ...(dirty.heals.size > 0 && { heals: found(this.#heals, dirty.heals) }),
      ...(dirty.events.length > 0 && { events: dirty.events }),
      ...(dirty.plugins && { plugins: this.#options.plugins() }),
    };
    for (const listener of this.#listeners) listener(delta);
  }

  #flushSoon(): void {
    // Unreferenced: a picture that nobody will see again must not keep the process alive.
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS).unref();
  }

  #devices(ids: Iterable<string>): { present: DeviceView[]; gone: string[] } {
    const present: DeviceView[] = [];
    const gone: string[] = [];
    for (const id of ids) {
      const view = this.device(id);
      if (view) present.push(view);
      else gone.push(id);
    }
    return { present, gone };
  }
}

function newDirt() {
  return {
    devices: new Set<string>(),
    incidents: new Set<string>(),
    heals: new Set<string>(),
    events: [] as EventRecord[],
    monitor: false,
    plugins: false,
  };
}

function found<T>(map: ReadonlyMap<string, T>, ids: Iterable<string>): T[] {
  return [...ids].map((id) => map.get(id)).filter((value) => value !== undefined);
}

/** Of those that are over only the last `kept` stay; what is not over stays in any case. */
function retire<T>(map: Map<string, T>, over: Set<string>, id: string, kept: number): void {
  over.add(id);
  for (const oldest of over) {
    if (over.size <= kept) return;
    over.delete(oldest);
    map.delete(oldest);
  }
}
