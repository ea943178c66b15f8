import { createRequire } from 'node:module';
import type { HealAttempt, HealOutcome, PluginApi, Sample } from 'netheal/plugin';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { deviceMetrics } from './device-metrics.ts';
import { LagWatch } from './lag-watch.ts';

/** From 50 µs, a good LAN, doubling up to 6.5 s, more than any timeout that makes sense. */
const RTT_BUCKETS = Array.from({ length: 18 }, (_, power) => 50e-6 * 2 ** power);
const HEAL_BUCKETS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600];

/** The collection behind `/metrics`: what to feed it with, and what it says. */
export type Metrics = Readonly<{
  countSample(sample: Sample): void;
  countHeal(attempt: HealAttempt, outcome: HealOutcome): void;
  /** In the Prometheus text format, piece by piece. */
  text(): AsyncIterable<string>;
  contentType: string;
  stop(): void;
}>;

/**
 * What is told of each device is taken from a snapshot when someone asks, so devices that left the config leave it too.
 * Histograms are kept a group: a histogram a device would be 150,000 series at 10,000 devices.
 */
export function createMetrics(api: Pick<PluginApi, 'snapshot' | 'clock'>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const lag = new LagWatch(api.clock.monoMs);

  const probes = new Counter({
    name: 'netheal_probes_total',
    help: 'Probe runs by result.',
    labelNames: ['result'],
    registers,
  });
  const rtt = new Histogram({
    name: 'netheal_probe_rtt_seconds',
    help: 'Round-trip times of successful probes by group.',
    labelNames: ['group'],
    buckets: RTT_BUCKETS,
    registers,
  });
  const heals = new Counter({
    name: 'netheal_heal_attempts_total',
    help: 'Heal attempts that ended, by strategy and outcome.',
    labelNames: ['strategy', 'outcome'],
    registers,
  });
  const healDuration = new Histogram({
    name: 'netheal_heal_duration_seconds',
    help: 'Time of heal attempts from the first command to the end of verification.',
    buckets: HEAL_BUCKETS,
    registers,
  });

  const healing = new Gauge({
    name: 'netheal_heals_in_progress',
    help: 'Heal attempts that run now.',
    registers,
  });
  const probeLag = new Gauge({
    name: 'netheal_probe_lag_seconds',
    help: 'The longest that the monitor itself was late since the last scrape.',
    registers,
  });
  const late = new Gauge({
    name: 'netheal_check_late_seconds',
    help: 'How much later than due checks began, since the start.',
    labelNames: ['percentile'],
    registers,
  });
  new Gauge({
    name: 'netheal_build_info',
    help: 'Always 1; the version is in the label.',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version: ownVersion(), node: process.version }, 1);

  async function* text(): AsyncGenerator<string> {
    const fleet = api.snapshot();
    healing.set(fleet.heals.running.length);
    probeLag.set(lag.takeLongestMs() / 1_000);
    late.set({ percentile: '50' }, fleet.lateness.p50Ms / 1_000);
    late.set({ percentile: '99' }, fleet.lateness.p99Ms / 1_000);
    yield await registry.metrics();
    yield* deviceMetrics(fleet.devices);
  }

  return {
    countSample({ result, device }) {
      probes.inc({ result: result.ok === true ? 'ok' : result.reason });
      if (result.ok === true) rtt.observe({ group: device.group }, result.rttMs / 1_000);
    },
    countHeal({ plan }, { outcome, durationMs }) {
      heals.inc({ strategy: plan.strategy, outcome });
      healDuration.observe(durationMs / 1_000);
    },
    text,
    contentType: registry.contentType,
    stop: () => lag.stop(),
  };
}

function ownVersion(): string {
  const { version } = createRequire(import.meta.url)('netheal/package.json') as { version: string };
  return version;
}
