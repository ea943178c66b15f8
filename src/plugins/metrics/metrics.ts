import { createRequire } from 'node:module';
import type { CheckRecord, HealAttempt, HealOutcome, PluginApi, Reachability, Sample } from 'netheal/plugin';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { LagWatch } from './lag-watch.ts';

/** From 50 µs, a good LAN, doubling up to 6.5 s, more than any timeout that makes sense. */
const RTT_BUCKETS = Array.from({ length: 18 }, (_, power) => 50e-6 * 2 ** power);
const HEAL_BUCKETS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600];

/** Of an unreachable device nothing is known: a 0 would alert for each child of one dead switch. */
const UP: Readonly<Record<Reachability, 0 | 1 | null>> = {
  up: 1,
  degraded: 1,
  down: 0,
  unreachable: null,
  unknown: null,
};

/** The collection behind `/metrics`: what to feed it with, and what it says. */
export type Metrics = Readonly<{
  countSample(sample: Sample): void;
  countHeal(attempt: HealAttempt, outcome: HealOutcome): void;
  keepCheck(record: CheckRecord): void;
  /** In the Prometheus text format. */
  text(): Promise<string>;
  contentType: string;
  stop(): void;
}>;

/**
 * Gauges are filled from a snapshot when someone asks, so devices that left the config leave the metrics too.
 * Histograms are kept a group: a histogram a device would be 150,000 series at 10,000 devices.
 */
export function createMetrics(api: Pick<PluginApi, 'snapshot' | 'clock'>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const lastChecks = new Map<string, CheckRecord>();
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

  const ofDevice = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['device', 'group'], registers });
  const up = ofDevice('netheal_device_up', '1 = answers, 0 = down; absent while nothing is known.');
  const deviceRtt = ofDevice(
    'netheal_device_rtt_seconds',
    'Round-trip time of the last check, where it had one.',
  );
  const loss = ofDevice('netheal_device_loss_ratio', 'Lost packets as of the last check, 0 to 1.');
  const changed = ofDevice(
    'netheal_device_last_state_change_timestamp_seconds',
    'When the device last changed between up, degraded, down and unreachable.',
  );
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
  new Gauge({
    name: 'netheal_build_info',
    help: 'Always 1; the version is in the label.',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version: ownVersion(), node: process.version }, 1);

  function fillGauges(): void {
    const { devices, heals: running } = api.snapshot();
    for (const gauge of [up, deviceRtt, loss, changed]) gauge.reset();
    for (const { device, reachability, since } of devices) {
      const labels = { device: device.id, group: device.group };
      const answers = UP[reachability];
      if (answers !== null) up.set(labels, answers);
      changed.set(labels, since / 1_000);
      const last = lastChecks.get(device.id);
      if (last === undefined) continue;
      if (last.rttMs !== null) deviceRtt.set(labels, last.rttMs / 1_000);
      loss.set(labels, last.lossPercent / 100);
    }
    const known = new Set(devices.map(({ device }) => device.id));
    for (const id of lastChecks.keys()) if (!known.has(id)) lastChecks.delete(id);
    healing.set(running.running.length);
    probeLag.set(lag.takeLongestMs() / 1_000);
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
    keepCheck: (record) => {
      // A fault of our own says nothing about the device: what was known stays.
      if (record.ok !== null) lastChecks.set(record.device.id, record);
    },
    text: () => {
      fillGauges();
      return registry.metrics();
    },
    contentType: registry.contentType,
    stop: () => lag.stop(),
  };
}

function ownVersion(): string {
  const { version } = createRequire(import.meta.url)('netheal/package.json') as { version: string };
  return version;
}
