import { SEVERITY, type ShownState } from '../../core/model/shown-state.ts';
import { between, type Span, spansWidth } from '../cells.ts';
import { clock, counted } from '../format.ts';
import type { Style } from '../theme.ts';
import type { Scene } from '../ui.ts';

/** The reading order of the counts: what is well first. */
const COUNT_ORDER: readonly ShownState[] = [
  'up',
  ...SEVERITY.filter((state) => state !== 'up').sort(
    (a, b) => Number(b === 'degraded') - Number(a === 'degraded'),
  ),
];

/** The first line of every screen: counts, badges, clock, and in one word what kind of picture this is. */
export function headLine(scene: Scene): string {
  const { size, look, now, connection, staleSince } = scene;
  const [style, word] = modeOf(scene);
  // The time of a stale picture is when it was last true.
  const right: Span[] =
    connection === 'stale'
      ? [[style, `${word} since ${clock(staleSince)}`], ' ']
      : [`${clock(now)} `, [style, word], ' '];
  const room = size.columns - spansWidth(look, right);
  const variants = [
    counts(scene, { words: true, gap: '  ', badges: true }),
    counts(scene, { words: true, gap: ' ', badges: true }),
    counts(scene, { words: true, gap: ' ', badges: false }),
    counts(scene, { words: false, gap: ' ', badges: true }),
  ];
  const fitting = variants.find((spans) => spansWidth(look, spans) < room);
  return between(
    look,
    size.columns,
    fitting ?? counts(scene, { words: false, gap: ' ', badges: false }),
    right,
  );
}

type Detail = Readonly<{ words: boolean; gap: string; badges: boolean }>;

function counts({ data, look }: Scene, { words, gap, badges }: Detail): Span[] {
  const spans: Span[] = [['title', ' netheal'], words ? ' ' : ''];
  for (const state of COUNT_ORDER) {
    const count = data.counts[state];
    if (count === 0) continue;
    const sign = look.glyphs.states[state];
    spans.push(gap, [state, words ? `${sign} ${count} ${state}` : `${sign}${count}`]);
  }
  if (data.total === 0) spans.push(gap, ['dim', 'no devices']);
  const incidents = data.openIncidents.length;
  const waiting = data.waiting.length;
  if (incidents > 0) spans.push('  ', ['bad', badges ? counted(incidents, 'incident') : `inc ${incidents}`]);
  if (waiting > 0)
    spans.push('  ', ['badge', badges ? ` ${counted(waiting, 'approval')}! ` : ` appr ${waiting}! `]);
  return spans;
}

/** The gravest thing to know about the picture as a whole. */
export function modeOf({ connection, data, ui }: Scene): readonly [Style, string] {
  const { monitor } = data.snapshot;
  if (connection === 'stale') return ['bad', 'STALE'];
  if (ui.frozenAt !== null) return ['warn', 'FROZEN'];
  if (monitor.selfOffline) return ['bad', 'OFFLINE'];
  if (monitor.healingStopped !== null) return ['bad', 'STOPPED'];
  if (monitor.paused) return ['warn', 'PAUSED'];
  if (monitor.healing === 'observe') return ['warn', 'OBSERVE'];
  if (monitor.demo) return ['healing', 'DEMO'];
  return ['good', 'LIVE'];
}

/** What lasts and must be known, said as long as nothing newer has to be said. */
export function lastingWords({ connection, staleSince, data, readOnly, ui }: Scene): Span | null {
  const { monitor } = data.snapshot;
  if (connection === 'stale')
    return ['bad', `The daemon is gone since ${clock(staleSince)}: this picture is old. Trying again.`];
  if (ui.frozenAt !== null)
    return ['warn', `The picture stands still since ${clock(ui.frozenAt)}. Space lets it go on.`];
  if (monitor.selfOffline)
    return ['bad', 'Our own network is down: nothing is known about the devices, and nothing is healed.'];
  if (monitor.healingStopped !== null)
    return ['bad', `All healing is stopped: ${monitor.healingStopped}. P resumes it.`];
  if (monitor.paused) return ['warn', `All healing is paused by ${monitor.paused.by}. P resumes it.`];
  if (monitor.healing === 'off') return ['dim', 'Healing is off: this session only watches.'];
  if (readOnly) return ['dim', 'Read-only session: actions are off.'];
  return null;
}
