import { SEVERITY } from '../../core/model/shown-state.ts';
import { line, type Span } from '../cells.ts';
import { counted } from '../format.ts';
import type { Scene } from '../ui.ts';
import { modeOf } from './head.ts';

/** For a terminal too small for a table: the counts, whatever its size. */
export function tinyLines(scene: Scene): string[] {
  const { data, look, size, ui } = scene;
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
    [ui.overlay?.kind === 'confirm' && ui.overlay.run === 'quit' ? 'quit? y/n' : ['dim', 'q quit']],
  ];
  return rows.map((spans) => line(look, size.columns, spans)).slice(0, size.rows);
}
