import type { SavedView } from './saved-views.ts';
import type { UiStore } from './store.ts';

/** What a command may use beside the store: the terminal, and the ways out of the program. */
export type Shell = Readonly<{
  store: UiStore;
  quit: () => void;
  redraw: () => void;
  /** Whether clicks and the wheel come to us; else the terminal selects text with them. */
  trackMouse: (isOn: boolean) => void;
  /** Stops this program as ^z does, until a shell wakes it. */
  suspend: () => void;
  /** Gives the terminal to another program, and takes it back when that has ended. */
  lend: (run: () => Promise<void>) => Promise<void>;
  /** Puts text into the clipboard of the terminal. */
  copy: (text: string) => void;
  /** For the programs that the terminal is lent to. */
  env: Readonly<Record<string, string | undefined>>;
  /** Writes the person's views to their file. */
  storeViews: (views: readonly SavedView[]) => void;
}>;
