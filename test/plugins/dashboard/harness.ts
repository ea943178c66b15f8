/** Runs the dashboard plugin over a fake source: a real server on a real port, without an engine. */
import { tmpdir } from 'node:os';
import { createApi } from '../../../src/core/api/app.ts';
import type { Source } from '../../../src/core/api/types.ts';
import type { Plugin, PluginApi } from '../../../src/core/plugin.ts';
import dashboard from '../../../src/plugins/dashboard/index.ts';

export interface Running {
  /** Moves the clock that the plugin sees. */
  advance(ms: number): void;
  url: string;
  port: number;
  notices: string[];
  /** May be called twice. */
  close(): Promise<void>;
}

/** Parses the options as the host does, applies the plugin and fires `start`. */
export async function startDashboard(
  source: Source,
  options: unknown = {},
  plugin: Plugin<never> = dashboard as unknown as Plugin<never>,
  ready = () => true,
): Promise<Running> {
  const parsed = plugin.options!.parse({ port: 0, ...(options as object) });
  const starts: (() => unknown)[] = [];
  const stops: (() => unknown)[] = [];
  const notices: string[] = [];
  let monoMs = 1_000;
  const api = {
    hooks: { start: { tap: (fn: () => unknown) => starts.push(fn) } },
    http: createApi({ source, pluginRoutes: () => [], ready }),
    clock: { now: () => Date.now(), monoMs: () => monoMs },
    configDir: tmpdir(),
    notice: (message: string) => notices.push(message),
    onStop: (fn: () => unknown) => stops.push(fn),
  } as unknown as PluginApi;
  await plugin.apply(api, parsed);
  for (const start of starts) await start();
  const url = notices[0]!.split(' ').at(-1)!;
  return {
    url,
    port: Number(new URL(url).port),
    notices,
    advance: (ms) => {
      monoMs += ms;
    },
    close: async () => {
      for (const stop of stops.splice(0).reverse()) await stop();
    },
  };
}
