/** What the colour of a cell stands for: its state, its round-trip time or its loss; each with a legend in words. */
import type { Cell } from './cells.ts';
import { el } from './dom.ts';
import { MARKS, type Paint } from './grid-paint.ts';
import { ALL_LOOKS } from './looks.ts';

/** A way to colour the cells. `steps` are classes of the sheet; a number above the limit of one belongs to the next. */
type Scale = Readonly<{
  className: string;
  limits: readonly number[];
  words: readonly string[];
  of: (cell: Cell) => number | null;
}>;

const SCALES: Readonly<Record<string, Scale>> = {
  rtt: {
    className: 'heat',
    limits: [1, 5, 20, 50, 200],
    words: ['below 1 ms', '5', '20', '50', '200', 'more'],
    of: ({ rttMs }) => rttMs,
  },
  loss: {
    className: 'lost',
    limits: [0, 5, 10, 25, 50],
    words: ['no loss', '5 %', '10', '25', '50', 'more'],
    of: ({ lossPercent }) => lossPercent,
  },
};

/** Reads the colours of the sheet, as they are in the theme of now. */
export type Palette = Readonly<{
  back: string;
  text: string;
  soft: string;
  font: string;
  paintOf: (cell: Cell) => Paint;
}>;

/** The palette for what the colour stands for: `state`, `rtt` or `loss`. */
export function paletteOf(mode: string, probe: HTMLElement): Palette {
  const { backgroundColor: back, color: text, fontFamily: font } = getComputedStyle(document.body);
  const colourOf = (className: string) => {
    probe.className = className;
    return getComputedStyle(probe).color;
  };
  const states = new Map(
    ALL_LOOKS.map(({ word, className }) => [word, { fill: colourOf(className), ...MARKS[word]! }]),
  );
  const scale = SCALES[mode];
  const steps = (scale?.words ?? []).map(
    (_, step): Paint => ({ fill: colourOf(`${scale!.className}-${step}`), alpha: 1, mark: 'none' }),
  );
  return {
    back: back === 'rgba(0, 0, 0, 0)' ? getComputedStyle(document.documentElement).backgroundColor : back,
    text,
    soft: colourOf('soft'),
    font,
    paintOf(cell) {
      const value = scale?.of(cell) ?? null;
      const state = states.get(cell.look.word)!;
      // Who does not answer has no round-trip time: what it is says more.
      if (scale === undefined || value === null || cell.look.word === 'down') return state;
      const above = scale.limits.findIndex((limit) => value <= limit);
      return steps[above === -1 ? steps.length - 1 : above]!;
    },
  };
}

/** The legend of it. */
export function legendOf(mode: string): HTMLElement[] {
  const scale = SCALES[mode];
  const item = (className: string, glyph: string, words: string) =>
    el('li', '', [el('span', `glyph ${className}`, [glyph], { 'aria-hidden': 'true' }), words]);
  if (scale === undefined) return ALL_LOOKS.map(({ className, glyph, word }) => item(className, glyph, word));
  return [
    ...scale.words.map((words, step) => item(`${scale.className}-${step}`, '■', words)),
    item('down', '✖', 'down'),
  ];
}
