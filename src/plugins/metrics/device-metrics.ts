import type { CheckRecord, Device, DeviceSnapshot, FleetSnapshot, Reachability } from 'netheal/plugin';

const LINES_A_PIECE = 500;

/** Of an unreachable device nothing is known: a 0 would alert for each child of one dead switch. */
const UP: Readonly<Record<Reachability, 0 | 1 | null>> = {
  up: 1,
  degraded: 1,
  down: 0,
  unreachable: null,
  unknown: null,
};

/** What is kept of a device between two scrapes; written over with every check, because there are so many. */
type Known = { device: Device; rttMs: number | null; lossPercent: number | null };

/** A gauge of every device: `value` is null where there is nothing to say. */
type DeviceGauge = Readonly<{
  name: string;
  help: string;
  value(known: Known, look: () => DeviceSnapshot | undefined): number | null;
}>;

const GAUGES: readonly DeviceGauge[] = [
  {
    name: 'netheal_device_up',
    help: '1 = answers, 0 = down; absent while nothing is known.',
    value: (_, look) => UP[look()?.reachability ?? 'unknown'],
  },
  {
    name: 'netheal_device_rtt_seconds',
    help: 'Round-trip time of the last check, where it had one.',
    value: ({ rttMs }) => rttMs && rttMs / 1_000,
  },
  {
    name: 'netheal_device_loss_ratio',
    help: 'Lost packets as of the last check, 0 to 1.',
    value: ({ lossPercent }) => lossPercent && lossPercent / 100,
  },
  {
    name: 'netheal_device_last_state_change_timestamp_seconds',
    help: 'When the device last changed between up, degraded, down and unreachable.',
    value: (_, look) => (look()?.since ?? 0) / 1_000,
  },
];

/**
 * The gauges of all devices, from their first check on. Written by hand and in pieces: through the library 100,000
 * devices held the event loop for two seconds.
 */
export class DeviceMetrics {
  readonly #known = new Map<string, Known>();

  keep({ device, ok, rttMs, lossPercent }: CheckRecord): void {
    let known = this.#known.get(device.id);
    if (known === undefined) {
      known = { device, rttMs: null, lossPercent: null };
      this.#known.set(device.id, known);
    }
    known.device = device;
    // A fault of our own says nothing about the device: what was known stays.
    if (ok === null) return;
    known.rttMs = rttMs;
    known.lossPercent = lossPercent;
  }

  /** In the Prometheus text format. Devices that have left the fleet are forgotten on the way. */
  *pieces(fleet: Pick<FleetSnapshot, 'device'>): Generator<string, void, void> {
    for (const { name, help, value } of GAUGES) {
      yield `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
      let lines: string[] = [];
      for (const [id, known] of this.#known) {
        const now = value(known, () => fleet.device(id));
        if (now !== null) lines.push(`${name}${labels(known.device)} ${now}\n`);
        if (lines.length < LINES_A_PIECE) continue;
        yield lines.join('');
        lines = [];
      }
      yield `${lines.join('')}\n`;
    }
  }

  /** Forgets whoever is not in the fleet any more. */
  forget(fleet: Pick<FleetSnapshot, 'device'>): void {
    for (const id of this.#known.keys()) if (fleet.device(id) === undefined) this.#known.delete(id);
  }
}

function labels({ id, group }: Device): string {
  return `{device="${escaped(id)}",group="${escaped(group)}"}`;
}

function escaped(value: string): string {
  return /[\\"\n]/.test(value)
    ? value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')
    : value;
}
