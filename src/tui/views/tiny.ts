import { isProblem, SEVERITY, shownState } from '../../core/model/shown-state.ts';
import { line, type Span, steady } from '../cells.ts';
import { severityOf } from '../device-state.ts';
import { coarseDuration, counted } from '../format.ts';
import type { Scene } from '../ui.ts';
import { modeOf } from './head.ts';

/** For a terminal too small for a table: the counts, whatever its size, and as many of the devices in trouble as fit. */
export function tinyLines(scene: Scene): string[] {
  const { data, look, size, ui, now } = scene;
  const [style, word] = modeOf(scene);
  const counts = SEVERITY.filter((state) => data.counts[state] > 0);
  const rows: Span[][] = [
    [
      ['title', 'netheal '],
      [style, word],
    ],
    ...counts.map((state): Span[] => [
      [state, `${look.glyphs.states[state]} ${data.counts[state]} ${state}`],
    ]),
    [counted(data.openIncidents.length, 'incident')],
    [data.waiting.length > 0 ? ['warn', `${counted(data.waiting.length, 'approval')}!`] : 'no approvals'],
  ];
  const last: Span[] = [
    ui.overlay?.kind === 'confirm' && ui.overlay.run === 'quit' ? 'quit? y/n' : ['dim', 'q quit'],
  ];
  const troubled = data.snapshot.devices.filter(isProblem).sort((a, b) => severityOf(a) - severityOf(b));
  // With a line between them and the counts; where it ends with that line, there is none.
  const room = Math.max(0, size.rows - rows.length - 2);
  const named = troubled.slice(0, room).map((device): Span[] => {
    const state = shownState(device);
    return [
      [state, `${look.glyphs.states[state]} `],
      `${steady(device.label, look.glyphs)} `,
      ['dim', coarseDuration(now - device.since)],
    ];
  });
  if (named.length > 0) rows.push([], ...named);
  rows.push(last);
  return rows.map((spans) => line(look, size.columns, spans)).slice(0, size.rows);
}
