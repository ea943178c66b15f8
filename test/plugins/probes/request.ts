import type { Probe, ProbeRequest } from '../../../src/core/plugin.ts';

/** A request for a probe, its options parsed by the probe's own schema. */
export function requestFor<O>(
  probe: Probe<O>,
  options: unknown,
  more: Partial<ProbeRequest<O>> & { address?: string } = {},
): ProbeRequest<O> {
  const address = more.address ?? '127.0.0.1';
  const device = { id: 'd', address, label: 'd', group: 'default', tags: {}, parents: [] };
  const signal = new AbortController().signal;
  return {
    device,
    probe: probe.type,
    options: probe.options.parse(options),
    timeoutMs: 10_000,
    packets: 1,
    signal,
    ...more,
  };
}
