import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { FakeSource, oddFleet, planOf, snapshot } from './fake-source.ts';
import { openUi } from './scene.ts';

/** Every screen there is, by the keys that lead to it. */
const WAYS: readonly (readonly [name: string, keys: readonly string[]])[] = [
  ['fleet', []],
  ['a filter being typed', ['/', ...'state:nonsense']],
  ['a fleet without a match', ['/', ...'nothing', 'enter']],
  ['events', ['2']],
  ['incidents', ['3', 'j']],
  ['heals', ['4', 'j']],
  ['plugins', ['5', 'G']],
  ['device', ['j', 'enter']],
  ['the end of a device', ['enter', 'G']],
  ['a pane of a device alone', ['enter', 'tab', 'tab', 'z']],
  ['an incident with all its victims', ['3', 'j', 'l']],
  ['help', ['?']],
  ['approval', ['a']],
  ['approval, label being typed', ['a', 'tab', 'y', ...'wan']],
  ['heal now', ['H']],
  ['pause', ['P']],
  ['acknowledging', ['A', ...'because it is raining']],
];

const SIZES = [
  [20, 5],
  [59, 30],
  [60, 15],
  [61, 14],
  [72, 18],
  [80, 24],
  [100, 22],
  [110, 31],
  [120, 35],
  [240, 60],
] as const;

describe.each(SIZES)('a screen of %i x %i', (columns, rows) => {
  it.each(WAYS)('is filled and never overfilled: %s', async (_name, keys) => {
    for (const odd of [false, true])
      for (const ascii of [false, true]) {
        const source = new FakeSource({
          ...(odd && { snapshot: snapshot({ devices: oddFleet() }) }),
          answer: () => ({ ok: true, message: '', plan: planOf('ap-lobby'), gates: [] }),
        });
        const ui = openUi({ source, columns, rows, ascii, colour: true });
        await ui.press(...keys);
        const { lines, box } = ui.store.frame;
        expect(lines.length).toBeLessThanOrEqual(rows);
        if (columns >= 60 && rows >= 15) expect(lines).toHaveLength(rows);
        for (const line of lines) expect(stringWidth(line), line).toBeLessThanOrEqual(columns);
        for (const line of box?.lines ?? []) expect(stringWidth(line) + box!.x).toBeLessThanOrEqual(columns);
        if (box) {
          // One and the same width, or the screen behind would show through; and the last lines stay in sight.
          expect(new Set(box.lines.map((line) => stringWidth(line))).size).toBe(1);
          expect(box.y + box.lines.length).toBeLessThanOrEqual(rows - 2);
        }
        ui.close();
      }
  });
});
