import { EXIT, type GlobalOptions, load, print } from './context.ts';
import { openTool } from './tool.ts';

/** `netheal plugins`: what the config loads and what it contributes. */
export async function plugins(options: GlobalOptions): Promise<number> {
  const config = await load(options);
  const tool = await openTool(config, 'list');
  try {
    const { registry, host } = tool.assembly;
    for (const account of host.accounts) {
      const of = <T>(items: readonly { plugin: string; value: T }[], name: (value: T) => string) =>
        items.filter(({ plugin }) => plugin === account.plugin).map(({ value }) => name(value));
      const contributes = {
        probes: of(registry.probes.all(), ({ type }) => type),
        healers: of(registry.healers.all(), ({ kind }) => kind),
        sinks: of(registry.sinks.all(), ({ name }) => name),
        routes: registry.routes.filter(({ plugin }) => plugin === account.plugin).map(({ path }) => path),
      };
      const hooks = [...account.hooks];
      if (options.json) print(JSON.stringify({ name: account.plugin, hooks, ...contributes }));
      else {
        const parts = Object.entries({ hooks, ...contributes }).filter(([, names]) => names.length > 0);
        print(
          `${account.plugin.padEnd(14)} ${parts.map(([what, names]) => `${what}: ${names.join(', ')}`).join('  ')}`,
        );
      }
    }
    return EXIT.ok;
  } finally {
    await tool.done();
  }
}
