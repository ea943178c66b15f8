/** A fleet without an engine: a source that changes as a real one does, for what is measured behind it. */
import { select } from '../../src/core/api/select.ts';
import type { Delta, DeviceView, Snapshot, Source } from '../../src/core/api/types.ts';
import type { EventRecord } from '../../src/core/plugin.ts';
import { deviceOf, samplesOf, snapshot } from '../tui/fake-source.ts';

/** As often as the real store tells its views. */
const TICK_MS = 100;
const IN_TROUBLE = 0.02;
/** One check in a thousand turns a device: as many come back as go. */
const TURNS = { up: 0.0005 / (1 - IN_TROUBLE), down: 0.0005 / IN_TROUBLE } as const;
const SITES = 12;
const KEPT_EVENTS = 1_000;

/** So many devices of which some are checked whenever the caller says so. */
export class BusyFleet implements Source {
  readonly inProcess = true;
  readonly #devices: DeviceView[];
  readonly #index = new Map<string, number>();
  readonly #listeners = new Set<(delta: Delta) => void>();
  readonly #base = snapshot({ devices: [], incidents: [], heals: [], events: [] });
  #events: EventRecord[] = [];
  #seq = 1;
  #revision = 0;
  #snapshot: Snapshot | null = null;

  constructor(count: number) {
    const now = Date.now();
    this.#devices = Array.from({ length: count }, (_, index) => {
      const site = `site-${String(index % SITES).padStart(2, '0')}`;
      const address = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
      return deviceOf(`dev-${String(index).padStart(5, '0')}`, address, site, {
        since: now - 3_600_000 - index * 1_000,
        ...(index % (1 / IN_TROUBLE) === 7 && {
          reachability: 'down' as const,
          rttMs: null,
          consecutiveFailures: 5,
        }),
      });
    });
    for (const [index, { id }] of this.#devices.entries()) this.#index.set(id, index);
  }

  /** So many devices are checked. */
  change(count: number): void {
    const at = Date.now();
    const changed = new Map<string, DeviceView>();
    const events: EventRecord[] = [];
    for (let i = 0; i < count; i++) {
      const index = Math.floor(Math.random() * this.#devices.length);
      const before = this.#devices[index]!;
      const isDown = before.reachability === 'down';
      const turns = Math.random() < TURNS[isDown ? 'down' : 'up'];
      const after = checked(before, at, isDown !== turns);
      if (turns) {
        const to = after.reachability;
        events.push({
          seq: ++this.#seq,
          at: new Date(at).toISOString(),
          type: 'status-change',
          level: to === 'up' ? 'good' : 'bad',
          device: after.id,
          from: before.reachability,
          to,
          message: `${after.label} is ${to}`,
        });
      }
      this.#devices[index] = after;
      changed.set(after.id, after);
    }
    if (changed.size === 0) return;
    this.#events = [...this.#events, ...events].slice(-KEPT_EVENTS);
    this.#snapshot = null;
    this.#revision++;
    const delta: Delta = {
      seq: this.#seq,
      at,
      devices: [...changed.values()],
      ...(events.length > 0 && { events }),
    };
    for (const listener of this.#listeners) listener(delta);
  }

  snapshot(): Snapshot {
    this.#snapshot ??= {
      ...this.#base,
      seq: this.#seq,
      at: Date.now(),
      devices: [...this.#devices],
      events: this.#events,
    };
    return this.#snapshot;
  }
  select = (query: Parameters<Source['select']>[0]) => select(this.#devices, query);
  revision = () => this.#revision;
  glances = () => this.#devices;
  device = (id: string) => this.#devices[this.#index.get(id) ?? -1] ?? null;
  subscribe(listener: (delta: Delta) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  act = async () => ({ ok: true, message: 'done' }) as const;
  samples = async (id: string) => samplesOf(this.device(id)!);
  connection = () => ({ state: 'live', since: 0 }) as const;
  close = async () => this.#listeners.clear();
}

function checked(before: DeviceView, at: number, isDown: boolean): DeviceView {
  const rttMs = isDown ? null : 0.3 + Math.random() * 2;
  const recent = [...before.recent.slice(1), rttMs];
  const reachability = isDown ? 'down' : 'up';
  return {
    ...before,
    reachability,
    since: reachability === before.reachability ? before.since : at,
    lastCheckAt: at,
    rttMs,
    recent,
    lossPercent: (recent.filter((one) => one === null).length / recent.length) * 100,
    consecutiveFailures: isDown ? before.consecutiveFailures + 1 : 0,
    stats: { ...before.stats, totalChecks: before.stats.totalChecks + 1 },
  };
}

/** Checks so many devices of the fleet a second. */
export function keepBusy(fleet: BusyFleet, updatesPerSecond: number): void {
  let owed = 0;
  setInterval(() => {
    owed += (updatesPerSecond * TICK_MS) / 1_000;
    const count = Math.floor(owed);
    owed -= count;
    fleet.change(count);
  }, TICK_MS);
}
