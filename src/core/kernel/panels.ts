import type { PluginView } from '../api/types.ts';
import type { Panel } from '../plugin.ts';
import { cleanLine } from '../text.ts';
import type { Account } from './accounts.ts';
import type { Registry } from './registry.ts';

/** Lines of a panel that are shown; more are cut off. */
const MOST_LINES = 40;
const LONGEST_LINE = 200;

type PanelView = NonNullable<PluginView['panels']>[number];

/** What each plugin did, with the panels that it contributes as they are now. */
export function viewPlugins(
  accounts: readonly Account[],
  { panels }: Pick<Registry, 'panels'>,
): PluginView[] {
  return accounts.map((account) => {
    const view = account.view();
    const own = panels.filter(({ plugin }) => plugin === view.name);
    // A disabled plugin is not called any more, not even for its panels.
    if (own.length === 0 || view.state === 'disabled') return view;
    return { ...view, panels: own.map(({ value }) => panelView(value)) };
  });
}

/** A panel that throws says so in its place: the picture of all others must not fail with it. */
function panelView(panel: Panel): PanelView {
  const title = cleanLine(panel.title, LONGEST_LINE);
  try {
    const lines = panel.lines().slice(0, MOST_LINES);
    return { title, lines: lines.map((line) => cleanLine(String(line), LONGEST_LINE)) };
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return { title, lines: [cleanLine(`this panel failed: ${message}`, LONGEST_LINE)] };
  }
}
