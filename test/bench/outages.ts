import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { addressAt } from './fleet.ts';
import type { RunEvent } from './netheal-run.ts';
import { percentile } from './table.ts';

const WAVES = 5;
/** A check that began in an outage may be judged this long after its end: the timeout of a check, and a little. */
const AFTERMATH_MS = 3_000;

/** Silence that was really made: the truth that netheal's words are held against. */
export type Outage = Readonly<{ device: string; from: number; to: number }>;

function nft(rules: string): void {
  execFileSync('nft', ['-f', '-'], { input: rules });
}

/** Echo requests to the addresses of a set die where they arrive: the sender is told nothing, as by a dead host. */
export function prepareSilence(): void {
  nft(`table inet bench {
    set silent { type ipv4_addr; }
    chain input { type filter hook input priority 0; ip daddr @silent icmp type echo-request counter drop; }
  }`);
}

/**
 * Silences devices in waves over a time, each for `lengthMs`, a device once at most; answers what was done. The
 * devices are spread over the fleet, so that no two of a wave are checked in the same moment.
 */
export async function makeOutages(options: {
  devices: number;
  failing: number;
  totalMs: number;
  lengthMs: number;
}): Promise<readonly Outage[]> {
  const { devices, failing, totalMs, lengthMs } = options;
  const perWave = Math.ceil(failing / WAVES);
  const stride = Math.floor(devices / failing);
  const pauseMs = Math.max(0, totalMs - lengthMs) / (WAVES - 1);
  const wave = async (number: number): Promise<Outage[]> => {
    await sleep(number * pauseMs);
    const chosen = Array.from({ length: perWave }, (_, i) => (i * WAVES + number) * stride).filter(
      (i) => i < devices,
    );
    const set = `inet bench silent { ${chosen.map((i) => addressAt(i)).join(', ')} }`;
    nft(`add element ${set}`);
    const from = Date.now();
    await sleep(lengthMs);
    nft(`delete element ${set}`);
    const to = Date.now();
    return chosen.map((i) => ({ device: `d${i}`, from, to }));
  };
  return (await Promise.all(Array.from({ length: WAVES }, (_, number) => wave(number)))).flat();
}

export type Verdict = Readonly<{
  missed: number;
  /** Called down while it answered, or up while it was silent. */
  falseAlarms: readonly string[];
  notRecovered: number;
  detectionP50Ms: number;
  detectionP99Ms: number;
  recoveryP50Ms: number;
  recoveryP99Ms: number;
}>;

/** Holds the status changes that netheal told against the outages that there were. */
export function judgeEvents(outages: readonly Outage[], events: readonly RunEvent[]): Verdict {
  const outageOf = new Map(outages.map((outage) => [outage.device, outage]));
  const detections = new Map<string, number>();
  const recoveries = new Map<string, number>();
  const falseAlarms: string[] = [];
  for (const { at, device = '', to, message } of events) {
    const outage = outageOf.get(device);
    if (to === 'down') {
      if (!outage || at < outage.from || at > outage.to + AFTERMATH_MS) falseAlarms.push(message);
      else if (!detections.has(device)) detections.set(device, at - outage.from);
    } else if (to === 'up' && outage && detections.has(device)) {
      if (at < outage.to) falseAlarms.push(message);
      else if (!recoveries.has(device)) recoveries.set(device, at - outage.to);
    }
  }
  const detected = [...detections.values()];
  const recovered = [...recoveries.values()];
  return {
    missed: outages.length - detections.size,
    falseAlarms,
    notRecovered: [...detections.keys()].filter((device) => !recoveries.has(device)).length,
    detectionP50Ms: percentile(detected, 50),
    detectionP99Ms: percentile(detected, 99),
    recoveryP50Ms: percentile(recovered, 50),
    recoveryP99Ms: percentile(recovered, 99),
  };
}
