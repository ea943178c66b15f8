import type { Source } from '../core/api/types.ts';
import { captureConsole } from './capture.ts';
import type { Chrome } from './chrome.tsx';
import { Display } from './display.ts';
import { ASCII, UNICODE } from './glyphs.ts';
import { paste, press } from './input.ts';
import { Keyboard } from './keyboard.ts';
import { BINDINGS } from './keys.ts';
import { pointAt } from './mouse.ts';
import { loadViews, savedViewsFile, storeViews } from './saved-views.ts';
import type { Shell } from './shell.ts';
import { UiStore } from './store.ts';
import type { Terminal } from './terminal.ts';
import type { TuiOptions } from './tui-options.ts';

/** How a screen ends: with an exit code or with what broke it. */
type End = Readonly<{ code: number }> | Readonly<{ thrown: unknown }>;

/** Ways of being told to stop. As good as `q`: the caller stops the engine cleanly, so the code is 0. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The screen itself. However it ends, the terminal is as it was before. */
export async function runScreen(source: Source, options: TuiOptions, terminal: Terminal): Promise<number> {
  const { stdin, stdout, quitMessage } = options;
  const { promise: ended, resolve: end } = Promise.withResolvers<End>();
  const keyboard = new Keyboard({
    onKey: (name) => attempt(() => press(shell, name)),
    onPaste: (text) => attempt(() => paste(shell, text)),
    onMouse: (report) => attempt(() => pointAt(shell, report)),
  });
  const display = new Display(stdin, stdout, keyboard.take);
  const store = new UiStore(source, {
    readOnly: options.readOnly,
    bindings: options.bindings ?? BINDINGS,
    user: options.user,
    glyphs: terminal.unicode ? UNICODE : ASCII,
    colours: terminal.colours,
    theme: options.theme ?? terminal.theme,
    size: display.size,
    now: options.now ?? Date.now,
    monoMs: () => performance.now(),
  });
  const viewsFile = savedViewsFile(options.env);
  let isOver = false;
  let chrome = null as Chrome | null;
  const show = () => {
    const drawn = chrome?.drawn() ?? null;
    // What is around the live rows is about to be drawn; then both are shown at once.
    if (chrome === null || drawn !== null) display.show(store.frame, store.size, drawn);
  };
  const shell: Shell = {
    store,
    quit: () => end({ code: 0 }),
    redraw: () => {
      display.forget();
      show();
    },
    trackMouse: (isOn) => display.trackMouse(isOn),
    suspend: () => {
      display.leave();
      // The whole group, as the terminal itself would do it. Where no shell could wake us the kernel ignores it.
      process.kill(0, 'SIGTSTP');
      setImmediate(takeBack);
    },
    lend: async (run) => {
      display.leave();
      try {
        await run();
      } catch (thrown) {
        store.say(thrown instanceof Error ? thrown.message : String(thrown), 'bad');
      }
      takeBack();
    },
    // OSC 52: over ssh too, and without asking the terminal anything.
    copy: (text) => void stdout.write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`),
    env: options.env,
    storeViews: (views) => storeViews(viewsFile, views),
  };
  function takeBack(): void {
    if (isOver) return;
    display.enter();
    onResize();
    show();
  }
  // A key that breaks something ends the screen, so that what broke can be read.
  function attempt(act: () => void): void {
    try {
      act();
    } catch (thrown) {
      end({ thrown });
    }
  }

  const giveBack = captureConsole((text, level) => store.addConsoleLine(text, level));
  const offs = listenForTheEnd(end, stdin, stdout, display);
  // Stopped by somebody else and woken: the shell has had the terminal meanwhile. While it is lent, it is not ours to take.
  const onWake = () => display.isOurs && takeBack();
  process.on('SIGCONT', onWake);
  const onResize = () => store.resize(display.size);
  stdout.on('resize', onResize);
  recall(store, viewsFile);
  display.enter();
  store.subscribe(show);
  show();
  // A third of a second of loading: the first screen does not wait for it.
  const loading = import('./chrome.tsx').then(({ mountChrome }) => {
    if (!isOver) chrome = mountChrome(store, { drawn: show, thrown: (thrown) => end({ thrown }) });
  });
  loading.catch((thrown: unknown) => end({ thrown }));
  const how = await ended;
  isOver = true;
  process.off('SIGCONT', onWake);
  stdout.off('resize', onResize);
  store.stop();
  keyboard.stop();
  chrome?.unmount();
  display.leave();
  giveBack();
  for (const off of offs) off();
  if ('thrown' in how) throw how.thrown;
  if (quitMessage !== undefined) stdout.write(`${quitMessage}\n`);
  return how.code;
}

/** The person's saved views. A file that cannot be read is no reason to show nothing. */
function recall(store: UiStore, file: string): void {
  try {
    store.set({ savedViews: loadViews(file) });
  } catch (error) {
    store.say(`${file} cannot be read: ${error instanceof Error ? error.message : error}`, 'bad');
  }
}

/** Signals, faults nobody else takes care of, and a terminal that has gone. */
function listenForTheEnd(
  end: (how: End) => void,
  stdin: NodeJS.EventEmitter,
  stdout: NodeJS.EventEmitter,
  display: Display,
): (() => void)[] {
  const offs: (() => void)[] = [];
  const on = (emitter: NodeJS.EventEmitter, event: string, listener: (...args: never[]) => void) => {
    emitter.on(event, listener as (...args: unknown[]) => void);
    offs.push(() => emitter.off(event, listener as (...args: unknown[]) => void));
  };
  for (const signal of SIGNALS)
    on(process, signal, () => {
      // ^C to the program that has the terminal reaches us too.
      if (signal !== 'SIGINT' || display.isOurs) end({ code: 0 });
    });
  // The terminal has gone: a hang-up that came without its signal.
  on(stdin, 'end', () => end({ code: 0 }));
  for (const stream of [stdin, stdout])
    on(stream, 'error', (error: NodeJS.ErrnoException) => {
      end(error.code === 'EPIPE' || error.code === 'EIO' ? { code: 0 } : { thrown: error });
    });
  // Node would print the fault on the alternate screen, where it is lost; where the host handles faults, it goes on.
  for (const event of ['uncaughtException', 'unhandledRejection'])
    if (process.listenerCount(event) === 0) on(process, event, (thrown: unknown) => end({ thrown }));
  return offs;
}
