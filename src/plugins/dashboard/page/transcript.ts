import type { TranscriptLine } from 'netheal/plugin';
import { el } from './dom.ts';

/** What was said, line by line; null where nothing was. */
export function transcriptView(lines: readonly TranscriptLine[]): HTMLElement | null {
  if (lines.length === 0) return null;
  return el(
    'div',
    'transcript',
    lines.map(({ kind, text }) => el('div', kind, [text])),
    { role: 'log', 'aria-label': 'Transcript', tabindex: '0' },
  );
}
