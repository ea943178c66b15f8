import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { NethealError } from '../../../src/core/errors.ts';
import type { Fault } from '../../../src/core/kernel/guard.ts';
import { createHooks } from '../../../src/core/kernel/hooks.ts';
import { PluginHost } from '../../../src/core/kernel/host.ts';
import { Registry } from '../../../src/core/kernel/registry.ts';
import type { Plugin, PluginApi, Probe } from '../../../src/core/plugin.ts';

const files = vi.hoisted(() => new Map<string, unknown>());
// Finding and importing files is tested with real ones; here plugins are written down where they are used.
vi.mock('../../../src/core/kernel/load-plugin.ts', () => ({
  loadPlugin: async (name: string) => files.get(name),
}));

// The promised timers of Node know nothing of fake time.
vi.mock('node:timers/promises', () => ({
  setTimeout: (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs)),
}));

type Sketch = Partial<Plugin<never>> & { name: string };

/** A host that is given these plugins in this order. */
function hostOf(...sketches: readonly Sketch[]) {
  const hooks = createHooks();
  const registry = new Registry();
  const faults: Fault[] = [];
  const stopping = new AbortController();
  const host = new PluginHost({
    hooks,
    registry,
    configDir: '/nowhere',
    monoMs: () => performance.now(),
    onFault: (fault) => faults.push(fault),
    parse: (schema, value, path) => {
      const parsed = schema.safeParse(value);
      if (parsed.success) return parsed.data;
      throw new NethealError('NH_CONFIG_INVALID', `${path.join('.')}: ${parsed.error.issues[0]!.message}`);
    },
    services: (_plugin, signal) => ({ signal }) as never,
    signal: stopping.signal,
  });
  files.clear();
  sketches.forEach((sketch, index) => {
    files.set(`file ${index}`, { apiVersion: 1, apply: () => undefined, ...sketch });
  });
  const apply = (options: unknown = undefined) =>
    host.apply(
      [...files.keys()].map((name, index) => ({ name, options, path: ['plugins', sketches[index]!.name] })),
    );
  return { host, hooks, registry, faults, stopping, apply };
}

const probe = (type: string): Probe => ({
  type,
  options: z.object({}),
  run: async () => ({ ok: true, rttMs: 1 }),
});
const fail = () => {
  throw new Error('no paper');
};

describe('the order of plugins', () => {
  const order = async (...sketches: readonly Sketch[]) => {
    const applied: string[] = [];
    const traced = sketches.map((one) => ({ ...one, apply: () => void applied.push(one.name) }));
    await hostOf(...traced).apply();
    return applied;
  };

  it('is that of the config', async () => {
    expect(await order({ name: 'b' }, { name: 'a' }, { name: 'c' })).toEqual(['b', 'a', 'c']);
  });

  it('puts each behind those it names in `after`, and knows no others', async () => {
    const names = await order(
      { name: 'a', after: ['c', 'absent'] },
      { name: 'b' },
      { name: 'c', after: ['b'] },
    );
    expect(names).toEqual(['b', 'c', 'a']);
  });

  it('that goes in a circle is refused with the names', async () => {
    const circle = order({ name: 'a', after: ['b'] }, { name: 'b', after: ['a'] }, { name: 'free' });
    await expect(circle).rejects.toMatchObject({
      code: 'NH_PLUGIN_INVALID',
      message: expect.stringMatching(/a, b$/),
    });
  });
});

describe('two plugins that want the same name', () => {
  it('are refused where it is their own', async () => {
    await expect(hostOf({ name: 'twin' }, { name: 'twin' }).apply()).rejects.toMatchObject({
      code: 'NH_PLUGIN_INVALID',
      message: 'two plugins are named twin',
    });
  });

  it('are both named where it is that of a probe, a healer or a sink', async () => {
    const adds: [string, NonNullable<Sketch['apply']>][] = [
      ['the probe type "x"', (api) => api.probe(probe('x'))],
      [
        'the kind of heal step "x"',
        (api) =>
          api.healer({ kind: 'x', spec: z.unknown(), describe: () => [], run: async () => ({ ok: true }) }),
      ],
      ['the sink "x"', (api) => api.sink({ name: 'x', write: () => undefined })],
    ];
    for (const [what, apply] of adds) {
      const refused = hostOf({ name: 'one', apply }, { name: 'two', apply }).apply();
      await expect(refused).rejects.toThrow(`plugins one and two both provide ${what}`);
    }
  });
});

describe('the probes of all plugins', () => {
  it('can be looked up by any of them, also those of plugins that are applied later', async () => {
    let given: PluginApi | undefined;
    const asker = {
      name: 'asker',
      apply(api: PluginApi) {
        given = api;
      },
    };
    const late = probe('late');
    const provider = { name: 'provider', apply: (api: PluginApi) => api.probe(late) };
    await hostOf(asker, provider).apply();
    expect(given!.probes.get('late')).toBe(late);
    expect(() => given!.probes.get('lat')).toThrow(
      'no plugin provides the probe type "lat"; did you mean "late"?',
    );
  });
});

describe('options', () => {
  it('go through the schema of the plugin, with its defaults', async () => {
    const seen = vi.fn();
    const options = z.strictObject({ url: z.string().default('http://here') }) as never;
    await hostOf({ name: 'p', options, apply: (_api, given) => seen(given) }).apply();
    expect(seen).toHaveBeenCalledWith({ url: 'http://here' });
  });

  it('that the schema refuses are complained of with their place', async () => {
    const options = z.strictObject({}) as never;
    await expect(hostOf({ name: 'p', options }).apply({ colour: 'red' })).rejects.toThrow(/^plugins\.p: /);
  });

  it('are refused by a plugin that takes none; `true` and an empty map are none', async () => {
    for (const none of [undefined, true, {}]) await hostOf({ name: 'p' }).apply(none);
    await expect(hostOf({ name: 'p' }).apply({ colour: 'red' })).rejects.toMatchObject({
      code: 'NH_PLUGIN_OPTIONS',
    });
  });
});

describe('a plugin whose apply fails', () => {
  it('stops the start, with its name, the reason and the cause', async () => {
    const cause = new Error('no paper');
    const refused = hostOf({
      name: 'p',
      apply: () => {
        throw cause;
      },
    }).apply();
    await expect(refused).rejects.toMatchObject({
      code: 'NH_PLUGIN_FAILED',
      message: 'plugin p failed in apply: no paper',
      plugin: 'p',
      cause,
    });
  });

  it('with `disable` is told and left out, and the others are applied', async () => {
    const next = vi.fn();
    const { host, faults, apply } = hostOf(
      { name: 'p', onStartupError: 'disable', apply: fail },
      { name: 'next', apply: next },
    );
    await apply();
    expect(next).toHaveBeenCalledOnce();
    expect(faults).toMatchObject([{ plugin: 'p', hook: 'apply' }]);
    expect(host.accounts[0]!.view()).toMatchObject({
      state: 'disabled',
      lastError: expect.stringContaining('no paper'),
    });
  });

  it('with `disable` keeps its guards shut: no guard, no heal', async () => {
    const { hooks, apply } = hostOf({
      name: 'guard',
      onStartupError: 'disable',
      apply: (api) => {
        api.hooks.beforeHeal.tap(() => undefined);
        fail();
      },
    });
    await apply();
    expect(await hooks.beforeHeal.promise({ force: [] } as never)).toMatchObject({ gate: 'guard' });
  });

  it('with `retry` is tried again, and what it had registered before counts once', async () => {
    let tries = 0;
    const seen = vi.fn();
    const { hooks, registry, apply } = hostOf({
      name: 'p',
      onStartupError: 'retry',
      apply: (api) => {
        api.probe(probe('x'));
        api.hooks.onStatusChange.tap(seen);
        if (++tries < 3) fail();
      },
    });
    await apply();
    expect(tries).toBe(3);
    expect(registry.probes.names()).toEqual(['x']);
    await hooks.onStatusChange.promise({} as never);
    expect(seen).toHaveBeenCalledOnce();
  });

  it('with `retry` gives up after five tries', async () => {
    const apply = vi.fn(fail);
    await expect(hostOf({ name: 'p', onStartupError: 'retry', apply }).apply()).rejects.toThrow('no paper');
    expect(apply).toHaveBeenCalledTimes(5);
  });
});

describe('in time', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('an apply that hangs is named when its ten seconds are over', async () => {
    const hanging = hostOf({ name: 'slow', apply: () => new Promise(() => undefined) }).apply();
    const refused = expect(hanging).rejects.toMatchObject({
      code: 'NH_PLUGIN_TIMEOUT',
      message: 'plugin slow did not finish apply within 10 s',
    });
    await vi.advanceTimersByTimeAsync(10_000);
    await refused;
  });

  it('a file that never finishes loading is named too', async () => {
    const { apply } = hostOf({ name: 'p' });
    files.set('file 0', new Promise(() => undefined));
    const refused = expect(apply()).rejects.toThrow('plugin file 0 did not finish loading within 10 s');
    await vi.advanceTimersByTimeAsync(10_000);
    await refused;
  });

  it('stopping goes from the last registered to the first, and one that hangs holds nobody up', async () => {
    const stopped: string[] = [];
    const stops = (name: string, run: () => unknown = () => stopped.push(name)): Sketch => ({
      name,
      apply: (api) => api.onStop(run),
    });
    const { host, faults, apply } = hostOf(
      stops('first'),
      stops('thrower', fail),
      stops('hanger', () => new Promise(() => undefined)),
      {
        name: 'last',
        apply: (api) => {
          api.onStop(() => stopped.push('last 1'));
          api.onStop(async () => stopped.push('last 2'));
        },
      },
    );
    await apply();
    const done = host.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    await done;
    expect(stopped).toEqual(['last 2', 'last 1', 'first']);
    expect(faults.map(({ what }) => what)).toEqual(['plugin hanger did not stop within 5 s', 'no paper']);
  });

  it('a start that fails with `retry` is tried again in the background, with growing pauses', async () => {
    const begun: number[] = [];
    const start = vi.fn(() => {
      begun.push(Date.now());
      if (begun.length < 3) fail();
    });
    const { host, apply } = hostOf({
      name: 'p',
      onStartupError: 'retry',
      apply: (api) => api.hooks.start.tap(start),
    });
    await apply();
    await host.start();
    expect(start).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(start).toHaveBeenCalledTimes(3);
    expect(begun[2]! - begun[1]!).toBeGreaterThan(begun[1]! - begun[0]!);
    expect(host.accounts[0]!.view().state).not.toBe('disabled');
  });

  it('a start that never succeeds is disabled after its tries', async () => {
    const start = vi.fn(fail);
    const { host, apply } = hostOf({
      name: 'p',
      onStartupError: 'retry',
      apply: (api) => api.hooks.start.tap(start),
    });
    await apply();
    await host.start();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(start).toHaveBeenCalledTimes(6);
    expect(host.accounts[0]!.view().state).toBe('disabled');
  });
});

describe('a start tap that fails', () => {
  const failing = (onStartupError?: 'fail' | 'disable'): Sketch => ({
    name: 'p',
    ...(onStartupError && { onStartupError }),
    apply: (api) => api.hooks.start.tap(fail),
  });

  it('stops netheal, naming the plugin', async () => {
    const { host, apply } = hostOf(failing());
    await apply();
    await expect(host.start()).rejects.toMatchObject({
      code: 'NH_PLUGIN_FAILED',
      plugin: 'p',
      message: expect.stringContaining('no paper'),
    });
  });

  it('with `disable` turns off its plugin and no other', async () => {
    const other = vi.fn();
    const { host, apply } = hostOf(failing('disable'), {
      name: 'other',
      apply: (api) => api.hooks.start.tap(other),
    });
    await apply();
    await host.start();
    expect(other).toHaveBeenCalledOnce();
    expect(host.accounts.map((account) => account.view().state)).toEqual(['disabled', 'ok']);
  });
});
