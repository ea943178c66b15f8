/**
 * Every device of the fleet, as the grid and the table need it. The picture is the source of what it holds in full; of a
 * fleet that is not sent whole, /api/grid has the others.
 */
import { ALL_LOOKS, type Look, lookOf } from './looks.ts';
import type { DeviceRow, GridBlock, NamesBlock } from './wire.ts';

/** One device; changed in place. */
export type Cell = {
  readonly id: string;
  label: string;
  address: string;
  group: string;
  tags: Readonly<Record<string, string>>;
  look: Look;
  since: number;
  rttMs: number | null;
  lossPercent: number;
  uptimePercent: number | null;
  /** In full, where the picture has it. */
  device: DeviceRow | null;
};

/** All cells. */
export class Cells {
  #byId = new Map<string, Cell>();
  #sorted: readonly Cell[] | null = null;
  /** In the order of the server, which its columns have. */
  #served: readonly Cell[] = [];
  #isPartial = false;
  /** Grows when somebody came, went, or was renamed. */
  members = 0;
  /** Grows with every change. */
  changes = 0;
  /** What changed since the grid was drawn; whoever draws it empties it. */
  readonly changed = new Set<Cell>();

  /** A new picture; `isPartial` where it does not hold the whole fleet. */
  begin(devices: Iterable<DeviceRow>, isPartial: boolean): void {
    if (isPartial && this.#isPartial) for (const cell of this.#byId.values()) cell.device = null;
    else this.#replace(new Map());
    this.#isPartial = isPartial;
    for (const device of devices) this.put(device);
  }

  /** A device in full. */
  put(device: DeviceRow): void {
    const cell = this.#byId.get(device.id) ?? this.#add(device.id);
    if (!this.#isPartial || cell.label === '') this.#name(cell, device);
    cell.device = device;
    this.#set(
      cell,
      lookOf(device),
      device.since,
      device.rttMs,
      device.lossPercent,
      device.stats.uptimePercent,
    );
  }

  /** A device that left the picture: of a fleet that is not whole it is only no longer seen in full. */
  drop(id: string): void {
    const cell = this.#byId.get(id);
    if (cell === undefined) return;
    cell.device = null;
    if (this.#isPartial) return;
    this.#byId.delete(id);
    this.#sorted = null;
    this.members++;
    this.changes++;
  }

  /** Who there is, as /api/grid/names says. */
  takeNames(blocks: readonly NamesBlock[]): void {
    const next = new Map<string, Cell>();
    for (const { ids, labels, addresses, groups, tags } of blocks) {
      ids.forEach((id, index) => {
        const cell = this.#byId.get(id) ?? newCell(id);
        this.#name(cell, {
          label: labels[index]!,
          address: addresses[index]!,
          group: groups[index]!,
          tags: tags[index]!,
        });
        next.set(id, cell);
      });
    }
    this.#replace(next);
    this.#served = [...next.values()];
  }

  /** How they are, as /api/grid says. What the picture has in full is newer. */
  takeColumns(blocks: readonly GridBlock[]): void {
    let next = 0;
    for (const { states, rttMs, lossPercent, uptimePercent, since } of blocks) {
      for (let index = 0; index < rttMs.length; index++) {
        const cell = this.#served[next++];
        if (cell === undefined || cell.device !== null) continue;
        const look = ALL_LOOKS[Number(states[index])]!;
        const figures = [since[index]!, rttMs[index]!, lossPercent[index]!, uptimePercent[index]!] as const;
        const [at, rtt, loss, uptime] = figures;
        // Most were not checked since: what has not changed need not be drawn.
        const isSame = cell.look === look && cell.since === at && cell.rttMs === rtt;
        if (isSame && cell.lossPercent === loss && cell.uptimePercent === uptime) continue;
        this.#set(cell, look, ...figures);
      }
    }
  }

  /** All, by name. */
  get all(): readonly Cell[] {
    this.#sorted ??= byName([...this.#byId.values()]);
    return this.#sorted;
  }

  /** False: who there is has to be asked for. */
  get hasNames(): boolean {
    return this.#served.length > 0;
  }

  get size(): number {
    return this.#byId.size;
  }

  find(id: string): Cell | undefined {
    return this.#byId.get(id);
  }

  #replace(cells: Map<string, Cell>): void {
    this.#byId = cells;
    this.#sorted = null;
    this.#served = [];
    this.changed.clear();
    this.members++;
    this.changes++;
  }

  #add(id: string): Cell {
    const cell = newCell(id);
    this.#byId.set(id, cell);
    return cell;
  }

  #name(
    cell: Cell,
    { label, address, group, tags }: Pick<Cell, 'label' | 'address' | 'group' | 'tags'>,
  ): void {
    const isSame = cell.label === label && cell.address === address && cell.group === group;
    cell.tags = tags;
    if (isSame) return;
    cell.label = label;
    cell.address = address;
    cell.group = group;
    this.#sorted = null;
    this.members++;
  }

  #set(
    cell: Cell,
    look: Look,
    since: number,
    rttMs: number | null,
    lossPercent: number,
    uptimePercent: number | null,
  ): void {
    cell.look = look;
    cell.since = since;
    cell.rttMs = rttMs;
    cell.lossPercent = lossPercent;
    cell.uptimePercent = uptimePercent;
    this.changes++;
    this.changed.add(cell);
  }
}

function newCell(id: string): Cell {
  return {
    id,
    label: '',
    address: '',
    group: '',
    tags: {},
    look: ALL_LOOKS.find(({ word }) => word === 'unknown')!,
    since: 0,
    rttMs: null,
    lossPercent: 0,
    uptimePercent: null,
    device: null,
  };
}

/** By name, `sw-2` before `sw-10`. A collator would take half a second for 100,000 names. */
export function byName<T extends { readonly label: string }>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: naturalKey(item.label) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item);
}

function naturalKey(text: string): string {
  return text.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(10, '0'));
}
