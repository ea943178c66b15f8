import type { HealView } from '../../core/api/types.ts';
import type { TranscriptLine } from '../../core/model/types.ts';
import { fitTo, type Look, line, type Span, selectedLine, steady, wrap } from '../cells.ts';
import { clock, coarseDuration, countdown } from '../format.ts';
import type { Style } from '../theme.ts';
import { bodyHeight, type Scene } from '../ui.ts';
import { pane, paneInside } from './pane.ts';
import { defineView, rowsFrom, type View } from './view.ts';

/** From here on a row has room for who and why; below that only the pane says it. */
const WIDE = 100;

type HealRow = Readonly<{ key: string; heal: HealView }>;

/** Attempts to heal, the newest first, with the transcript of the one under the cursor. */
export const healsView: View = defineView<HealRow>({
  rows: ({ data }) =>
    data.snapshot.heals
      .toSorted((a, b) => Number(isOver(a)) - Number(isOver(b)) || b.startedAt - a.startedAt)
      .map((heal) => ({ key: heal.id, heal })),
  listHeight: ({ size, ui }) => (ui.isFull ? 1 : Math.max(2, Math.floor((bodyHeight(size) - 3) * 0.4))),
  deviceOf: ({ heal }) => heal.device,
  rowAt: rowsFrom(2, (scene) => healsView.listHeight(scene)),
  lines(scene, rows, list) {
    const { size, look, data } = scene;
    const running = rows.filter(({ heal }) => !isOver(heal)).length;
    const head: Span[] = [
      ['title', ' Heals'],
      `  ${running} under way, ${rows.length - running} over`,
      data.waiting.length > 0 ? ['warn', `   ${data.waiting.length} wait for approval (a)`] : '',
    ];
    const titles = `  STARTED  ${fitTo('STATE', 12, look.glyphs)}${fitTo('DEVICE', 18, look.glyphs)} TRY ${fitTo('STRATEGY', 24, look.glyphs)} TIME${size.columns >= WIDE ? '  WHO AND WHY' : ''}`;
    const height = healsView.listHeight(scene);
    const body = rows
      .slice(list.top, list.top + height)
      .map((row) => healLine(scene, row, row.key === list.key));
    if (rows.length === 0) body.push(line(look, size.columns, [['dim', '  Nothing had to be healed yet.']]));
    while (body.length < height) body.push('');
    const heal = rows[list.index]?.heal;
    const room = bodyHeight(size) - 2 - height;
    return [
      line(look, size.columns, head),
      rows.length === 0 ? '' : line(look, size.columns, [['dim', titles]]),
      ...body,
      ...(heal ? healPane(scene, heal, room) : []),
    ];
  },
});

/** The heal under the cursor, framed, in so many lines. */
function healPane({ look, size, data, now }: Scene, heal: HealView, height: number): string[] {
  const { columns } = size;
  const expires: Span =
    heal.expiresAt === null
      ? ''
      : ['warn', `   expires in ${countdown(heal.expiresAt - now)}, then it is refused`];
  const inside = paneInside(columns);
  const lines = [
    line(look, inside, [['dim', whoAndWhy(heal)], expires]),
    ...transcriptTail(heal, look, inside, height - 3),
  ];
  while (lines.length < height - 2) lines.push('');
  const title = `#${heal.id} ${steady(data.labelOf(heal.device), look.glyphs)}: ${heal.strategy}`;
  return pane(look, columns, { title, aside: 'y copy' }, lines);
}

/** The phase or outcome of a heal as one word with its style. */
export function healWord({ phase, outcome }: HealView): readonly [Style, string] {
  if (phase === 'waiting-approval') return ['warn', 'approval!'];
  if (phase !== 'done') return ['healing', phase];
  if (outcome === 'healed') return ['good', 'healed'];
  return [outcome === 'failed' ? 'bad' : 'warn', outcome ?? 'over'];
}

function isOver({ phase }: HealView): boolean {
  return phase === 'done';
}

function whoAndWhy({ by, reason }: HealView): string {
  return reason === null ? `by ${by}` : `by ${by}: ${reason}`;
}

function healLine({ look, size, data, now }: Scene, { heal }: HealRow, selected: boolean): string {
  const { glyphs } = look;
  const [style, word] = healWord(heal);
  const spans: Span[] = [
    `${selected ? glyphs.cursor : ' '} `,
    ['dim', `${clock(heal.startedAt)} `],
    [style, fitTo(word, 12, glyphs)],
    ['bold', fitTo(steady(data.labelOf(heal.device), glyphs), 18, glyphs)],
    ` ${heal.attempt}/${heal.maxAttempts} `,
    fitTo(heal.strategy, 24, glyphs),
    ['dim', fitTo(coarseDuration((heal.finishedAt ?? now) - heal.startedAt), 5, glyphs, 'right')],
    ['dim', size.columns >= WIDE ? `  ${whoAndWhy(heal)}` : ''],
  ];
  return (selected ? selectedLine : line)(look, size.columns, spans);
}

const KIND: Readonly<Record<TranscriptLine['kind'], readonly [Style, string]>> = {
  info: ['dim', '  '],
  command: ['key', '$ '],
  output: ['info', '  '],
  error: ['bad', '! '],
  verdict: ['bold', '= '],
};

/** A login shows the prompt it had, which tells root from others; other commands come without one. */
const PROMPT = /^[$#>] /;

/** The end of a transcript in so many lines; long lines are broken, not cut. */
export function transcriptTail(heal: HealView, look: Look, width: number, height: number): string[] {
  if (heal.transcript.length === 0) {
    const steps = heal.plan.steps.flatMap(({ kind, target, lines }) => [
      `${kind} on ${target}`,
      ...lines.map((text) => `  ${text}`),
    ]);
    return [['dim', 'will run:'] as const, ...steps.map((text) => ['info', text] as const)]
      .slice(0, Math.max(0, height))
      .map((span) => line(look, width, [span]));
  }
  const lines: string[] = [];
  for (const { at, kind, text } of heal.transcript.slice(-Math.max(1, height))) {
    const [style, usual] = KIND[kind];
    const sign = kind === 'command' && PROMPT.test(text) ? '' : usual;
    for (const [index, part] of wrap(steady(text, look.glyphs), width - 11).entries()) {
      const time = index === 0 ? `${clock(at)} ` : ' '.repeat(9);
      lines.push(
        line(look, width, [
          ['dim', time],
          [style, (index === 0 ? sign : '  ') + part],
        ]),
      );
    }
  }
  return height <= 0 ? [] : lines.slice(-height);
}
