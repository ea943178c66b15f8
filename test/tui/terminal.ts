import { fileURLToPath } from 'node:url';
import type { IPty } from '@lydell/node-pty';
import xterm from '@xterm/headless';

const DEADLINE_MS = 10_000;

export type SpawnOptions = Readonly<{
  columns?: number;
  rows?: number;
  env?: Readonly<Record<string, string>>;
}>;

let pty: typeof import('@lydell/node-pty') | null | undefined;
let whyNot = '';

/** Null where this machine cannot make a pseudo-terminal; `NETHEAL_REQUIRE_PTY=1` makes that an error. */
export async function loadPty(): Promise<typeof import('@lydell/node-pty') | null> {
  if (pty !== undefined) return pty;
  try {
    const loaded = await import('@lydell/node-pty');
    loaded.spawn(process.execPath, ['--version'], { cols: 80, rows: 24 }).kill();
    pty = loaded;
  } catch (thrown) {
    if (process.env.NETHEAL_REQUIRE_PTY === '1') throw thrown;
    pty = null;
    whyNot = String(thrown);
    process.stderr.write(`terminal tests are skipped: no pseudo-terminal: ${whyNot}\n`);
  }
  return pty;
}

/** A program in a real pseudo-terminal, and the screen that a real terminal would show. */
export class TestTerminal {
  readonly screenBuffer: InstanceType<typeof xterm.Terminal>;
  /** Every byte the program has written. */
  written = '';
  /** How many bytes that is in UTF-8. */
  bytes = 0;
  readonly #process: IPty;
  #exit: number | null = null;
  #parsed = 0;
  readonly #waiting = new Set<() => void>();

  constructor(process: IPty, columns: number, rows: number) {
    this.#process = process;
    this.screenBuffer = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 200 });
    process.onData((data) => {
      this.written += data;
      this.bytes += Buffer.byteLength(data);
      this.screenBuffer.write(data, () => {
        this.#parsed += data.length;
        this.#changed();
      });
    });
    process.onExit(({ exitCode }) => {
      // Behind the last bytes, so that whoever waits for the end sees them.
      this.screenBuffer.write('', () => {
        this.#exit = exitCode;
        this.#changed();
      });
    });
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** The screen as text, without the blanks at the ends of lines. */
  screen(): string {
    const { active } = this.screenBuffer.buffer;
    return Array.from({ length: this.screenBuffer.rows }, (_, index) =>
      (active.getLine(active.baseY + index)?.translateToString(true) ?? '').trimEnd(),
    ).join('\n');
  }

  /** The first line that contains the text; empty where none does. */
  line(text: string): string {
    return (
      this.screen()
        .split('\n')
        .find((one) => one.includes(text)) ?? ''
    );
  }

  readonly press = (keys: string): void => {
    this.#process.write(keys);
  };

  resize(columns: number, rows: number): void {
    this.screenBuffer.resize(columns, rows);
    this.#process.resize(columns, rows);
  }

  signal(name: 'SIGTERM' | 'SIGHUP' | 'SIGINT' | 'SIGUSR2'): void {
    process.kill(this.pid, name);
  }

  /** Closes the terminal as a broken connection does. */
  hangUp(): void {
    (this.#process as IPty & { destroy(): void }).destroy();
  }

  /** Waits until the screen shows this. */
  async waitForText(text: string | RegExp, timeoutMs?: number): Promise<void> {
    const shows = () => (typeof text === 'string' ? this.screen().includes(text) : text.test(this.screen()));
    await this.waitFor(() => this.#isWhole() && shows(), `"${text}"`, timeoutMs);
  }

  /** Presses again and again until the screen shows this: for keys that are ignored for a while. */
  async pressUntil(keys: string, text: string | RegExp): Promise<void> {
    const again = setInterval(() => this.press(keys), 50);
    try {
      await this.waitForText(text);
    } finally {
      clearInterval(again);
    }
  }

  async waitForNoText(text: string): Promise<void> {
    await this.waitFor(() => !this.screen().includes(text), `no "${text}"`);
  }

  async waitForExit(): Promise<number> {
    await this.waitFor(() => this.#exit !== null, 'the end');
    return this.#exit!;
  }

  async waitFor(condition: () => boolean, what: string, timeoutMs = DEADLINE_MS): Promise<void> {
    if (condition()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const check = () => condition() && resolve();
    const timer = setTimeout(
      () =>
        reject(
          new Error(
            `waited for ${what}${this.#exit === null ? '' : `, but it has ended with ${this.#exit}`}; the screen is\n${this.screen()}\nand the last bytes were ${JSON.stringify(this.written.slice(-200))}`,
          ),
        ),
      timeoutMs,
    );
    this.#waiting.add(check);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(check);
    }
  }

  /** True when the program has left the terminal as it was: main screen, cursor on, paste mode off. */
  restored(): boolean {
    const last = (on: string, off: string) => this.written.lastIndexOf(off) >= this.written.lastIndexOf(on);
    return (
      this.screenBuffer.buffer.active.type === 'normal' &&
      last('\x1b[?1049h', '\x1b[?1049l') &&
      last('\x1b[?25l', '\x1b[?25h') &&
      last('\x1b[?2004h', '\x1b[?2004l')
    );
  }

  close(): void {
    if (this.#exit === null) this.#process.kill('SIGKILL');
    this.screenBuffer.dispose();
  }

  /** False in the middle of a frame. */
  #isWhole(): boolean {
    const { written } = this;
    return (
      this.#parsed === written.length &&
      written.lastIndexOf('\x1b[?2026l') >= written.lastIndexOf('\x1b[?2026h')
    );
  }

  #changed(): void {
    for (const check of this.#waiting) check();
  }
}

/** `test/tui/fixture-app.ts`, for whoever starts it by a shell. */
export const FIXTURE_APP = fileURLToPath(new URL('./fixture-app.ts', import.meta.url));

/** Starts `test/tui/fixture-app.ts` in a terminal. */
export async function startFixture(
  fixture: import('./fixture-app.ts').Fixture = {},
  options: SpawnOptions = {},
): Promise<TestTerminal> {
  return startInTerminal([FIXTURE_APP], {
    ...options,
    env: { ...options.env, FIXTURE: JSON.stringify(fixture) },
  });
}

/** Starts Node with these arguments in a terminal. */
export function startInTerminal(args: readonly string[], options: SpawnOptions = {}): Promise<TestTerminal> {
  return startProgram(process.execPath, args, options);
}

/** Starts any program in a terminal. */
export async function startProgram(
  program: string,
  args: readonly string[],
  { columns = 80, rows = 24, env = {} }: SpawnOptions = {},
): Promise<TestTerminal> {
  const { spawn } = (await loadPty())!;
  const child = spawn(program, [...args], {
    // Wins over TERM in env.
    name: env.TERM ?? 'xterm-256color',
    cols: columns,
    rows,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      NODE_ENV: 'production',
      ...env,
    },
  });
  return new TestTerminal(child, columns, rows);
}
