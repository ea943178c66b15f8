import type { EventRecord } from '../core/plugin.ts';

const GLYPHS: Readonly<Record<EventRecord['level'], string>> = { info: '·', good: '●', warn: '!', bad: '✖' };

/** One event as one plain line: local time, a glyph, the words. */
export function eventLine({ at, level, message }: EventRecord): string {
  const time = new Date(at).toLocaleTimeString('sv-SE');
  return `${time} ${GLYPHS[level]} ${message}`;
}
