import { readFileSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import type {
  Device,
  DeviceSnapshot,
  FleetSnapshot,
  ProbeResult,
  Reachability,
} from '../../../src/core/plugin.ts';
import metrics from '../../../src/plugins/metrics/index.ts';
import { type AppliedPlugin, applyPlugin } from '../../plugin-harness.ts';
import { attempt, outcome } from '../../plugin-samples.ts';

const deviceOf = (id: string, group = 'berlin'): Device => ({
  id,
  address: '192.0.2.1',
  label: id,
  group,
  tags: {},
  parents: [],
});
const seen = (id: string, reachability: Reachability): DeviceSnapshot => ({
  device: deviceOf(id),
  reachability,
  hardness: 'hard',
  broken: reachability === 'down',
  rttMs: null,
  lossPercent: null,
  since: 1_500,
  incident: null,
  rootCause: null,
  healing: { enabled: true, phase: 'idle', attempts: 0, maxAttempts: 2, notBeforeMonoMs: null },
  failing: false,
  flapping: false,
  downtime: null,
  acknowledged: null,
  paused: false,
});
const fleet = (
  devices: DeviceSnapshot[],
  running: FleetSnapshot['heals']['running'] = [],
): FleetSnapshot => ({
  at: 0,
  monoMs: 0,
  devices,
  device: (id) => devices.find(({ device }) => device.id === id),
  lateness: { p50Ms: 0, p99Ms: 0, longestMs: 0 },
  selfOffline: false,
  paused: null,
  healingStopped: null,
  heals: { running, begun: [] },
});
let snapshot = fleet([]);
let plugin: AppliedPlugin;
const apply = async () => {
  plugin = await applyPlugin(metrics, undefined, { snapshot: () => snapshot });
};
afterEach(() => plugin.stop());

const scrape = async () => {
  const response = await plugin.routes.get('GET /metrics')!(new Request('http://localhost/metrics'));
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return (await response.text()).split('\n');
};
const sample = (result: ProbeResult, group: string) =>
  plugin.fire('onSample', { at: 0, device: deviceOf('a', group), probe: 'icmp', primary: true, result });

it('says of each device whether it is up, and nothing where nothing is known', async () => {
  await apply();
  snapshot = fleet([
    seen('a', 'up'),
    seen('b', 'degraded'),
    seen('c', 'down'),
    seen('d', 'unreachable'),
    seen('e', 'unknown'),
  ]);
  const lines = await scrape();
  expect(lines.filter((line) => line.startsWith('netheal_device_up{'))).toEqual([
    'netheal_device_up{device="a",group="berlin"} 1',
    'netheal_device_up{device="b",group="berlin"} 1',
    'netheal_device_up{device="c",group="berlin"} 0',
  ]);
  expect(lines).toContain(
    'netheal_device_last_state_change_timestamp_seconds{device="d",group="berlin"} 1.5',
  );
});

it('gives RTT and loss of the last check in seconds and as a ratio, where there are any', async () => {
  await apply();
  snapshot = fleet([
    { ...seen('a', 'up'), rttMs: 12.5, lossPercent: 5 },
    { ...seen('b', 'down'), lossPercent: 100 },
    seen('c', 'unknown'),
  ]);
  const lines = await scrape();
  expect(lines.filter((line) => /^netheal_device_(rtt|loss)/.test(line))).toEqual([
    'netheal_device_rtt_seconds{device="a",group="berlin"} 0.0125',
    'netheal_device_loss_ratio{device="a",group="berlin"} 0.05',
    'netheal_device_loss_ratio{device="b",group="berlin"} 1',
  ]);
});

it('writes whatever a name holds so that it can be read back', async () => {
  await apply();
  snapshot = fleet([{ ...seen('a', 'up'), device: deviceOf('say "hi"\\', 'two\nlines') }]);
  expect(await scrape()).toContain(String.raw`netheal_device_up{device="say \"hi\"\\",group="two\nlines"} 1`);
});

it('forgets devices that have left the fleet', async () => {
  await apply();
  snapshot = fleet([seen('a', 'up')]);
  await scrape();
  snapshot = fleet([]);
  expect((await scrape()).join('\n')).not.toContain('device="a"');
});

it('says how late checks began', async () => {
  await apply();
  snapshot = { ...fleet([]), lateness: { p50Ms: 5, p99Ms: 12, longestMs: 40 } };
  const lines = await scrape();
  expect(lines).toContain('netheal_check_late_seconds{percentile="50"} 0.005');
  expect(lines).toContain('netheal_check_late_seconds{percentile="99"} 0.012');
});

it('tells of a hundred thousand devices, each metric under its own head and in one piece', async () => {
  await apply();
  snapshot = fleet(Array.from({ length: 100_000 }, (_, index) => seen(`d${index}`, 'up')));
  const lines = await scrape();
  expect(lines.filter((line) => line.startsWith('netheal_device_up{'))).toHaveLength(100_000);
  const heads = lines.filter((line) => line.startsWith('# TYPE netheal_device_'));
  expect(heads).toHaveLength(4);
  const names = lines
    .map((line) => /^netheal_device_\w+/.exec(line)?.[0])
    .filter((name) => name !== undefined);
  const turns = names.filter((name, index) => name !== names[index - 1]);
  expect(turns).toEqual([...new Set(names)]);
});

it('counts probes by result, and their times by group in buckets that double from 50 µs', async () => {
  await apply();
  await sample({ ok: true, rttMs: 0.06 }, 'berlin');
  await sample({ ok: true, rttMs: 3 }, 'berlin');
  await sample({ ok: false, reason: 'timeout', message: '' }, 'berlin');
  await sample({ ok: 'unknown', reason: 'local-error', message: '' }, 'paris');
  const lines = await scrape();
  expect(lines).toContain('netheal_probes_total{result="ok"} 2');
  expect(lines).toContain('netheal_probes_total{result="timeout"} 1');
  expect(lines).toContain('netheal_probes_total{result="local-error"} 1');
  expect(lines).toContain('netheal_probe_rtt_seconds_bucket{le="0.00005",group="berlin"} 0');
  expect(lines).toContain('netheal_probe_rtt_seconds_bucket{le="0.0001",group="berlin"} 1');
  expect(lines).toContain('netheal_probe_rtt_seconds_count{group="berlin"} 2');
  expect(lines.join('\n')).not.toContain('paris');
});

it('counts heals by strategy and outcome, and tells how many run', async () => {
  await apply();
  snapshot = fleet([], [{ device: 'a', group: 'berlin', targets: ['a'] }]);
  await plugin.fire('afterHeal', attempt, outcome);
  await plugin.fire('afterHeal', attempt, { ...outcome, outcome: 'failed' });
  const lines = await scrape();
  expect(lines).toContain('netheal_heal_attempts_total{strategy="restart networking",outcome="healed"} 1');
  expect(lines).toContain('netheal_heal_attempts_total{strategy="restart networking",outcome="failed"} 1');
  expect(lines).toContain('netheal_heal_duration_seconds_sum 8.4');
  expect(lines).toContain('netheal_heals_in_progress 1');
});

it('tells the longest that the monitor was late, once', async () => {
  vi.useFakeTimers();
  try {
    let monoMs = 0;
    plugin = await applyPlugin(metrics, undefined, { clock: { now: () => 0, monoMs: () => monoMs } });
    const round = (tookMs: number) => {
      monoMs += tookMs;
      vi.advanceTimersByTime(100);
    };
    for (const tookMs of [100, 1_600, 300]) round(tookMs);
    expect(await scrape()).toContain('netheal_probe_lag_seconds 1.5');
    round(100);
    expect(await scrape()).toContain('netheal_probe_lag_seconds 0');
  } finally {
    vi.useRealTimers();
  }
});

it('names its version', async () => {
  await apply();
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  expect((await scrape()).join('\n')).toContain(
    `netheal_build_info{version="${version}",node="${process.version}"} 1`,
  );
});
