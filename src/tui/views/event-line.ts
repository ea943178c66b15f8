import type { EventRecord } from '../../core/plugin.ts';
import { fitTo, type Look, type Span, steady } from '../cells.ts';
import type { Data } from '../data.ts';
import { clock } from '../format.ts';
import { clamp } from '../list.ts';
import type { Style } from '../theme.ts';

const LEVEL_STYLE: Readonly<Record<EventRecord['level'], Style>> = {
  info: 'dim',
  good: 'good',
  warn: 'warn',
  bad: 'bad',
};

/** The least, for the names of plugins, and the most: the message matters more. */
const LABEL_CELLS = [14, 20] as const;

/** One event: time, sign, whom it is about, what happened. */
export function eventSpans(event: EventRecord, data: Data, look: Look): Span[] {
  const label = event.device === undefined ? (event.plugin ?? '') : data.labelOf(event.device);
  const cells = clamp(data.labelWidth, ...LABEL_CELLS);
  return [
    ['dim', ` ${clock(Date.parse(event.at))} `],
    signOf(event, look),
    ' ',
    ['bold', fitTo(steady(label, look.glyphs), cells, look.glyphs)],
    ' ',
    withoutLabel(event.message, label),
  ];
}

/** The sign of an event, with its style. */
export function signOf({ type, level, to }: EventRecord, { glyphs }: Look): readonly [Style, string] {
  if (to !== undefined) return [to, glyphs.states[to]];
  if (type === 'heal-started' || type === 'heal-step') return ['healing', glyphs.states.healing];
  if (level === 'good') return ['good', glyphs.states.up];
  if (level === 'bad') return ['bad', glyphs.states.down];
  return [LEVEL_STYLE[level], level === 'warn' ? '!' : glyphs.info];
}

/** Messages begin with the label they are about; here it has a column of its own. */
function withoutLabel(message: string, label: string): string {
  if (label === '' || !message.startsWith(label)) return message;
  const rest = message.slice(label.length);
  return /^(: | )/.test(rest) ? rest.replace(/^:? /, '') : message;
}
