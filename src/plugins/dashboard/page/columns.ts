/** The columns of the table of devices, as data: what each shows, when it has to be drawn again, and what it sorts by. */
import type { Cell } from './cells.ts';
import { el } from './dom.ts';
import { age, percent, rtt } from './format.ts';
import { noteOf } from './looks.ts';
import { deviceHref } from './route.ts';
import { sparkline } from './sparkline.ts';

/** What a cell of the table may need beside its device. */
export type Around = Readonly<{ now: number; labelOf: (id: string) => string }>;

export type Column = Readonly<{
  name: string;
  title: string;
  className: string;
  /** Left out of the table of a large fleet, or of a small one. */
  only?: 'few' | 'many';
  /** What it sorts by: numbers and text ascend; null comes last. Absent: by name. */
  sortBy?: (cell: Cell) => number | string | null;
  /** Drawn again only when this differs. */
  key: (cell: Cell, around: Around) => unknown;
  draw: (cell: Cell, around: Around) => readonly (Node | string)[];
  /** A further class of the cell, for as long as the key is the same. */
  mood?: (cell: Cell) => string;
}>;

export const COLUMNS: readonly Column[] = [
  {
    name: 'state',
    title: 'State',
    className: 'state',
    sortBy: ({ look }) => look.rank,
    key: ({ look }) => look,
    draw: ({ look }) => [el('span', 'glyph', [look.glyph], { 'aria-hidden': 'true' }), look.word],
    mood: ({ look }) => look.className,
  },
  {
    name: 'device',
    title: 'Device',
    className: 'device',
    key: ({ id, label, address }) => `${id}\n${label}\n${address}`,
    draw: ({ id, label, address }) => [
      el('a', 'label', [label], { href: deviceHref(id) }),
      address === label ? '' : el('span', 'address', [address]),
    ],
  },
  {
    name: 'group',
    title: 'Group',
    className: 'group soft',
    only: 'many',
    sortBy: ({ group }) => group.toLowerCase(),
    key: ({ group }) => group,
    draw: ({ group }) => [group],
  },
  {
    name: 'rtt',
    title: 'RTT',
    className: 'number rtt',
    sortBy: ({ rttMs }) => rttMs,
    key: ({ rttMs }) => rtt(rttMs),
    draw: ({ rttMs }) => [rtt(rttMs)],
  },
  {
    name: 'recent',
    title: 'Last 20',
    className: 'recent',
    only: 'few',
    sortBy: ({ lossPercent }) => -lossPercent,
    key: ({ device }) => device?.recent,
    draw: ({ device }) => [sparkline(device?.recent ?? [])],
  },
  {
    name: 'loss',
    title: 'Loss',
    className: 'number loss',
    sortBy: ({ lossPercent }) => -lossPercent,
    key: ({ lossPercent }) => Math.floor(lossPercent),
    draw: ({ lossPercent }) => [percent(lossPercent, 0)],
    mood: ({ lossPercent }) => (Math.floor(lossPercent) > 0 ? '' : 'soft'),
  },
  {
    name: 'uptime',
    title: 'Uptime',
    className: 'number uptime',
    sortBy: ({ uptimePercent }) => uptimePercent,
    key: ({ uptimePercent }) => percent(uptimePercent, 2),
    draw: ({ uptimePercent }) => [percent(uptimePercent, 2)],
  },
  {
    name: 'average',
    title: 'Average',
    className: 'number average soft',
    only: 'few',
    sortBy: ({ device }) => device?.stats.averageRttMs ?? null,
    key: ({ device }) => rtt(device?.stats.averageRttMs ?? null),
    draw: ({ device }) => [rtt(device?.stats.averageRttMs ?? null)],
  },
  {
    name: 'since',
    title: 'For',
    className: 'number since',
    sortBy: ({ since }) => -since,
    key: ({ since }, { now }) => lasting(since, now),
    draw: ({ since }, { now }) => [lasting(since, now)],
  },
  {
    name: 'note',
    title: 'Note',
    className: 'note',
    sortBy: ({ device }) => (device && noteOf(device, (id) => id)) || null,
    key: ({ device }, { labelOf }) => device && noteOf(device, labelOf),
    draw: ({ device }, { labelOf }) => [device === null ? '' : noteOf(device, labelOf)],
  },
];

function lasting(since: number, now: number): string {
  return since === 0 ? '–' : age(now - since);
}
