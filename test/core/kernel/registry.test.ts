import { describe, expect, it } from 'vitest';
import { Registry, Shelf } from '../../../src/core/kernel/registry.ts';

describe('what plugins contribute', () => {
  it('is found by its name', () => {
    const shelf = new Shelf<number>('NH_NO_PROBE', 'probe type');
    shelf.add('icmp', 'pinger', 1);
    expect(shelf.get('icmp')).toBe(1);
    expect([shelf.has('icmp'), shelf.has('tcp')]).toEqual([true, false]);
    expect(shelf.all()).toEqual([{ plugin: 'pinger', value: 1 }]);
  });

  it('and is not there is complained of with the nearest name, or with all there are', () => {
    const { probes } = new Registry();
    expect(() => probes.get('icmp')).toThrow('no plugin provides the probe type "icmp"; there are: none');
    for (const name of ['icmp', 'dns']) probes.add(name, 'pinger', {} as never);
    expect(() => probes.get('icpm')).toThrow(/did you mean "icmp"\?/);
    expect(() => probes.get('snmp-walk')).toThrow(/there are: icmp, dns/);
  });

  it('under a name that is taken is refused, naming both plugins', () => {
    const { sinks } = new Registry();
    sinks.add('file', 'one', { name: 'file', write: () => undefined });
    expect(() => sinks.add('file', 'two', { name: 'file', write: () => undefined })).toThrow(
      'plugins one and two both provide the sink "file"',
    );
  });
});

describe('a route at the root', () => {
  const at = (plugin: string, path: string, method: 'GET' | 'POST' = 'GET') =>
    ({ plugin, method, path, at: 'root', handler: () => new Response() }) as const;

  it('belongs to one plugin, which may answer it by both methods', () => {
    const registry = new Registry();
    registry.addRoute(at('metrics', 'metrics'));
    registry.addRoute(at('metrics', 'metrics', 'POST'));
    expect(() => registry.addRoute(at('other', 'metrics', 'POST'))).toThrow(
      'plugins metrics and other both answer at /metrics',
    );
    registry.addRoute({ ...at('other', 'metrics'), at: 'plugin' });
    expect(registry.routes).toHaveLength(3);
  });

  it.each(['api', 'healthz', 'readyz'])("cannot be /%s, which is netheal's own", (path) => {
    expect(() => new Registry().addRoute(at('thief', path))).toThrow(`plugin thief cannot have /${path}`);
  });

  it.each(['', '/metrics', 'main.js', 'openapi.json', 'a/b', '../api', 'Metrics', '%61pi'])(
    'cannot be "%s", which is not one plain word',
    (path) => {
      expect(() => new Registry().addRoute(at('thief', path))).toThrow(/one word of a-z, 0-9 and -/);
    },
  );
});
