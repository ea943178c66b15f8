/** The view of the whole fleet: grid and incidents, the table with its filter, what happened lately; and the same on a wall. */
import { activityList } from './activity.ts';
import type { Cell, Cells } from './cells.ts';
import { deviceTable } from './device-table.ts';
import { byId } from './dom.ts';
import { type Filter, parseFilter } from './filter.ts';
import { healList } from './heals.ts';
import { heatGrid } from './heat-grid.ts';
import { incidentList } from './incidents.ts';
import type { KeyRow } from './keys.ts';
import type { Picture } from './picture.ts';

/** Fleets of fewer devices have no grid: the table shows them all. */
const GRID_FROM = 50;
const END = Number.MAX_SAFE_INTEGER;

type Options = Readonly<{
  cells: Cells;
  /** Asks for `show` to be called soon. */
  redraw: () => void;
  /** Opens a device. */
  open: (id: string) => void;
}>;

/** Creates the view. */
export function overview({ cells, redraw, open }: Options) {
  const input = byId<HTMLInputElement>('filter');
  const table = deviceTable(redraw);
  const grid = heatGrid({ redraw, open, onGroup: setFilter });
  const incidents = incidentList();
  const activity = activityList();
  const heals = healList();
  let filter: Filter = parseFilter('');

  input.addEventListener('input', () => setFilter(input.value));

  function setFilter(query: string): void {
    if (input.value !== query) input.value = query;
    filter = parseFilter(query);
    redraw();
  }

  function openCurrent(): void {
    const cell = table.current();
    if (cell !== null) open(cell.id);
  }

  const keys: readonly KeyRow[] = [
    { keys: ['/'], shown: '/', does: 'filter the devices', run: () => input.focus() },
    { keys: ['j', 'ArrowDown'], shown: 'j ↓', does: 'the next device', run: () => table.move(1) },
    { keys: ['k', 'ArrowUp'], shown: 'k ↑', does: 'the device before', run: () => table.move(-1) },
    { keys: ['g', 'Home'], shown: 'g Home', does: 'the first device', run: () => table.move(-END) },
    { keys: ['G', 'End'], shown: 'G End', does: 'the last device', run: () => table.move(END) },
    { keys: ['Enter'], shown: 'Enter', does: 'open the device', run: openCurrent },
    { keys: ['s'], shown: 's', does: 'sort by the next column', run: table.sortNext },
    { keys: ['S'], shown: 'S', does: 'sort the other way round', run: table.sortBack },
  ];

  return {
    keys,
    /** The device under the cursor. */
    current: (): Cell | null => table.current(),
    show(picture: Picture, now: number, isWall: boolean): void {
      const isLarge = cells.size >= GRID_FROM;
      document.body.classList.toggle('is-wall', isWall);
      document.body.classList.toggle('is-large', isLarge);
      byId('grid-section').hidden = !isWall && !isLarge;
      // What scrolls must be reached by the keyboard.
      byId('incidents').tabIndex = isLarge && !isWall ? 0 : -1;
      incidents.show(picture, now);
      grid.show({ cells, filter, now, isWall });
      if (isWall) return;
      table.show({ cells, filter, fleet: picture.fleet, now });
      activity.show(picture.changes, now);
      heals.show(picture, now);
    },
    tick: (now: number): void => incidents.tick(now),
    /** Takes back what was done last: the cursor goes first, then the filter. */
    back(): void {
      if (document.activeElement !== input && table.leave()) return;
      input.blur();
      setFilter('');
    },
  };
}
