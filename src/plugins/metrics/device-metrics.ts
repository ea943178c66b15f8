import type { DeviceSnapshot, Reachability } from 'netheal/plugin';

/** After so many devices everybody else has a turn: a hundred thousand of them are 20 MB of text. */
const DEVICES_A_PIECE = 1_000;

/** Of an unreachable device nothing is known: a 0 would alert for each child of one dead switch. */
const UP: Readonly<Record<Reachability, 0 | 1 | null>> = {
  up: 1,
  degraded: 1,
  down: 0,
  unreachable: null,
  unknown: null,
};

type Gauge = Readonly<{ name: string; help: string; value: (device: DeviceSnapshot) => number | null }>;

const GAUGES: readonly Gauge[] = [
  {
    name: 'netheal_device_up',
    help: '1 = answers, 0 = down; absent while nothing is known.',
    value: ({ reachability }) => UP[reachability],
  },
  {
    name: 'netheal_device_rtt_seconds',
    help: 'Round-trip time of the last check, where it had one.',
    value: ({ rttMs }) => (rttMs === null ? null : rttMs / 1_000),
  },
  {
    name: 'netheal_device_loss_ratio',
    help: 'Lost packets as of the last check, 0 to 1.',
    value: ({ lossPercent }) => (lossPercent === null ? null : lossPercent / 100),
  },
  {
    name: 'netheal_device_last_state_change_timestamp_seconds',
    help: 'When the device last changed between up, degraded, down and unreachable.',
    value: ({ since }) => since / 1_000,
  },
];

/**
 * What is told of each device, in the Prometheus text format. Not by the library: it would make an object for each of
 * 400,000 series, and hold up the probes meanwhile.
 */
export async function* deviceMetrics(devices: readonly DeviceSnapshot[]): AsyncGenerator<string> {
  for (const { name, help, value } of GAUGES) {
    yield `\n# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
    for (let from = 0; from < devices.length; from += DEVICES_A_PIECE) {
      let text = '';
      for (const device of devices.slice(from, from + DEVICES_A_PIECE)) {
        const told = value(device);
        if (told !== null) text += `${name}{${labelsOf(device)}} ${told}\n`;
      }
      yield text;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function labelsOf({ device }: DeviceSnapshot): string {
  return `device="${escaped(device.id)}",group="${escaped(device.group)}"`;
}

function escaped(text: string): string {
  return text.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`));
}
