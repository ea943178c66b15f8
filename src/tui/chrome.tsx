import { Readable, Writable } from 'node:stream';
import { render } from 'ink';
import { App } from './components/app.tsx';
import type { Frame } from './frame.ts';
import type { UiStore } from './store.ts';
import type { Size } from './ui.ts';

/** What is around the live rows, as Ink draws it. */
export type Chrome = Readonly<{
  /** A screen of lines, with room where the live rows are; null while it is older than the frame of the store. */
  drawn: () => readonly string[] | null;
  unmount: () => void;
}>;

/**
 * Mounts the components. `onDrawn` is called whenever they have been drawn anew, `onThrown` with what one of them threw.
 * Ink draws onto a canvas: the terminal is written to by one painter alone, which knows every cell of it.
 */
export function mountChrome(
  store: UiStore,
  on: Readonly<{ drawn: () => void; thrown: (error: unknown) => void }>,
): Chrome {
  let lines: readonly string[] = [];
  let version = -1;
  const canvas = new Canvas(
    () => store.size,
    (output) => {
      lines = inPlace(output.split('\n'), store.frame);
      version = store.chromeVersion();
      on.drawn();
    },
  );
  const app = render(<App store={store} />, {
    stdout: canvas as unknown as NodeJS.WriteStream,
    // Keys are not Ink's business (`keyboard.ts`).
    stdin: Readable.from([]) as unknown as NodeJS.ReadStream,
    // Every frame whole and at once.
    debug: true,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  app.waitUntilExit().catch(on.thrown);
  return {
    drawn: () => (version === store.chromeVersion() ? lines : null),
    unmount: () => app.unmount(),
  };
}

/** Head and foot where they belong, where no room was left between them. */
function inPlace(drawn: readonly string[], { lines, live, box }: Frame): readonly string[] {
  if (box) return drawn;
  const room = Array.from({ length: live.to - live.from }, () => '');
  return [...drawn.slice(0, live.from), ...room, ...drawn.slice(live.from)].slice(
    0,
    Math.max(live.to, lines.length),
  );
}

/** A terminal of the store's size that hands over what is written to it. */
class Canvas extends Writable {
  readonly #size: () => Size;
  readonly #onFrame: (output: string) => void;

  constructor(size: () => Size, onFrame: (output: string) => void) {
    super({ decodeStrings: false });
    this.#size = size;
    this.#onFrame = onFrame;
  }

  get columns(): number {
    return this.#size().columns;
  }

  get rows(): number {
    return this.#size().rows;
  }

  override _write(output: string, _encoding: BufferEncoding, done: () => void): void {
    this.#onFrame(output);
    done();
  }
}
