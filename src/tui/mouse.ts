import { COMMANDS } from './commands.ts';
import { VIEWS } from './frame.ts';
import type { MouseReport } from './keyboard.ts';
import type { Shell } from './shell.ts';
import { isTiny } from './ui.ts';

/** Rows that one notch of the wheel moves. */
const NOTCH = 3;
const WHEEL_UP = 64;
const WHEEL_DOWN = 65;

/** The wheel moves, a click puts the cursor on a row, another one opens it. A click never acts on the fleet. */
export function pointAt(shell: Shell, { button, row, isRelease }: MouseReport): void {
  const { store } = shell;
  const { ui, scene } = store;
  if (isRelease || ui.prompt !== null || isTiny(scene.size)) return;
  if (button === WHEEL_UP || button === WHEEL_DOWN) {
    for (let step = 0; step < NOTCH; step++) COMMANDS[button === WHEEL_UP ? 'up' : 'down'](shell);
    return;
  }
  if (button !== 0 || ui.overlay !== null || ui.device !== null) return;
  const rows = store.rows(scene);
  const list = ui.lists[ui.view];
  // Behind the head, which is the first line of the screen.
  const index = VIEWS[ui.view].rowAt(scene, rows, list, row - 1);
  const hit = index === null ? undefined : rows[index];
  if (index === null || hit === undefined) return;
  if (hit.key === list.key) COMMANDS.open(shell);
  else store.set({ lists: { ...ui.lists, [ui.view]: { ...list, index, key: hit.key } }, follow: false });
}
