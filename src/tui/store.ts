import { NO_SEARCH } from '../core/api/lens.ts';
import type { Action, ActionResult, Delta, Search, Source } from '../core/api/types.ts';
import type { EventRecord } from '../core/plugin.ts';
import type { Look } from './cells.ts';
import { type Data, dataOf } from './data.ts';
import { DetailFeed } from './detail-feed.ts';
import { searchWords } from './filter.ts';
import { type Frame, frameOf, VIEWS } from './frame.ts';
import type { Glyphs } from './glyphs.ts';
import type { Binding } from './keys.ts';
import { LIST_START, settle } from './list.ts';

import { type ColourDepth, painter, type ThemeName } from './theme.ts';
import { type Message, type Scene, type Size, UI_START, type Ui } from './ui.ts';
import type { AnyRow } from './views/view.ts';

/** Data is drawn at most this often; keys are drawn at once. */
const TICK_MS = 250;
/** A search is sent when the person has stopped typing for this long. */
const SEARCH_MS = 200;
/** The clock in the head; changes of what is not on the screen wait for it. */
const CLOCK_MS = 1_000;
/** Console lines that are kept among the events. */
const CONSOLE_KEPT = 200;

export type StoreOptions = Readonly<{
  readOnly: boolean;
  bindings: readonly Binding[];
  user: string;
  glyphs: Glyphs;
  colours: ColourDepth;
  /** The theme to begin with. */
  theme: ThemeName;
  size: Size;
  now: () => number;
  /** For what must not jump with the wall clock. */
  monoMs: () => number;
}>;

/**
 * All state of the screen: the picture, what the person has set, and the frame drawn from both. Whoever listens is told
 * only when the frame has changed.
 */
export class UiStore {
  readonly source: Source;
  readonly options: StoreOptions;
  ui: Ui;
  #data: Data;
  #events: readonly EventRecord[] = [];
  #console: EventRecord[] = [];
  readonly #detail: DetailFeed;
  #size: Size;
  #look: Look;
  #lookOf: ThemeName;
  #rows: readonly AnyRow[] = [];
  #rowsKey: readonly unknown[] = [];
  #frame: Frame = { lines: [], live: { from: 0, to: 0 }, box: null };
  #chromeVersion = 0;
  /** Ids of the devices whose rows are on the screen. */
  #onScreen: ReadonlySet<string> = new Set();
  /** The source knows more than the picture. */
  #isBehind = false;
  #stale = false;
  #search: Search = NO_SEARCH;
  #searchTimer: NodeJS.Timeout | null = null;
  #timer: NodeJS.Timeout | null = null;
  readonly #clock: NodeJS.Timeout;
  readonly #listeners = new Set<() => void>();
  readonly #unsubscribe: () => void;

  constructor(source: Source, options: StoreOptions) {
    this.source = source;
    this.options = options;
    this.#size = options.size;
    this.#detail = new DetailFeed(source, options.now, () => this.draw());
    this.ui = { ...UI_START, theme: options.theme };
    this.#lookOf = options.theme;
    this.#look = { glyphs: options.glyphs, paint: painter(options.theme, options.colours) };
    this.#data = dataOf(source.snapshot());
    this.#collectEvents();
    this.#unsubscribe = source.subscribe((delta) => this.#changed(delta));
    this.#clock = setInterval(() => this.#tick(), CLOCK_MS);
    this.draw();
  }

  // ---- read by the screen

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  /** Counts the changes of what is around the live rows: foot and windows. */
  readonly chromeVersion = (): number => this.#chromeVersion;

  get frame(): Frame {
    return this.#frame;
  }
  get size(): Size {
    return this.#size;
  }

  // ---- read by commands

  get scene(): Scene {
    const { state, since } = this.source.connection();
    return {
      data: this.#data,
      ui: this.ui,
      size: this.#size,
      look: this.#currentLook(),
      now: this.options.now(),
      connection: state,
      staleSince: since,
      readOnly: this.options.readOnly,
      bindings: this.options.bindings,
      inProcess: this.source.inProcess,
      samples: this.#detail.samples,
      past: this.#detail.past,
      events: this.#events,
    };
  }

  /** The rows of the view that is open (not of the detail over it). */
  rows(scene: Scene = this.scene): readonly AnyRow[] {
    const view = VIEWS[scene.ui.view];
    const key = [view, scene.data, ...(view.dependsOn?.(scene) ?? [])];
    if (key.length !== this.#rowsKey.length || key.some((part, index) => part !== this.#rowsKey[index])) {
      this.#rowsKey = key;
      this.#rows = view.rows(scene);
    }
    return this.#rows;
  }

  /** Id of the device that keys act on: the one in detail, else the one under the cursor. */
  selectedDevice(): string | null {
    if (this.ui.device !== null) return this.ui.device;
    const row = this.rows()[this.ui.lists[this.ui.view].index];
    return row ? VIEWS[this.ui.view].deviceOf(row) : null;
  }

  // ---- changed by commands

  /** Changes what the person sees, and draws it at once. */
  set(change: Partial<Ui>): void {
    this.ui = { ...this.ui, ...change };
    this.draw();
  }

  say(text: string, level: Message['level'] = 'info'): void {
    this.set({ message: { text, level } });
  }

  resize(size: Size): void {
    this.#size = size;
    this.draw();
  }

  /** Asks for an action and says how it went (null: it was not even asked); the answer may take as long as a heal. */
  async act(action: Action, asked: string): Promise<ActionResult | null> {
    this.say(asked);
    try {
      const result = await this.source.act(action);
      this.say(result.message, result.ok ? 'good' : 'bad');
      return result;
    } catch (thrown) {
      this.say(thrown instanceof Error ? thrown.message : String(thrown), 'bad');
      return null;
    }
  }

  /** A line that something wrote to the console, shown among the events. */
  addConsoleLine(message: string, level: EventRecord['level']): void {
    const at = new Date(this.options.now()).toISOString();
    this.#console = [
      { seq: 0, at, type: 'notice', level, plugin: 'console', message } satisfies EventRecord,
      ...this.#console,
    ].slice(0, CONSOLE_KEPT);
    this.#collectEvents();
    this.#tickSoon();
  }

  stop(): void {
    this.#unsubscribe();
    clearInterval(this.#clock);
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#searchTimer !== null) clearTimeout(this.#searchTimer);
    this.#timer = null;
    this.#listeners.clear();
  }

  /** Draws the scene; whoever listens is told only when the frame is another one. */
  draw(): void {
    const scene = this.scene;
    const rows = this.rows(scene);
    const { view, lists, device, follow } = scene.ui;
    if (device === null) {
      const height = VIEWS[view].listHeight(scene);
      const unmoved = lists[view].key === null || (view === 'events' && follow);
      const list = unmoved ? { ...LIST_START, index: VIEWS[view].start?.(rows) ?? 0 } : lists[view];
      this.ui = { ...this.ui, lists: { ...lists, [view]: settle(list, rows, height) } };
    }
    this.#detail.follow(device === null ? null : (scene.data.byId.get(device) ?? null));
    this.#searchSoon();
    this.#onScreen = devicesOnScreen(this.ui, rows, this.#size);
    const frame = frameOf({ ...scene, ui: this.ui }, rows);
    const before = this.#frame;
    const isSameChrome = sameChrome(frame, before);
    if (isSameChrome && sameLines(frame.lines, before.lines)) return;
    this.#frame = frame;
    if (!isSameChrome) this.#chromeVersion++;
    for (const listener of this.#listeners) listener();
  }

  #currentLook(): Look {
    if (this.#lookOf !== this.ui.theme) {
      this.#lookOf = this.ui.theme;
      this.#look = { ...this.#look, paint: painter(this.ui.theme, this.options.colours) };
    }
    return this.#look;
  }

  #stateOfConnection(): boolean {
    const stale = this.source.connection().state === 'stale';
    const changed = stale !== this.#stale;
    this.#stale = stale;
    return changed;
  }

  #changed(delta: Delta): void {
    const { seq: _, at: __, devices, ...rest } = delta;
    const isMore = Object.keys(rest).length > 0;
    if (!isMore && devices === undefined && !this.#stateOfConnection()) return;
    this.#isBehind = true;
    // A new state comes with an event. What is left is a figure: of a row that nobody sees it can wait.
    const canWait = (id: string) => this.#data.byId.has(id) && !this.#onScreen.has(id);
    if (!isMore && devices?.every(({ id }) => canWait(id))) return;
    this.#tickSoon();
  }

  #tickSoon(): void {
    this.#isBehind = true;
    this.#timer ??= setTimeout(() => this.#tick(), TICK_MS);
  }

  #tick(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    // What happens while the picture stands still is seen once it goes on.
    if (this.#isBehind && this.ui.frozenAt === null) {
      this.#isBehind = false;
      this.#data = dataOf(this.source.snapshot());
      this.#collectEvents();
    }
    this.draw();
  }

  #collectEvents(): void {
    const newestFirst = this.#data.snapshot.events.toReversed();
    this.#events =
      this.#console.length === 0
        ? newestFirst
        : [...this.#console, ...newestFirst].sort((a, b) =>
            a.at < b.at ? 1 : a.at > b.at ? -1 : b.seq - a.seq,
          );
  }

  /**
   * A large fleet is not in the picture whole: what the person looks for is asked of the source, and the device in detail
   * must stay in the picture when it is well again.
   */
  #searchSoon(): void {
    if (!this.source.search) return;
    const { device, filters } = this.ui;
    const words = searchWords(filters.fleet);
    if (words === this.#search.words && device === this.#search.device) return;
    this.#search = { words, device };
    if (this.#searchTimer !== null) clearTimeout(this.#searchTimer);
    this.#searchTimer = setTimeout(() => this.source.search?.(this.#search), SEARCH_MS);
  }
}

/** The devices whose rows are in sight, or the one in detail with those around it. */
function devicesOnScreen({ view, lists, device }: Ui, rows: readonly AnyRow[], { rows: height }: Size) {
  if (device !== null) return new Set([device]);
  const { top } = lists[view];
  const { deviceOf } = VIEWS[view];
  return new Set(rows.slice(top, top + height).flatMap((row) => deviceOf(row) ?? []));
}

/** Whether all but the live rows is the same. */
function sameChrome(a: Frame, b: Frame): boolean {
  return (
    a.lines.length === b.lines.length &&
    a.live.from === b.live.from &&
    a.live.to === b.live.to &&
    sameLines(a.lines.slice(0, a.live.from), b.lines.slice(0, b.live.from)) &&
    sameLines(a.lines.slice(a.live.to), b.lines.slice(b.live.to)) &&
    a.box?.x === b.box?.x &&
    a.box?.y === b.box?.y &&
    sameLines(a.box?.lines ?? [], b.box?.lines ?? [])
  );
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}
