import type { ReadStream, WriteStream } from 'node:tty';
import type { Frame } from './frame.ts';
import { Painter } from './painter.ts';
import type { Size } from './ui.ts';

/** Alternate screen, no cursor, pasted text marked as such. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?2004h';
/** Presses, releases and the wheel, as SGR reports. */
const MOUSE_ON = '\x1b[?1000h\x1b[?1006h';
const MOUSE_OFF = '\x1b[?1006l\x1b[?1000l';
const LEAVE = '\x1b[m\x1b[?2004l\x1b[?25h\x1b[?1049l';

/** The terminal while the screen is ours: its modes, its keys, and the frames it shows. */
export class Display {
  readonly #stdin: ReadStream | NodeJS.ReadStream;
  readonly #stdout: WriteStream | NodeJS.WriteStream;
  readonly #onInput: (text: string) => void;
  readonly #painter = new Painter();
  #isOurs = false;
  #hasMouse = false;
  /** What is to be shown once the terminal has taken what was written before. */
  #waiting: (() => void) | null = null;

  constructor(
    stdin: ReadStream | NodeJS.ReadStream,
    stdout: WriteStream | NodeJS.WriteStream,
    onInput: (text: string) => void,
  ) {
    this.#stdin = stdin;
    this.#stdout = stdout;
    this.#onInput = onInput;
  }

  /** Columns and rows of the terminal. */
  get size(): Size {
    return { columns: this.#stdout.columns || 80, rows: this.#stdout.rows || 24 };
  }

  /** False while it is lent to another program, and before and after. */
  get isOurs(): boolean {
    return this.#isOurs;
  }

  /** Makes the terminal ours; again, where somebody else may have changed its modes meanwhile. */
  enter(): void {
    // Node does nothing where it believes that the mode is set.
    if (this.#isOurs) this.#stdin.setRawMode(false);
    else this.#stdin.on('data', this.#onInput);
    this.#isOurs = true;
    this.#stdin.setRawMode(true);
    this.#stdin.setEncoding('utf8');
    this.#stdin.resume();
    this.#painter.forget();
    this.#stdout.write(this.#hasMouse ? ENTER + MOUSE_ON : ENTER);
    // Whatever ends the process, the terminal is itself again.
    process.off('exit', this.#leave).once('exit', this.#leave);
  }

  /** Takes the mouse from the terminal, which then selects no text, or gives it back. */
  trackMouse(isOn: boolean): void {
    if (this.#hasMouse === isOn) return;
    this.#hasMouse = isOn;
    if (this.#isOurs) this.#stdout.write(isOn ? MOUSE_ON : MOUSE_OFF);
  }

  /** Gives the terminal back as it was. */
  leave(): void {
    process.off('exit', this.#leave);
    this.#leave();
  }

  /** Shows a frame; while the terminal is slow, only the newest of those that are asked for. */
  show(frame: Frame, size: Size, drawn: readonly string[] | null): void {
    if (!this.#isOurs) return;
    if (this.#stdout.writableNeedDrain) {
      if (this.#waiting === null) this.#stdout.once('drain', () => this.#showWaiting());
      this.#waiting = () => this.show(frame, size, drawn);
      return;
    }
    const bytes = this.#painter.paint(frame, size, drawn);
    if (bytes !== '') this.#stdout.write(bytes);
  }

  /** The next frame is written in full: something else has been on the screen. */
  forget(): void {
    this.#painter.forget();
  }

  #showWaiting(): void {
    const show = this.#waiting;
    this.#waiting = null;
    show?.();
  }

  readonly #leave = (): void => {
    if (!this.#isOurs) return;
    this.#isOurs = false;
    this.#waiting = null;
    this.#stdin.off('data', this.#onInput);
    this.#stdin.pause();
    this.#stdout.write(this.#hasMouse ? MOUSE_OFF + LEAVE : LEAVE);
    this.#stdin.setRawMode(false);
  };
}
