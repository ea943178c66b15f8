import { arrange, byId, el, setText } from './dom.ts';
import { age, percent, rtt } from './format.ts';
import { lookOf, noteOf } from './looks.ts';
import { deviceHref } from './route.ts';
import { sparkline } from './sparkline.ts';
import type { DeviceRow, Fleet } from './wire.ts';

/** Rows in the page at once: enough to read, few enough to stay quick with ten thousand devices. */
const PAGE_ROWS = 200;

type Shown = { row: HTMLTableRowElement; device: DeviceRow; note: string; since: HTMLElement };

/** The table of devices, the worst first. */
export function deviceTable() {
  const body = byId('device-rows');
  const more = byId<HTMLButtonElement>('more');
  const empty = byId('no-devices');
  const shown = new Map<string, Shown>();
  const byName = nameOrder();
  let limit = PAGE_ROWS;

  return {
    onMore(redraw: () => void): void {
      more.addEventListener('click', () => {
        limit += PAGE_ROWS;
        redraw();
      });
    },
    show(devices: ReadonlyMap<string, DeviceRow>, filter: string, now: number, fleet: Fleet | null): void {
      const matching = byGravity(byName(devices).filter((device) => matches(device, filter)));
      const visible = matching.slice(0, limit);
      const labelOf = (id: string) => devices.get(id)?.label ?? id;
      const rows = visible.map((device) => drawn(device, noteOf(device, labelOf), now));
      const ids = new Set(visible.map(({ id }) => id));
      for (const id of shown.keys()) if (!ids.has(id)) shown.delete(id);
      arrange(body, rows);
      const hidden = matching.length - visible.length;
      more.hidden = hidden === 0;
      setText(more, `Show ${Math.min(hidden, PAGE_ROWS)} more of ${hidden.toLocaleString('en')}`);
      empty.hidden = matching.length > 0;
      setText(empty, emptyWords(filter, fleet));
    },
    /** Lengths of time go on while nothing else changes. */
    tick(now: number): void {
      for (const { since, device } of shown.values()) setText(since, age(now - device.since));
    },
  };

  function drawn(device: DeviceRow, note: string, now: number): HTMLTableRowElement {
    const old = shown.get(device.id);
    if (old !== undefined && old.device === device && old.note === note) return old.row;
    const row = old?.row ?? el('tr', '', [], { role: 'row' });
    const since = el('td', 'number', [age(now - device.since)], { role: 'cell' });
    row.replaceChildren(...cells(device, note, since));
    const hasTurned = old !== undefined && lookOf(old.device).word !== lookOf(device).word;
    row.className = hasTurned ? 'changed' : '';
    shown.set(device.id, { row, device, note, since });
    return row;
  }
}

function emptyWords(filter: string, fleet: Fleet | null): string {
  if (filter !== '') return 'No device matches the filter.';
  if (!fleet) return 'No devices yet.';
  return `All ${fleet.total.toLocaleString('en')} devices are well: the filter finds one by name, address or group.`;
}

function cells(device: DeviceRow, note: string, since: HTMLElement): HTMLElement[] {
  const look = lookOf(device);
  const cell = (className: string, children: readonly (Node | string)[]) =>
    el('td', className, children, { role: 'cell' });
  return [
    cell(`state ${look.className}`, [
      el('span', 'glyph', [look.glyph], { 'aria-hidden': 'true' }),
      look.word,
    ]),
    cell('', [
      el('a', 'label', [device.label], { href: deviceHref(device.id) }),
      device.address === device.label ? '' : el('span', 'address', [device.address]),
    ]),
    cell('number', [rtt(device.rttMs)]),
    cell('', [sparkline(device.recent)]),
    cell(device.lossPercent > 0 ? 'number' : 'number soft', [percent(device.lossPercent, 0)]),
    cell('number', [percent(device.stats.uptimePercent, 2)]),
    cell('number soft', [rtt(device.stats.averageRttMs)]),
    since,
    cell('note', note === '' ? [] : [note]),
  ];
}

function matches(device: DeviceRow, filter: string): boolean {
  if (filter === '') return true;
  const text =
    `${device.label} ${device.address} ${device.id} ${device.group} ${lookOf(device).word}`.toLowerCase();
  return filter.split(/\s+/).every((word) => text.includes(word));
}

/** Devices by name. Comparing ten thousand names takes long, so it is done when names change, not when states do. */
function nameOrder(): (devices: ReadonlyMap<string, DeviceRow>) => DeviceRow[] {
  const names = new Intl.Collator('en', { numeric: true });
  let known: string[] = [];
  let order: string[] = [];
  return (devices) => {
    const now = [...devices.values()].map(({ id, label }) => `${label}\n${id}`);
    if (now.length !== known.length || now.some((name, index) => name !== known[index])) {
      known = now;
      order = [...devices.values()].sort((a, b) => names.compare(a.label, b.label)).map(({ id }) => id);
    }
    return order.map((id) => devices.get(id)!);
  };
}

/** The worst first; within a rank the order stays. */
function byGravity(devices: readonly DeviceRow[]): DeviceRow[] {
  const ranks: DeviceRow[][] = [];
  for (const device of devices) {
    const { rank } = lookOf(device);
    ranks[rank] ??= [];
    ranks[rank].push(device);
  }
  return ranks.flat();
}
