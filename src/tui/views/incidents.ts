import { shownState } from '../../core/model/shown-state.ts';
import type { Incident } from '../../core/model/types.ts';
import type { EventRecord } from '../../core/plugin.ts';
import { fitTo, line, type Span, selectedLine, spansWidth, steady } from '../cells.ts';
import { clock, coarseDuration, counted, duration } from '../format.ts';
import type { ListState } from '../list.ts';
import { bodyHeight, type Scene, type Size } from '../ui.ts';
import { eventSpans } from './event-line.ts';
import { healWord } from './heals.ts';
import { pane, paneInside } from './pane.ts';
import { defineView, type View } from './view.ts';

type IncidentRow = Readonly<{ key: string; incident: Incident }>;
/** Victims of an incident that are listed under it, unless it is expanded; the rest is a number. */
const VICTIMS_SHOWN = 3;
/** Facts about an incident before its timeline. */
const FACTS = 4;
/** Cells of two columns. */
const HEALING = 20;
const VICTIMS = 11;
/** From here on a row has room for what made a device go down. */
const WIDE = 110;

/** Lines of the pane under the list, its frame included: the timeline is worth half of a large screen. */
function paneHeight({ rows }: Size): number {
  if (rows < 22) return FACTS + 2;
  return rows < 32 ? FACTS + 6 : Math.floor(rows * 0.45);
}

/** Root causes with what they made unreachable, the open ones first. */
export const incidentsView: View = defineView<IncidentRow>({
  rows: ({ data }) =>
    data.snapshot.incidents
      .toSorted(
        (a, b) => Number(a.closedAt !== null) - Number(b.closedAt !== null) || b.openedAt - a.openedAt,
      )
      .map((incident) => ({ key: incident.id, incident })),
  // A row takes more than one line where it has victims: count on the dearest case.
  listHeight: ({ size }) => Math.max(1, Math.floor(roomOf(size) / 2)),
  deviceOf: ({ incident }) => incident.device,
  rowAt: (scene, rows, list, at) => visible(scene, rows, list)[at - HEAD]?.index ?? null,
  lines(scene, rows, list) {
    const { size, look } = scene;
    const open = scene.data.openIncidents.length;
    const head: Span[] = [['title', ' Incidents'], `  ${open} open, ${rows.length - open} closed`];
    const titles = `  ${fitTo('ID', 8, look.glyphs)}${fitTo('STATE', 11, look.glyphs)}  AGE  ROOT CAUSE           ${fitTo('HEALING', HEALING, look.glyphs)}${fitTo('VICTIMS', VICTIMS, look.glyphs)}${size.columns >= WIDE ? 'WHY' : ''}`;
    const room = roomOf(size);
    const body = visible(scene, rows, list).map(({ text }) => text);
    if (rows.length === 0) body.push(line(look, size.columns, [['dim', '  No incident is known. Good.']]));
    while (body.length < room) body.push('');
    return [
      line(look, size.columns, head),
      rows.length === 0 ? '' : line(look, size.columns, [['dim', titles]]),
      ...body,
      ...incidentPane(scene, rows[list.index]?.incident),
    ];
  },
});

/** Title and the names of the columns. */
const HEAD = 2;

const roomOf = (size: Size) => bodyHeight(size) - HEAD - paneHeight(size);

/** The lines of the list that are on the screen, and which row each belongs to. */
function visible(
  scene: Scene,
  rows: readonly IncidentRow[],
  list: ListState,
): readonly Readonly<{ index: number; text: string }>[] {
  const room = roomOf(scene.size);
  const shown: { index: number; text: string }[] = [];
  for (const [index, row] of rows.entries()) {
    if (index < list.top) continue;
    const lines = incidentLines(scene, row, row.key === list.key).map((text) => ({ index, text }));
    // Rows differ in height, so what stands above the cursor may have to give way to it.
    while (index <= list.index && shown.length > 0 && shown.length + lines.length > room) shown.shift();
    if (shown.length + lines.length > room) break;
    shown.push(...lines);
  }
  return shown;
}

function incidentLines(scene: Scene, { incident }: IncidentRow, selected: boolean): string[] {
  const { look, size, data, now, ui } = scene;
  const { glyphs } = look;
  const device = data.byId.get(incident.device);
  const state = device ? shownState(device) : 'unknown';
  const open = incident.closedAt === null;
  const victims = open ? data.victims(incident.device) : [];
  const healing = healSpans(scene, incident);
  const rootOf = victims.length > 0 ? `root of ${victims.length}` : '';
  const isWide = size.columns >= WIDE;
  const spans: Span[] = [
    `${selected ? glyphs.cursor : ' '} `,
    ['dim', fitTo(`#${incident.id}`, 8, glyphs)],
    [open ? (incident.recoveredAt === null ? 'bad' : 'warn') : 'good', fitTo(wordOf(incident), 11, glyphs)],
    fitTo(coarseDuration((incident.closedAt ?? now) - incident.openedAt), 5, glyphs, 'right'),
    '  ',
    [state, glyphs.states[state]],
    ' ',
    ['bold', fitTo(steady(data.labelOf(incident.device), glyphs), 18, glyphs)],
    ' ',
    ...healing,
    ' '.repeat(Math.max(1, HEALING - spansWidth(look, healing))),
    ['warn', isWide ? fitTo(rootOf, VICTIMS, glyphs) : rootOf],
    ['dim', isWide ? `${incident.failure.kind}: ${incident.failure.message}` : ''],
  ];
  const lines = [(selected ? selectedLine : line)(look, size.columns, spans)];
  const isExpanded = ui.expanded.has(incident.id);
  // No more than there is room for, its own line and that of the rest aside: it has to fit on the screen.
  const most = isExpanded ? roomOf(size) - 1 : VICTIMS_SHOWN;
  const named = victims.length <= most ? victims : victims.slice(0, most - 1);
  const rest = victims.length - named.length;
  for (const [index, victim] of named.entries()) {
    const last = index === named.length - 1 && rest === 0;
    lines.push(
      line(look, size.columns, [
        `      ${last ? glyphs.lastBranch : glyphs.branch} `,
        ['unreachable', glyphs.states.unreachable],
        ` ${fitTo(steady(victim.label, glyphs), 18, glyphs)} `,
        ['dim', fitTo(victim.address, 16, glyphs)],
        ['dim', `unreachable via ${data.labelOf(incident.device)}`],
      ]),
    );
  }
  if (rest > 0)
    lines.push(
      line(look, size.columns, [
        `      ${glyphs.lastBranch} `,
        ['unreachable', glyphs.states.unreachable],
        ` ${rest} more`,
        ['dim', selected && !isExpanded ? '  l shows them' : ''],
      ]),
    );
  return lines;
}

function wordOf({ closedAt, recoveredAt }: Incident): string {
  if (closedAt !== null) return 'closed';
  return recoveredAt === null ? 'OPEN' : 'recovering';
}

/** What is being done about it. */
function healSpans(
  { data }: Scene,
  { id, device, attempts, needsHuman, acknowledged, closedAt }: Incident,
): Span[] {
  const heals = data.snapshot.heals.filter(({ incident }) => incident === id);
  const newest = heals.toSorted((a, b) => b.startedAt - a.startedAt)[0];
  const max = newest?.maxAttempts ?? data.byId.get(device)?.healing.maxAttempts;
  const tries = `${attempts}${max === undefined ? '' : `/${max}`}`;
  const ack: Span = ['dim', acknowledged ? `, ack ${acknowledged.by}` : ''];
  if (needsHuman !== null) return [['bad', 'needs a person'], ['dim', ` (${tries} heals)`], ack];
  if (newest && (closedAt === null || newest.outcome === 'healed')) {
    const [style, word] = healWord(newest);
    return [['dim', `heal ${newest.attempt}/${newest.maxAttempts} `], [style, word], ack];
  }
  return [['dim', attempts === 0 ? 'no heal yet' : `${tries} heals`], ack];
}

/** Why there is an incident, and what has happened in it. */
function incidentPane(scene: Scene, incident: Incident | undefined): string[] {
  const { look, size, data, now } = scene;
  const height = paneHeight(size);
  if (!incident) return Array.from({ length: height }, () => '');
  const inside = paneInside(size.columns);
  const { failure, acknowledged, needsHuman, openedAt, closedAt } = incident;
  const label = data.labelOf(incident.device);
  const victims = data.victims(incident.device).length;
  const age =
    closedAt === null ? `${duration(now - openedAt)} ago` : `closed after ${duration(closedAt - openedAt)}`;
  const facts: Span[][] = [
    [
      ['dim', 'why    '],
      `${failure.probe} ${failure.kind}: ${failure.message}`,
      ['warn', victims > 0 ? `; ${counted(victims, 'device')} unreachable behind it` : ''],
    ],
    [['dim', 'when   '], `opened ${clock(openedAt)}, ${age}`],
    [
      ['dim', 'ack    '],
      acknowledged
        ? `${acknowledged.by}: ${acknowledged.reason || '(no reason)'}`
        : ['dim', 'nobody yet (A)'],
    ],
    [['dim', 'person '], needsHuman === null ? ['dim', 'not needed'] : ['warn', needsHuman]],
  ];
  const room = height - 2 - FACTS;
  const story = storyOf(scene, incident);
  const lines = [
    ...facts,
    ...(story.length === 0 && room > 0
      ? [[['dim', 'Nothing of it is left among the events.']] as Span[]]
      : []),
    ...story.slice(0, room).map((event) => eventSpans(event, data, look)),
  ].map((spans) => line(look, inside, spans));
  while (lines.length < height - 2) lines.push('');
  return pane(look, size.columns, { title: `#${incident.id} ${label}`, aside: 'N note' }, lines);
}

/** The events of an incident, notes on its device among them, the newest first. */
function storyOf({ events, data }: Scene, { id, device, openedAt, closedAt }: Incident): EventRecord[] {
  const heals = new Set(data.snapshot.heals.filter(({ incident }) => incident === id).map((heal) => heal.id));
  return events.filter((event) => {
    if (event.incident === id || (event.heal !== undefined && heals.has(event.heal))) return true;
    const at = Date.parse(event.at);
    return event.device === device && at >= openedAt && (closedAt === null || at <= closedAt);
  });
}
