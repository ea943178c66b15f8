import type { Action, SampleView } from '../core/api/types.ts';
import type { HealPlan } from '../core/model/types.ts';
import type { EventRecord } from '../core/plugin.ts';
import type { Look } from './cells.ts';
import type { ColumnId } from './columns.ts';
import type { Data } from './data.ts';
import type { Binding, Place } from './keys.ts';
import { LIST_START, type ListState } from './list.ts';
import type { Past } from './past.ts';
import type { SavedView } from './saved-views.ts';
import type { ThemeName } from './theme.ts';

/** The views with a list, in the order of their number keys. */
export const VIEW_NAMES = ['fleet', 'events', 'incidents', 'heals', 'plugins'] as const;
export type ViewName = (typeof VIEW_NAMES)[number];
/** The views that can be filtered, each by a filter of its own: a word about devices finds no event. */
export type FilteredView = Extract<ViewName, 'fleet' | 'events'>;

/** A question over the screen. What it runs is decided when it opens, never when it is answered. */
export type Confirm = Readonly<{
  kind: 'confirm';
  title: string;
  question: readonly string[];
  plan?: HealPlan;
  run: Action | 'quit';
  openedMs: number;
  top: number;
}>;

/** A heal that waits for a person, bound to the plan that is on the screen. */
export type Approval = Readonly<{
  kind: 'approval';
  heal: string;
  hash: string;
  openedMs: number;
  /** For a high risk: what was typed of the label so far; null while it is not being typed. */
  typed: string | null;
  /** What a dry run said about it. */
  verdict: readonly string[];
  top: number;
}>;

/** A list of choices over the screen; `index` is the one under the cursor. */
export type Choices = Readonly<{ kind: 'columns' | 'views'; index: number; top: number }>;

/** What somebody types to find an action, and the one that Enter would run. */
export type Palette = Readonly<{ kind: 'palette'; text: string; index: number; top: number }>;

export type Overlay = Confirm | Approval | Choices | Palette | Readonly<{ kind: 'help'; top: number }>;

/** A line of text that is being typed. */
export type Prompt =
  | Readonly<{ kind: 'filter'; text: string; view: FilteredView }>
  | Readonly<{ kind: 'save-view'; text: string }>
  | Readonly<{ kind: 'ack'; text: string; device: string; label: string }>
  | Readonly<{ kind: 'note'; text: string; device: string; label: string }>
  | Readonly<{ kind: 'downtime'; text: string; device: string; label: string }>;

/** What the list of events can be cut down to, in the order in which a key goes through it. */
export const EVENT_LEVELS = ['all', 'warn', 'bad'] as const;
export type EventLevel = (typeof EVENT_LEVELS)[number];

/** Who the events are from: netheal itself, or plugins and what they wrote to the console. */
export const EVENT_SOURCES = ['all', 'core', 'plugins'] as const;
export type EventSource = (typeof EVENT_SOURCES)[number];

export type Message = Readonly<{ text: string; level: 'info' | 'good' | 'bad' }>;

/** The panes of the detail. */
export type DetailPane = 'chart' | 'facts' | 'states' | 'heal' | 'events';

/** Everything a person has set; replaced whole with each change. */
export type Ui = Readonly<{
  view: ViewName;
  /** Open in detail, over the view. */
  device: string | null;
  lists: Readonly<Record<ViewName, ListState>>;
  /** First visible line of the detail. */
  detailTop: number;
  /** The pane of the detail that Tab has come to. */
  detailPane: DetailPane;
  filters: Readonly<Record<FilteredView, string>>;
  sort: ColumnId;
  reverse: boolean;
  /** What the fleet is grouped by: "group", "tag:NAME", or null. */
  groupBy: string | null;
  /** The columns of the fleet in their order; null: all. */
  columns: readonly ColumnId[] | null;
  /** Name of the saved view that was opened last. */
  viewName: string | null;
  savedViews: readonly SavedView[];
  /** The picture stands still until Space lets it go on. */
  frozenAt: number | null;
  /** The main pane has the room of the others. */
  isFull: boolean;
  collapsed: ReadonlySet<string>;
  /** Incidents of which all victims are listed. */
  expanded: ReadonlySet<string>;
  follow: boolean;
  /** The least grave of the events that are listed. */
  eventLevel: EventLevel;
  /** Id of the device whose events alone are listed. */
  eventDevice: string | null;
  eventSource: EventSource;
  /** Index into the windows of the chart; null: as much as there is. */
  zoom: number | null;
  overlay: Overlay | null;
  prompt: Prompt | null;
  message: Message | null;
  theme: ThemeName;
  /** Clicks and the wheel come to us. */
  hasMouse: boolean;
}>;

/** How the screen is when it opens. */
export const UI_START: Ui = {
  view: 'fleet',
  device: null,
  lists: {
    fleet: LIST_START,
    events: LIST_START,
    incidents: LIST_START,
    heals: LIST_START,
    plugins: LIST_START,
  },
  detailTop: 0,
  detailPane: 'chart',
  filters: { fleet: '', events: '' },
  sort: 'state',
  reverse: false,
  groupBy: 'group',
  columns: null,
  viewName: null,
  savedViews: [],
  frozenAt: null,
  isFull: false,
  collapsed: new Set(),
  expanded: new Set(),
  follow: true,
  eventLevel: 'all',
  eventDevice: null,
  eventSource: 'all',
  zoom: null,
  overlay: null,
  prompt: null,
  message: null,
  theme: 'dark',
  hasMouse: false,
};

export type Size = Readonly<{ columns: number; rows: number }>;

/** All that a screen is drawn from: the same scene is always the same screen. */
export type Scene = Readonly<{
  data: Data;
  ui: Ui;
  size: Size;
  look: Look;
  now: number;
  connection: 'live' | 'stale';
  staleSince: number;
  readOnly: boolean;
  /** The key table, with the person's own keys in it. */
  bindings: readonly Binding[];
  inProcess: boolean;
  /** Samples of the device in detail. */
  samples: readonly SampleView[];
  /** Its past, where a history is kept. */
  past: Past | null;
  /** The last events and captured console lines, the newest first. */
  events: readonly EventRecord[];
}>;

/** The view whose filter the keys of filtering are about now. */
export function filteredView({ view }: Pick<Ui, 'view'>): FilteredView | null {
  return view === 'fleet' || view === 'events' ? view : null;
}

/** Whether the list of events leaves some out, words aside. */
export function isCutDown({ eventLevel, eventDevice, eventSource }: Ui): boolean {
  return eventLevel !== 'all' || eventDevice !== null || eventSource !== 'all';
}

/** Below this the screen shows counts only, and only quitting is possible. */
export function isTiny({ columns, rows }: Size): boolean {
  return columns < 60 || rows < 15;
}

/** Rows between the head of the screen and its last two lines. */
export function bodyHeight({ rows }: Size): number {
  return rows - 3;
}

/** The screen under whatever is over it. */
export function screenOf({ device, view }: Pick<Ui, 'device' | 'view'>): Place {
  return device === null ? view : 'device';
}
