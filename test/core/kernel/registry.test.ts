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
