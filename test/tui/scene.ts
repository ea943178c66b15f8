import type { Action } from '../../src/core/api/types.ts';
import { ASCII, UNICODE } from '../../src/tui/glyphs.ts';
import { press } from '../../src/tui/input.ts';
import { BINDINGS, type Binding } from '../../src/tui/keys.ts';
import type { SavedView } from '../../src/tui/saved-views.ts';
import type { Shell } from '../../src/tui/shell.ts';
import { UiStore } from '../../src/tui/store.ts';
import { FakeSource, NOW } from './fake-source.ts';

type Options = Readonly<{
  source?: FakeSource;
  columns?: number;
  rows?: number;
  readOnly?: boolean;
  bindings?: readonly Binding[];
  ascii?: boolean;
  colour?: boolean;
  env?: Readonly<Record<string, string | undefined>>;
}>;

/** The UI without a terminal: keys in, frames out, a clock that the test moves. */
export function openUi(options: Options = {}) {
  const source = options.source ?? new FakeSource();
  const clock = { monoMs: 0 };
  const store = new UiStore(source, {
    readOnly: options.readOnly ?? false,
    bindings: options.bindings ?? BINDINGS,
    user: 'oper',
    glyphs: options.ascii ? ASCII : UNICODE,
    colours: options.colour ? 256 : 0,
    theme: 'dark',
    size: { columns: options.columns ?? 120, rows: options.rows ?? 35 },
    now: () => NOW,
    monoMs: () => clock.monoMs,
  });
  const calls = {
    quit: 0,
    redraw: 0,
    suspend: 0,
    mouse: [] as boolean[],
    views: [] as readonly SavedView[],
    copied: [] as string[],
  };
  const shell: Shell = {
    store,
    quit: () => {
      calls.quit++;
    },
    redraw: () => {
      calls.redraw++;
    },
    trackMouse: (isOn) => {
      calls.mouse.push(isOn);
    },
    suspend: () => {
      calls.suspend++;
    },
    lend: (run) => run().catch((thrown: Error) => store.say(thrown.message, 'bad')),
    copy: (text) => {
      calls.copied.push(text);
    },
    // No program is found unless a test wants it to be.
    env: options.env ?? { PATH: '/nowhere' },
    storeViews: (views) => {
      calls.views = views;
    },
  };
  let frames = 0;
  store.subscribe(() => frames++);
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    store,
    source,
    shell,
    clock,
    calls,
    /** How many frames there were, but for the first. */
    frames: () => frames,
    /** Presses keys one after the other, each long after the one before. */
    async press(...keys: string[]): Promise<void> {
      for (const key of keys) {
        clock.monoMs += 1_000;
        press(shell, key);
        await settled();
      }
    },
    /** All text there is on the screen, the window over it included. */
    text: () => [...store.frame.lines, ...(store.frame.box?.lines ?? [])].join('\n'),
    box: () => (store.frame.box?.lines ?? []).join('\n'),
    lineWith: (part: string) => store.frame.lines.find((line) => line.includes(part)) ?? '',
    asked: (type: Action['type']) => source.asked.filter((action) => action.type === type),
    close: () => store.stop(),
  };
}
