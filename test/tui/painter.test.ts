/** What the terminal shows after any story is what the pure functions of the rows say, cell by cell. */
import xterm, { type IBufferCell } from '@xterm/headless';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeviceView } from '../../src/core/api/types.ts';
import { mountChrome } from '../../src/tui/chrome.tsx';
import type { Frame } from '../../src/tui/frame.ts';
import { Painter } from '../../src/tui/painter.ts';
import type { Size } from '../../src/tui/ui.ts';
import { FakeSource, NOW, oddFleet, planOf, snapshot } from './fake-source.ts';
import { openUi } from './scene.ts';

type Screen = InstanceType<typeof xterm.Terminal>;

function open({ columns, rows }: Size): Screen {
  const screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  screen.write('\x1b[?1049h');
  return screen;
}

async function written(screen: Screen, bytes: string): Promise<void> {
  let isWritten = false;
  screen.write(bytes, () => {
    isWritten = true;
  });
  // The emulator works in slices of some milliseconds; nobody knows how many it needs on a busy machine.
  while (!isWritten) await vi.advanceTimersByTimeAsync(20);
}

const at = (y: number, x: number, text: string) => `\x1b[${y + 1};${x + 1}H\x1b[m${text}`;

/** Every line of the frame written whole at its place, and the window over it. */
async function cellsOfWhole({ lines, box }: Frame, size: Size): Promise<string[][]> {
  const screen = open(size);
  await written(screen, lines.map((line, y) => at(y, 0, line)).join(''));
  const before = cellsOf(screen);
  await written(screen, (box?.lines ?? []).map((line, y) => at(box!.y + y, box!.x, line)).join(''));
  const after = cellsOf(screen);
  // Terminals fill half a wide sign each in its own way; ours is blank on the ground of its row.
  if (box)
    for (let y = box.y; y < box.y + box.lines.length; y++) {
      const x = box.x - 1;
      if (before[y]![box.x]!.startsWith(' ')) after[y]![x] = before[y]![x]!.replace(/^.* on/, 'blank on');
    }
  screen.dispose();
  return after;
}

const frame = (...lines: string[]): Frame => ({ lines, live: { from: 0, to: lines.length }, box: null });

/** What each cell shows and how, row by row. */
function cellsOf(screen: Screen): string[][] {
  const { active } = screen.buffer;
  return Array.from({ length: screen.rows }, (_, y) => {
    const line = active.getLine(active.baseY + y)!;
    return Array.from({ length: screen.cols }, (_, x) => lookOf(line.getCell(x)!));
  });
}

/** A blank is a blank, whether it was written or never touched, and in whatever colour. */
function lookOf(cell: IBufferCell): string {
  const chars = cell.getChars() || (cell.getWidth() === 0 ? '' : ' ');
  const ground = `${cell.getBgColor()} ${cell.getBgColorMode()} ${cell.isUnderline()} ${cell.isInverse()}`;
  if (chars === ' ') return `blank on ${ground}`;
  return `${chars} ${cell.getFgColor()} ${cell.getFgColorMode()} ${cell.isBold()} ${cell.isDim()} on ${ground}`;
}

async function sameCells(screen: Screen, frame: Frame, size: Size): Promise<void> {
  const [shown, wanted] = [cellsOf(screen), await cellsOfWhole(frame, size)];
  // A whole screen of cells would bury the one that differs.
  const different = wanted.flatMap((row, y) =>
    row.flatMap((cell, x) => (cell === shown[y]![x] ? [] : [{ y, x, wanted: cell, shown: shown[y]![x] }])),
  );
  expect(different.slice(0, 3)).toEqual([]);
}

const SIZES: readonly Size[] = [
  [120, 35],
  [80, 24],
  [61, 15],
  [30, 8],
  [200, 50],
].map(([columns, rows]) => ({ columns: columns!, rows: rows! }));

/** One turn of a story. */
const STEP = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(...'jkgGsSbT12345?aPHt[]!zc', 'enter', 'escape', 'ctrl+d', 'tab', 'h', 'l'),
  },
  { weight: 1, arbitrary: fc.constantFrom(...SIZES) },
  {
    weight: 3,
    arbitrary: fc.array(
      fc.record({
        device: fc.nat(60),
        reachability: fc.constantFrom('up', 'down', 'degraded', 'unreachable', 'unknown'),
        rttMs: fc.option(fc.double({ min: 0.01, max: 900, noNaN: true }), { nil: null }),
        lossPercent: fc.constantFrom(0, 5, 60, 100),
      }),
      { minLength: 1, maxLength: 8 },
    ),
  },
);

describe('the painter', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it.each([
    ['the fleet', false],
    ['labels that are hard to align', true],
  ])('leaves exactly the cells that the rows are made of, after any story: %s', async (_what, odd) => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 25 }), async (steps) => {
        const source = new FakeSource({
          ...(odd && { snapshot: snapshot({ devices: oddFleet() }) }),
          answer: () => ({ ok: true, message: 'done 東', plan: planOf('ap-lobby'), gates: [] }),
        });
        const ui = openUi({ source, colour: true });
        const painter = new Painter();
        const chrome = mountChrome(ui.store, {
          drawn: () => undefined,
          thrown: (error) => expect.unreachable(String(error)),
        });
        const screen = open(ui.store.size);
        for (const step of steps) {
          if (typeof step === 'string') await ui.press(step);
          else if ('columns' in step) {
            screen.resize(step.columns, step.rows);
            ui.store.resize(step);
          } else {
            const { devices } = source.snapshot();
            source.change({
              devices: step.map(({ device, ...change }): DeviceView => {
                const before = devices[device % devices.length]!;
                const recent = [...before.recent.slice(1), change.rttMs];
                return { ...before, ...change, recent, since: NOW };
              }),
            });
            await vi.advanceTimersByTimeAsync(300);
          }
          await new Promise((resolve) => setImmediate(resolve));
          const drawn = chrome.drawn();
          expect(drawn).toHaveLength(ui.store.size.rows);
          const { frame, size } = ui.store;
          await written(screen, painter.paint(frame, size, drawn));
          await sameCells(screen, frame, size);
        }
        chrome.unmount();
        screen.dispose();
        ui.close();
      }),
      { numRuns: 25 },
    );
  });

  it('draws head and foot at their new places where the terminal only becomes higher or lower', async () => {
    const ui = openUi({});
    const chrome = mountChrome(ui.store, {
      drawn: () => undefined,
      thrown: (error) => expect.unreachable(String(error)),
    });
    for (const rows of [50, 20]) {
      ui.store.resize({ columns: 120, rows });
      await new Promise((resolve) => setImmediate(resolve));
      expect(chrome.drawn()).toHaveLength(rows);
    }
    chrome.unmount();
    ui.close();
  });

  it('writes what changed and nothing else', () => {
    const size = { columns: 40, rows: 3 };
    const painter = new Painter();
    painter.paint(frame('one', 'two   \x1b[32m21.4\x1b[39m up', 'three'), size);
    expect(painter.paint(frame('one', 'two   \x1b[32m21.4\x1b[39m up', 'three'), size)).toBe('');
    expect(painter.paint(frame('one', 'two   \x1b[32m21.7\x1b[39m up', 'three'), size)).toBe(
      '\x1b[?2026h\x1b[2;10H\x1b[32m7\x1b[m\x1b[?2026l',
    );
    // What is no longer there is erased, not written over.
    expect(painter.paint(frame('one', 'two', 'three'), size)).toBe('\x1b[?2026h\x1b[2;7H\x1b[K\x1b[?2026l');
  });

  it('draws everything anew when told that something else was on the screen', async () => {
    const size = { columns: 20, rows: 2 };
    const painter = new Painter();
    const whole = frame('one', '\x1b[1mtwo\x1b[22m');
    const screen = open(size);
    await written(screen, `${painter.paint(whole, size)}\x1b[1;1H\x1b[31mrubbish of another program`);
    painter.forget();
    await written(screen, painter.paint(whole, size));
    await sameCells(screen, whole, size);
  });

  it('says the place anew behind signs whose width terminals disagree about', () => {
    const painter = new Painter();
    const size = { columns: 20, rows: 1 };
    painter.paint(frame(''), size);
    expect(painter.paint(frame('東京ab é'), size)).toContain('東\x1b[3G京\x1b[5Gab');
  });

  it('writes no control sign, wherever it came from', () => {
    const bytes = new Painter().paint(frame('a\x07\x1b]0;title\x07b\x9bc\td'), { columns: 30, rows: 1 });
    expect(bytes.replace(/\x1b\[[?\d;]*[A-Za-z]/g, '')).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
  });
});
