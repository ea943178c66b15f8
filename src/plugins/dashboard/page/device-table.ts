/** The table of devices. Of a large fleet only the rows that can be seen are in the page. */
import type { Cell, Cells } from './cells.ts';
import { type Around, COLUMNS, type Column } from './columns.ts';
import { arrange, byId, el, setText } from './dom.ts';
import type { Filter } from './filter.ts';
import { type Order, ordered } from './table-order.ts';
import type { Fleet } from './wire.ts';

/** Up to here all rows are in the page, with all that is known of each. */
const FEW = 60;
/** Rows above and below of what can be seen, so that scrolling shows no gap. */
const MARGIN = 8;
/** Of the time, at most so much goes into putting a large fleet in order. */
const ORDER_SHARE = 0.1;

type Row = { element: HTMLTableRowElement; cell: Cell; drawn: { td: HTMLElement; key: unknown }[] };

/** What the table is made of now. */
export type Shown = Readonly<{ cells: Cells; filter: Filter; fleet: Fleet | null; now: number }>;

/** Creates the table; `redraw` asks for `show` to be called soon. */
export function deviceTable(redraw: () => void) {
  const scroller = byId('device-scroll');
  const table = byId('devices');
  const head = byId('device-head');
  const body = byId('device-rows');
  const above = byId('rows-above');
  const below = byId('rows-below');
  const empty = byId('no-devices');
  const range = byId('range');
  let columns: readonly Column[] = [];
  let order: Order = { column: COLUMNS[0]!, isReversed: false };
  let rows = new Map<string, Row>();
  let list: readonly Cell[] = [];
  let listOf: { filter: Filter; order: Order; changes: number; members: number } | null = null;
  let orderAgainAt = 0;
  let cursor: string | null = null;
  let rowPx = 34;
  let later: ReturnType<typeof setTimeout> | undefined;
  let isMany: boolean | null = null;

  scroller.addEventListener('scroll', redraw, { passive: true });
  new ResizeObserver(redraw).observe(scroller);

  function setMode(many: boolean): void {
    if (isMany === many) return;
    isMany = many;
    scroller.classList.toggle('is-many', many);
    columns = COLUMNS.filter(({ only }) => only === undefined || only === (many ? 'many' : 'few'));
    if (!columns.includes(order.column)) order = { column: COLUMNS[0]!, isReversed: false };
    rows = new Map();
    body.replaceChildren();
    head.replaceChildren(el('tr', '', columns.map(header), { role: 'row' }));
    showOrder();
  }

  function header(column: Column): HTMLElement {
    const button = el('button', '', [column.title], { type: 'button' });
    button.addEventListener('click', () => sortBy(column));
    return el('th', column.className.replace(' soft', ''), [button], { role: 'columnheader', scope: 'col' });
  }

  function sortBy(column: Column): void {
    order = { column, isReversed: order.column === column && !order.isReversed };
    showOrder();
    redraw();
  }

  function showOrder(): void {
    columns.forEach((column, index) => {
      const sorted = column === order.column ? (order.isReversed ? 'descending' : 'ascending') : 'none';
      head.firstElementChild!.children[index]!.setAttribute('aria-sort', sorted);
    });
  }

  /** The list in order. With a large fleet that takes a while, so what nobody asked for may wait a little. */
  function putInOrder({ cells, filter }: Shown): void {
    const { changes, members } = cells;
    const isAsked = listOf?.filter !== filter || listOf.order !== order || listOf.members !== members;
    if (!isAsked && listOf?.changes === changes) return;
    const began = performance.now();
    clearTimeout(later);
    if (!isAsked && began < orderAgainAt) {
      later = setTimeout(redraw, orderAgainAt - began);
      return;
    }
    list = ordered(cells.all, filter, order);
    listOf = { filter, order, changes, members };
    const ended = performance.now();
    orderAgainAt = ended + (ended - began) / ORDER_SHARE;
  }

  function drawRow(cell: Cell, index: number, around: Around): HTMLTableRowElement {
    let row = rows.get(cell.id);
    if (row === undefined || row.cell !== cell) {
      const element = el('tr', '', [], { role: 'row' });
      element.dataset.id = cell.id;
      row = {
        element,
        cell,
        drawn: columns.map(() => ({ td: el('td', '', [], { role: 'cell' }), key: NEVER })),
      };
      element.append(...row.drawn.map(({ td }) => td));
      rows.set(cell.id, row);
    }
    columns.forEach((column, at) => {
      const drawn = row.drawn[at]!;
      const key = column.key(cell, around);
      if (key === drawn.key) return;
      if (column.name === 'state') row.element.className = drawn.key === NEVER ? '' : 'changed';
      drawn.key = key;
      drawn.td.className = `${column.className} ${column.mood?.(cell) ?? ''}`;
      drawn.td.replaceChildren(...column.draw(cell, around));
    });
    row.element.ariaRowIndex = String(index + 2);
    if (cell.id === cursor) row.element.setAttribute('aria-current', 'true');
    else row.element.removeAttribute('aria-current');
    return row.element;
  }

  /** First and last row that can be seen, counted from 0; the last is the first that cannot. */
  function visible(): [number, number] {
    if (!isMany) return [0, list.length];
    const first = Math.floor(scroller.scrollTop / rowPx);
    const seen = Math.ceil((scroller.clientHeight - head.offsetHeight) / rowPx);
    return [Math.min(first, Math.max(0, list.length - seen)), Math.min(list.length, first + seen)];
  }

  function show(shown: Shown): void {
    setMode(shown.cells.size > FEW);
    putInOrder(shown);
    if (isMany) rowPx = Number.parseFloat(getComputedStyle(scroller).getPropertyValue('--row')) || rowPx;
    const [first, last] = visible();
    const from = isMany ? Math.max(0, first - MARGIN) : 0;
    const to = isMany ? Math.min(list.length, last + MARGIN) : list.length;
    const around: Around = { now: shown.now, labelOf: (id) => shown.cells.find(id)?.label ?? id };
    const window = list.slice(from, to);
    arrange(
      body,
      window.map((cell, index) => drawRow(cell, from + index, around)),
    );
    for (const [id, row] of rows) if (!row.element.isConnected) rows.delete(id);
    space(above, from * rowPx);
    space(below, (list.length - to) * rowPx);
    table.ariaRowCount = String(list.length + 1);
    const { filter, cells, fleet } = shown;
    const total = fleet?.total ?? cells.size;
    empty.hidden = list.length > 0;
    setText(empty, emptyWords(filter, fleet));
    setText(range, filter.problem ?? rangeWords(first, last, list.length, total));
    range.classList.toggle('down', filter.problem !== null);
  }

  function scrollTo(index: number): void {
    if (!isMany) {
      rows.get(list[index]!.id)?.element.scrollIntoView({ block: 'nearest' });
      return;
    }
    const top = index * rowPx;
    const room = scroller.clientHeight - head.offsetHeight - rowPx;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top > scroller.scrollTop + room) scroller.scrollTop = top - room;
  }

  return {
    show,
    /** The device under the cursor. */
    current(): Cell | null {
      return list.find(({ id }) => id === cursor) ?? null;
    },
    /** Moves the cursor by so many rows; the first move puts it on the first row. */
    move(by: number): void {
      const at = list.findIndex(({ id }) => id === cursor);
      const next =
        at === -1 ? (by < 0 ? list.length - 1 : 0) : Math.max(0, Math.min(list.length - 1, at + by));
      const cell = list[next];
      if (cell === undefined) return;
      cursor = cell.id;
      scrollTo(next);
      redraw();
    },
    /** No cursor; false where there was none. */
    leave(): boolean {
      const had = cursor !== null;
      cursor = null;
      redraw();
      return had;
    },
    /** Sorts by the next column, or the other way round. */
    sortNext(): void {
      sortBy(columns[(columns.indexOf(order.column) + 1) % columns.length]!);
    },
    sortBack(): void {
      sortBy(order.column);
    },
  };
}

/** No key of a column is this. */
const NEVER = Symbol('never drawn');

function space(rows: HTMLElement, px: number): void {
  rows.hidden = px <= 0;
  (rows.firstElementChild!.firstElementChild as HTMLElement).style.height = `${Math.max(0, px)}px`;
}

function rangeWords(first: number, last: number, matching: number, total: number): string {
  const number = (value: number) => value.toLocaleString('en');
  const of = matching === total ? number(total) : `${number(matching)} matching, ${number(total)} in all`;
  return matching === 0 ? `0 of ${number(total)}` : `${number(first + 1)}-${number(last)} of ${of}`;
}

function emptyWords(filter: Filter, fleet: Fleet | null): string {
  if (!filter.isEmpty) return 'No device matches the filter.';
  return fleet === null ? 'No devices yet.' : 'The devices are on their way.';
}
