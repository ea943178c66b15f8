import type { DeviceView, HealView } from '../../core/api/types.ts';
import { shownState } from '../../core/model/shown-state.ts';
import { line, type Span, spansWidth, steady } from '../cells.ts';
import { chart, WINDOWS_MS, wholeWindow } from '../chart.ts';
import { noteOf } from '../device-state.ts';
import { duration, loss, p95, rtt, uptime } from '../format.ts';
import { clamp } from '../list.ts';
import { bodyHeight, type DetailPane, type Scene, type Size } from '../ui.ts';
import { factLines } from './device-facts.ts';
import { stateLines } from './device-states.ts';
import { eventSpans } from './event-line.ts';
import { healWord, transcriptTail } from './heals.ts';
import { beside, pane, paneInside } from './pane.ts';

/** Chart and facts stand beside each other where the screen is this wide, else under each other. */
const TWO_PANES = 110;
const EVENTS = 20;

/** Lines inside the panes whose height is up to the screen. */
function heights({ rows }: Size): Readonly<{ chart: number; transcript: number }> {
  if (rows >= 45) return { chart: 14, transcript: 16 };
  return rows >= 32 ? { chart: 10, transcript: 7 } : { chart: 7, transcript: 5 };
}

/** One device in full: two lines that stand still, and the panes, which scroll. */
export type Detail = Readonly<{
  head: readonly string[];
  scrolling: readonly string[];
  /** The line at which each pane begins, in the order of Tab. */
  panes: readonly Readonly<{ name: DetailPane; top: number }>[];
}>;

export function deviceLines(scene: Scene): Detail {
  const { ui, data, look, size } = scene;
  const device = data.byId.get(ui.device ?? '');
  if (!device) {
    const gone = line(look, size.columns, [
      ['warn', ' This device is no longer in the config. Esc goes back.'],
    ]);
    return { head: [gone, ''], scrolling: [], panes: [] };
  }
  return { head: headLines(scene, device), ...scrollingPanes(scene, device) };
}

/** How far the detail can be scrolled. */
export function lastDetailTop(scene: Scene): number {
  const { head, scrolling } = deviceLines(scene);
  return Math.max(0, scrolling.length - (bodyHeight(scene.size) - head.length));
}

/** The pane behind the one with the focus, and where the detail has to be scrolled to for it. */
export function nextDetailPane(scene: Scene): Readonly<{ detailPane: DetailPane; detailTop: number }> {
  const { panes } = deviceLines(scene);
  const at = panes.findIndex(({ name }) => name === scene.ui.detailPane);
  const { name, top } = panes[(at + 1) % panes.length] ?? { name: 'chart', top: 0 };
  return { detailPane: name, detailTop: scene.ui.isFull ? 0 : clamp(top, 0, lastDetailTop(scene)) };
}

function headLines({ look, size, now, data, samples }: Scene, device: DeviceView): string[] {
  const { glyphs } = look;
  const state = shownState(device);
  const note = noteOf(device, data);
  const answered = samples.map(({ rttMs }) => rttMs).filter((rttMs) => rttMs !== null);
  const { averageRttMs, uptimePercent, onlineChecks, totalChecks } = device.stats;
  const ms = (value: number | null) => (value === null ? '-' : `${rtt(value)} ms`);
  const first: Span[] = [
    ['title', ` ${steady(device.label, glyphs)}`],
    '  ',
    [state, `${glyphs.states[state]} ${state} ${duration(now - device.since)}`],
    note === '' ? '' : ['warn', `  ${note}`],
  ];
  const figures: readonly (readonly [name: string, value: string])[] = [
    ['rtt', ms(device.rttMs)],
    ['loss', loss(device.lossPercent)],
    ['up', uptimePercent === null ? '-' : `${uptime(uptimePercent)}%`],
    ['average', ms(averageRttMs)],
    ['p95', ms(p95(answered))],
    ['jitter', ms(jitterOf(answered))],
    ['checks', `${totalChecks.toLocaleString('en')}, ${onlineChecks.toLocaleString('en')} good`],
  ];
  const second: Span[] = [];
  for (const [name, value] of figures) {
    const more: Span[] = [['dim', `${second.length === 0 ? ' ' : '  '}${name} `], value];
    // A figure that is cut off would be another figure.
    if (spansWidth(look, [...second, ...more]) > size.columns) break;
    second.push(...more);
  }
  return [line(look, size.columns, first), line(look, size.columns, second)];
}

/** The mean step from one RTT to the next. */
function jitterOf(rttMs: readonly number[]): number | null {
  if (rttMs.length < 2) return null;
  const steps = rttMs.slice(1).map((value, index) => Math.abs(value - rttMs[index]!));
  return steps.reduce((sum, step) => sum + step, 0) / steps.length;
}

/** Draws a pane of a width; null where there is nothing to show. `height`: lines inside, where it is up to the screen. */
type DrawPane = (scene: Scene, device: DeviceView, width: number, height: number | null) => string[] | null;

const PANES: Readonly<Record<DetailPane, DrawPane>> = {
  chart: chartPane,
  facts: (scene, device, width, height) => {
    const lines = filled(factLines(scene, device, paneInside(width)), height ?? 0);
    return framed(scene, 'facts', 'how it is checked and healed', width, lines);
  },
  states: (scene, device, width) =>
    framed(scene, 'states', 'states', width, stateLines(scene, device, paneInside(width))),
  heal: healPane,
  events: eventsPane,
};

/** Of the panes, and of Tab; where chart and facts stand beside each other, the facts are no pane of the rest. */
const ORDER: readonly DetailPane[] = ['chart', 'states', 'heal', 'facts', 'events'];

function scrollingPanes(scene: Scene, device: DeviceView): Pick<Detail, 'scrolling' | 'panes'> {
  const { ui, size, look } = scene;
  const { columns } = size;
  const drawn = (name: DetailPane, width = columns, height: number | null = null) =>
    PANES[name](scene, device, width, height);
  const scrolling: string[] = [];
  const tops = new Map<DetailPane, number>();
  if (columns >= TWO_PANES) {
    const left = Math.floor(columns * 0.52);
    const right = columns - left - 1;
    const height = Math.max(heights(size).chart, drawn('facts', right)!.length - 2);
    scrolling.push(...beside(look, drawn('chart', left, height)!, drawn('facts', right, height)!, left));
    tops.set('chart', 0).set('facts', 0);
  }
  for (const name of ORDER) {
    const lines = tops.has(name) ? null : drawn(name);
    if (lines === null) continue;
    tops.set(name, scrolling.length);
    scrolling.push(...lines);
  }
  const panes = ORDER.flatMap((name) => (tops.has(name) ? { name, top: tops.get(name)! } : []));
  if (!ui.isFull) return { scrolling, panes };
  return { scrolling: drawn(ui.detailPane, columns, bodyHeight(size) - 4) ?? [], panes };
}

/** At least so many lines. */
function filled(lines: readonly string[], height: number): string[] {
  return [...lines, ...Array.from({ length: Math.max(0, height - lines.length) }, () => '')];
}

function framed(
  { look, ui }: Scene,
  name: DetailPane,
  title: string,
  width: number,
  lines: readonly string[],
  aside?: string,
): string[] {
  const isFocused = ui.detailPane === name;
  return pane(look, width, { title, isFocused, ...(aside !== undefined && { aside }) }, lines);
}

function chartPane(scene: Scene, _device: DeviceView, width: number, height: number | null): string[] {
  const { look, samples, now, ui, size } = scene;
  const windowMs = WINDOWS_MS[ui.zoom ?? wholeWindow(samples, now)]!;
  const inside = height ?? heights(size).chart;
  const lines =
    samples.length === 0
      ? [line(look, width, [['dim', 'no samples yet']])]
      : chart(samples, now, windowMs, look, paneInside(width), inside);
  return framed(scene, 'chart', `RTT ${duration(windowMs)}`, width, filled(lines, inside), '[ ] zoom');
}

function healPane(scene: Scene, device: DeviceView, width: number, height: number | null): string[] | null {
  const { look, size } = scene;
  const heal = lastHeal(scene, device);
  if (!heal) return null;
  const [, word] = healWord(heal);
  const title = `last heal ${heal.attempt}/${heal.maxAttempts} "${heal.strategy}": ${word}`;
  // A plan is shown whole: this is what somebody may be about to approve. Alone on the screen, so is what was said.
  const isWhole = heal.transcript.length === 0 || height !== null;
  const most = isWhole ? Number.POSITIVE_INFINITY : heights(size).transcript;
  return framed(
    scene,
    'heal',
    title,
    width,
    transcriptTail(heal, look, paneInside(width), most),
    't transcripts',
  );
}

function lastHeal({ data }: Scene, device: DeviceView): HealView | undefined {
  return data.snapshot.heals
    .filter((heal) => heal.device === device.id)
    .toSorted((a, b) => b.startedAt - a.startedAt)[0];
}

function eventsPane(scene: Scene, device: DeviceView, width: number, height: number | null): string[] {
  const { events, look, data } = scene;
  const own = events.filter(({ device: id }) => id === device.id);
  const shown = height === null ? own.slice(0, EVENTS) : own;
  const lines = shown.map((event) => line(look, paneInside(width), eventSpans(event, data, look)));
  if (own.length === 0) lines.push(look.paint('dim', 'nothing has happened to it since the daemon started'));
  return framed(scene, 'events', 'events of this device', width, lines);
}
