import { line, type Span, spansWidth } from './cells.ts';
import { type Binding, bindingsOf, type Place } from './keys.ts';
import { clamp } from './list.ts';
import type { Box } from './overlays/box.ts';
import { overlayOf } from './overlays/overlays.ts';
import { bodyHeight, isTiny, type Prompt, type Scene, type ViewName } from './ui.ts';
import { deviceLines } from './views/device.ts';
import { eventsView } from './views/events.ts';
import { fleetView } from './views/fleet.ts';
import { headLine, lastingWords } from './views/head.ts';
import { healsView } from './views/heals.ts';
import { incidentsView } from './views/incidents.ts';
import { pluginsView } from './views/plugins.ts';
import { tinyLines } from './views/tiny.ts';
import type { AnyRow, View } from './views/view.ts';

/** The views by name. */
export const VIEWS: Readonly<Record<ViewName, View>> = {
  fleet: fleetView,
  events: eventsView,
  incidents: incidentsView,
  heals: healsView,
  plugins: pluginsView,
};

/** A whole screen: its lines, as many as it has rows, and the window over them. */
export type Frame = Readonly<{
  lines: readonly string[];
  /** The rows that change by themselves, with every figure and with the clock; what is around them is the chrome. */
  live: Readonly<{ from: number; to: number }>;
  box: Box | null;
}>;

/** Where keys go now. */
export function placeOf({ ui }: Pick<Scene, 'ui'>): Place {
  if (ui.overlay) return ui.overlay.kind;
  return ui.device === null ? ui.view : 'device';
}

/** Draws a scene. The same scene gives the same frame. */
export function frameOf(scene: Scene, rows: readonly AnyRow[]): Frame {
  if (isTiny(scene.size))
    return { lines: tinyLines(scene), live: { from: 0, to: scene.size.rows }, box: null };
  const { size, ui } = scene;
  const height = bodyHeight(size);
  const body =
    ui.device === null ? VIEWS[ui.view].lines(scene, rows, ui.lists[ui.view]) : detail(scene, height);
  const filled = Array.from({ length: height }, (_, index) => body[index] ?? '');
  return {
    lines: [headLine(scene), ...filled, messageLine(scene), footerLine(scene)],
    live: { from: 0, to: 1 + height },
    box: overlayOf(scene),
  };
}

function detail(scene: Scene, height: number): string[] {
  const { head, scrolling } = deviceLines(scene);
  const room = height - head.length;
  const top = clamp(scene.ui.detailTop, 0, scrolling.length - room);
  const shown = scrolling.slice(top, top + room);
  const below = scrolling.length - top - shown.length;
  if (below > 0 && shown.length > 0)
    shown[shown.length - 1] = line(scene.look, scene.size.columns, [['dim', ` ${below + 1} more lines: j`]]);
  return [...head, ...shown];
}

const ASKS: Readonly<Record<Prompt['kind'], (prompt: Prompt) => string>> = {
  filter: () => '/',
  'save-view': () => 'Save this view as: ',
  ack: (prompt) => `Acknowledge ${prompt.kind === 'ack' ? prompt.label : ''}. Why? `,
  note: (prompt) => `A note on ${prompt.kind === 'note' ? prompt.label : ''}: `,
  downtime: (prompt) =>
    `Downtime of ${prompt.kind === 'downtime' ? prompt.label : ''}. How long, and why (2h new firmware)? `,
};

/** What is being typed, else the last answer, else what lasts. */
function messageLine(scene: Scene): string {
  const { ui, look, size } = scene;
  if (ui.prompt) {
    const ask: Span = ['key', ` ${ASKS[ui.prompt.kind](ui.prompt)}`];
    const room = size.columns - spansWidth(look, [ask]) - 1;
    return line(look, size.columns, [ask, ui.prompt.text.slice(-room), look.glyphs.caret]);
  }
  if (ui.message) return line(look, size.columns, [[ui.message.level, ` ${ui.message.text}`]]);
  const lasting = lastingWords(scene);
  return lasting ? line(look, size.columns, [' ', lasting]) : '';
}

/** The keys that act here, as many as fit. */
function footerLine(scene: Scene): string {
  const { ui, look, size, readOnly } = scene;
  const spans: Span[] = [' '];
  if (ui.prompt || ui.overlay?.kind === 'palette') {
    spans.push(['key', 'Enter'], ' take it  ', ['key', 'Esc'], ' never mind');
    return line(look, size.columns, spans);
  }
  const place = placeOf(scene);
  const bindings = bindingsOf(scene.bindings, place, readOnly).filter(({ footer }) => footer !== undefined);
  // Help and quit are always there; of the rest the first ones, as many as fit.
  const always = bindings.filter(({ command }) => command === 'help' || command === 'quit');
  const cells = ({ shown, footer }: Binding): Span[] => [['key', shown], ['dim', ` ${footer}`], '  '];
  const tail = always.flatMap(cells).slice(0, -1);
  const room = size.columns - spansWidth(look, tail);
  for (const binding of bindings) {
    if (always.includes(binding)) continue;
    if (spansWidth(look, [...spans, ...cells(binding)]) > room) break;
    spans.push(...cells(binding));
  }
  spans.push(...tail);
  return line(look, size.columns, spans);
}
