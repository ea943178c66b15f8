import type { PluginView } from '../../core/api/types.ts';
import { fitTo, line, type Span, selectedLine, steady, wrap } from '../cells.ts';
import type { Style } from '../theme.ts';
import { bodyHeight, type Scene } from '../ui.ts';
import { pane, paneInside } from './pane.ts';
import { defineView, rowsFrom, type View } from './view.ts';

type PluginRow = Readonly<{ key: string; plugin: PluginView }>;
/** The least that stands under the list: what it listens to, its last error, and the begin of its panels. */
const PANE = 7;

const SIGN: Readonly<Record<PluginView['state'], 'up' | 'degraded' | 'down'>> = {
  ok: 'up',
  faulty: 'degraded',
  disabled: 'down',
};
const STYLE: Readonly<Record<PluginView['state'], Style>> = { ok: 'good', faulty: 'warn', disabled: 'bad' };

/** Every plugin with what it costs, what went wrong, and what it has to show itself. */
export const pluginsView: View = defineView<PluginRow>({
  rows: ({ data }) => data.snapshot.plugins.map((plugin) => ({ key: plugin.name, plugin })),
  listHeight: ({ size, data }) =>
    Math.max(1, Math.min(data.snapshot.plugins.length, bodyHeight(size) - 3 - PANE)),
  deviceOf: () => null,
  rowAt: rowsFrom(3, (scene) => pluginsView.listHeight(scene)),
  lines(scene, rows, list) {
    const { size, look } = scene;
    const disabled = rows.filter(({ plugin }) => plugin.state === 'disabled').length;
    const head: Span[] = [
      ['title', ' Plugins'],
      `  ${rows.length - disabled} loaded${disabled > 0 ? `, ${disabled} disabled` : ''}`,
    ];
    const titles = `  ${fitTo('NAME', 18, look.glyphs)}${fitTo('STATE', 12, look.glyphs)}    CALLS  ERRORS  TIMEOUTS   P95 ms  LAST ERROR`;
    const height = pluginsView.listHeight(scene);
    const body = rows
      .slice(list.top, list.top + height)
      .map((row) => pluginLine(scene, row, row.key === list.key));
    while (body.length < height) body.push('');
    if (rows.length === 0) {
      const none = line(look, size.columns, [['dim', '  No plugin is loaded.']]);
      return [line(look, size.columns, head), '', none];
    }
    return [
      line(look, size.columns, head),
      '',
      line(look, size.columns, [['dim', titles]]),
      ...body,
      ...pluginPane(scene, rows[list.index]?.plugin, bodyHeight(size) - 3 - height),
    ];
  },
});

function pluginLine({ look, size }: Scene, { plugin }: PluginRow, selected: boolean): string {
  const { glyphs } = look;
  const right = (value: string, width: number) => fitTo(value, width, glyphs, 'right');
  const spans: Span[] = [
    `${selected ? glyphs.cursor : ' '} `,
    fitTo(plugin.name, 18, glyphs),
    [STYLE[plugin.state], fitTo(`${glyphs.states[SIGN[plugin.state]]} ${plugin.state}`, 12, glyphs)],
    right(plugin.calls.toLocaleString('en'), 9),
    [plugin.errors > 0 ? 'bad' : 'dim', right(String(plugin.errors), 8)],
    [plugin.timeouts > 0 ? 'warn' : 'dim', right(String(plugin.timeouts), 10)],
    right(plugin.p95Ms.toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 }), 9),
    ['dim', `  ${plugin.lastError ?? '-'}`],
  ];
  return (selected ? selectedLine : line)(look, size.columns, spans);
}

function pluginPane(scene: Scene, plugin: PluginView | undefined, height: number): string[] {
  if (!plugin) return [];
  const { look, size } = scene;
  const inside = paneInside(size.columns);
  const error = wrap(plugin.lastError ?? 'none', inside - 8).slice(0, PANE - 5);
  const lines = [
    line(look, inside, [['dim', 'listens '], plugin.hooks.join(' ') || 'to no hook']),
    ...error.map((text, index) =>
      line(look, inside, [
        ['dim', index === 0 ? 'error   ' : '        '],
        [plugin.lastError === null ? 'dim' : 'bad', text],
      ]),
    ),
  ];
  for (const { title, lines: own } of plugin.panels ?? [])
    lines.push(
      '',
      look.paint('bold', steady(title, look.glyphs)),
      ...own.map((text) => line(look, inside, [steady(text, look.glyphs)])),
    );
  while (lines.length < height - 2) lines.push('');
  return pane(look, size.columns, { title: plugin.name }, lines.slice(0, height - 2));
}
