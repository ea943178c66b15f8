import { render } from 'ink';
import type { Source } from '../core/api/types.ts';
import { captureConsole } from './capture.ts';
import { App } from './components/app.tsx';
import { ASCII, UNICODE } from './glyphs.ts';
import type { TuiOptions } from './main.tsx';
import { UiStore } from './store.ts';
import type { Terminal } from './terminal.ts';

/** How a screen ends: with an exit code or with what broke it. */
type End = Readonly<{ code: number }> | Readonly<{ thrown: unknown }>;

/** Ways of being told to stop. As good as `q`: the caller stops the engine cleanly, so the code is 0. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The screen itself. However it ends, the terminal is as it was before. */
export async function runScreen(source: Source, options: TuiOptions, terminal: Terminal): Promise<number> {
  const { stdin, stdout, quitMessage } = options;
  const { promise: ended, resolve: end } = Promise.withResolvers<End>();
  const size = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  const store = new UiStore(source, {
    readOnly: options.readOnly,
    user: options.user,
    glyphs: terminal.unicode ? UNICODE : ASCII,
    colour: terminal.colour,
    size: size(),
    now: options.now ?? Date.now,
    monoMs: () => performance.now(),
  });
  // Ink does this only after its first frame: keys that came before would be echoed into the screen and shift it.
  stdin.setRawMode(true);
  const giveBack = captureConsole((text, level) => store.addConsoleLine(text, level));
  // Before Ink's own listener, so that it lays out lines of the new size.
  const onResize = () => store.resize(size());
  stdout.on('resize', onResize);
  const offs = listenForTheEnd(end, stdout);
  const app = render(
    <App
      shell={{
        store,
        quit: () => end({ code: 0 }),
        redraw: () => {
          app.clear();
          store.redraw();
        },
      }}
    />,
    {
      stdin: stdin as NodeJS.ReadStream,
      stdout: stdout as NodeJS.WriteStream,
      alternateScreen: true,
      incrementalRendering: true,
      maxFps: 60,
      interactive: true,
      exitOnCtrlC: false,
      patchConsole: false,
    },
  );
  // A component that throws ends the app by itself.
  app.waitUntilExit().then(
    () => end({ code: 0 }),
    (thrown: unknown) => end({ thrown }),
  );
  const how = await ended;
  stdout.off('resize', onResize);
  store.stop();
  app.unmount();
  await app.waitUntilExit().catch(() => undefined);
  stdin.setRawMode(false);
  giveBack();
  for (const off of offs) off();
  if ('thrown' in how) throw how.thrown;
  if (quitMessage !== undefined) stdout.write(`${quitMessage}\n`);
  return how.code;
}

/** Signals, faults nobody else takes care of, and a terminal that has gone. */
function listenForTheEnd(end: (how: End) => void, stdout: NodeJS.EventEmitter): (() => void)[] {
  const offs: (() => void)[] = [];
  const on = (emitter: NodeJS.EventEmitter, event: string, listener: (...args: never[]) => void) => {
    emitter.on(event, listener as (...args: unknown[]) => void);
    offs.push(() => emitter.off(event, listener as (...args: unknown[]) => void));
  };
  for (const signal of SIGNALS) on(process, signal, () => end({ code: 0 }));
  on(stdout, 'error', (error: NodeJS.ErrnoException) => {
    // The terminal has gone: a hang-up that came without its signal.
    end(error.code === 'EPIPE' || error.code === 'EIO' ? { code: 0 } : { thrown: error });
  });
  // Node would print the fault on the alternate screen, where it is lost; where the host handles faults, it goes on.
  for (const event of ['uncaughtException', 'unhandledRejection'])
    if (process.listenerCount(event) === 0) on(process, event, (thrown: unknown) => end({ thrown }));
  return offs;
}
