import { shownState } from '../../core/model/shown-state.ts';
import type { Incident } from '../../core/model/types.ts';
import { fitTo, line, rule, type Span, selectedLine, steady } from '../cells.ts';
import { clock, coarseDuration, duration } from '../format.ts';
import { bodyHeight, type Scene } from '../ui.ts';
import { defineView, type View } from './view.ts';

type IncidentRow = Readonly<{ key: string; incident: Incident }>;
const PANE = 6;
/** Victims of an incident that are listed under it; the rest is a number. */
const VICTIMS_SHOWN = 3;

/** Root causes with what they made unreachable, the open ones first. */
export const incidentsView: View = defineView<IncidentRow>({
  rows: ({ data }) =>
    data.snapshot.incidents
      .toSorted(
        (a, b) => Number(a.closedAt !== null) - Number(b.closedAt !== null) || b.openedAt - a.openedAt,
      )
      .map((incident) => ({ key: incident.id, incident })),
  // A row takes more than one line where it has victims: count on the dearest case.
  listHeight: (scene) => Math.max(1, Math.floor((bodyHeight(scene.size) - 3 - PANE) / 2)),
  deviceOf: ({ incident }) => incident.device,
  lines(scene, rows, list) {
    const { size, look } = scene;
    const open = scene.data.openIncidents.length;
    const head: Span[] = [['title', ' Incidents'], `  ${open} open, ${rows.length - open} closed`];
    const room = bodyHeight(size) - 2 - PANE;
    const body: string[] = [];
    for (const [index, row] of rows.entries()) {
      if (index < list.top) continue;
      const lines = incidentLines(scene, row, row.key === list.key);
      // Rows differ in height, so what stands above the cursor may have to give way to it.
      while (index <= list.index && body.length > 0 && body.length + lines.length > room) body.shift();
      if (body.length + lines.length > room) break;
      body.push(...lines);
    }
    if (rows.length === 0) body.push(line(look, size.columns, [['dim', '  No incident is known. Good.']]));
    while (body.length < room) body.push('');
    return [line(look, size.columns, head), '', ...body, ...pane(scene, rows[list.index]?.incident)];
  },
});

function incidentLines(scene: Scene, { incident }: IncidentRow, selected: boolean): string[] {
  const { look, size, data, now } = scene;
  const { glyphs } = look;
  const device = data.byId.get(incident.device);
  const state = device ? shownState(device) : 'unknown';
  const open = incident.closedAt === null;
  const victims = open ? data.victims(incident.device) : [];
  const spans: Span[] = [
    `${selected ? glyphs.cursor : ' '} `,
    ['dim', fitTo(`#${incident.id}`, 8, glyphs)],
    [open ? (incident.recoveredAt === null ? 'bad' : 'warn') : 'good', fitTo(wordOf(incident), 11, glyphs)],
    fitTo(coarseDuration((incident.closedAt ?? now) - incident.openedAt), 5, glyphs, 'right'),
    '  ',
    [state, glyphs.states[state]],
    ' ',
    ['bold', fitTo(steady(data.labelOf(incident.device), glyphs), 18, glyphs)],
    victims.length > 0 ? `root of ${victims.length}   ` : '',
    ['dim', healWords(incident, device?.healing.maxAttempts)],
  ];
  const lines = [(selected ? selectedLine : line)(look, size.columns, spans)];
  const named = victims.length > VICTIMS_SHOWN ? victims.slice(0, VICTIMS_SHOWN - 1) : victims;
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
      ]),
    );
  return lines;
}

function wordOf({ closedAt, recoveredAt }: Incident): string {
  if (closedAt !== null) return 'closed';
  return recoveredAt === null ? 'OPEN' : 'recovering';
}

function healWords({ attempts, needsHuman, acknowledged }: Incident, max: number | undefined): string {
  const words = [attempts === 0 ? 'no heal yet' : `${attempts}${max ? ` of ${max}` : ''} heals`];
  if (needsHuman !== null) words.unshift('needs a person');
  if (acknowledged) words.push(`ack ${acknowledged.by}`);
  return words.join(', ');
}

function pane(scene: Scene, incident: Incident | undefined): string[] {
  const { look, size, data, now } = scene;
  if (!incident) return Array.from({ length: PANE }, () => '');
  const times = [`opened ${clock(incident.openedAt)}`];
  if (incident.recoveredAt !== null) times.push(`recovered ${clock(incident.recoveredAt)}`);
  if (incident.closedAt !== null)
    times.push(`closed ${clock(incident.closedAt)} after ${duration(incident.closedAt - incident.openedAt)}`);
  else times.push(`${duration(now - incident.openedAt)} ago`);
  const { failure, acknowledged, needsHuman } = incident;
  const facts: Span[][] = [
    [['dim', ' why    '], `${failure.probe} ${failure.kind}: ${failure.message}`],
    [['dim', ' when   '], times.join(', ')],
    [['dim', ' ack    '], acknowledged ? `${acknowledged.by}: ${acknowledged.reason || '(no reason)'}` : '-'],
    [['dim', ' person '], needsHuman === null ? 'not needed' : ['warn', needsHuman]],
  ];
  const title = `incident #${incident.id}: ${data.labelOf(incident.device)}`;
  return [rule(look, size.columns, title), ...facts.map((spans) => line(look, size.columns, spans)), ''];
}
