import { performance } from 'node:perf_hooks';
import { fast, fastConfig, watched } from '../lab/fast-config.ts';
import { linkDown } from '../lab/faults.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import type { LabDevice } from '../lab/lab-device.ts';
import { type Event, Netheal } from '../lab/netheal.ts';
import { run } from '../lab/shell.ts';
import { median, printTable } from './table.ts';

const RUNS = 12;
const COMMAND = 'ip link set eth0 up';

/** The parts of one heal, in milliseconds. */
type Parts = Readonly<{ detected: number; login: number; command: number; verify: number }>;
type Transcript = readonly Readonly<{ at: number; kind: string; text: string }>[];

/** The link of a host is cut again and again; each heal is taken apart by its own transcript. */
export async function benchHealLatency(): Promise<void> {
  const ids = Array.from({ length: RUNS }, (_, n) => `host${n}`);
  const lab = await createLab({ devices: ids });
  try {
    const devices = ids.map((id) => watched(lab.device(id), { heal: [COMMAND] }));
    const config = fastConfig(lab, devices, { settle: '0s', maxUnhealthy: '100%' });
    const netheal = await new Netheal(lab, config).start();
    const ours: Parts[] = [];
    const theirs: number[] = [];
    const empty: number[] = [];
    try {
      await netheal.until('a first row of each', () => netheal.csv().length >= RUNS, 20_000);
      // In turn, so that all meet the same noise.
      for (const id of ids) {
        ours.push(await oneHeal(netheal, lab.device(id)));
        theirs.push(await oneSsh(lab, lab.device(id)));
        empty.push(await timed(() => run(['ip', 'netns', 'exec', lab.monitor, 'true'])));
      }
    } finally {
      await netheal.stop();
    }
    print(ours, median(theirs), median(empty));
  } finally {
    await lab.close();
  }
}

async function oneHeal(netheal: Netheal, device: LabDevice): Promise<Parts> {
  const { id } = device;
  const cutAt = Date.now();
  await linkDown(device);
  const finished = await netheal.eventOf('heal-finished', id, 30_000);
  if (finished.outcome !== 'healed') throw new Error(finished.message);
  const [opened] = netheal.events('incident-opened', id) as [Event];
  const { startedAt, finishedAt, transcript } = await netheal.api<{
    startedAt: number;
    finishedAt: number;
    transcript: Transcript;
  }>(`/api/heals/${finished.heal}`);
  const loggedInAt = lineAt(transcript, /^logged in to /);
  const ranAt = lineAt(transcript, /^exit 0/);
  return {
    detected: Date.parse(opened.at) - cutAt,
    login: loggedInAt - startedAt,
    command: ranAt - loggedInAt,
    verify: finishedAt - ranAt,
  };
}

function lineAt(transcript: Transcript, text: RegExp): number {
  const line = transcript.find((one) => text.test(one.text));
  if (!line) throw new Error(`no ${text} in the transcript: ${JSON.stringify(transcript)}`);
  return line.at;
}

/** The same by the OpenSSH client: the same host, address, key and command. */
function oneSsh(lab: Lab, device: LabDevice): Promise<number> {
  const client = ['ssh', '-F', 'none', '-i', lab.privateKey, '-o', `UserKnownHostsFile=${lab.knownHosts}`];
  const login = ['-o', 'BatchMode=yes', `${lab.username}@${device.management}`, COMMAND];
  return timed(() => run(['ip', 'netns', 'exec', lab.monitor, ...client, ...login]));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function print(ours: readonly Parts[], theirs: number, empty: number): void {
  const of = (part: (parts: Parts) => number) => {
    const values = ours.map(part);
    return { value: `${median(values).toFixed(0)} ms`, longest: `${Math.max(...values).toFixed(0)} ms` };
  };
  const there = ({ login, command }: Parts) => login + command;
  printTable(`One heal, ${ours.length} times, peer: the OpenSSH client, same host, key and command`, [
    {
      figure: 'from the cut to the incident',
      ...of(({ detected }) => detected),
      aim: `under ${fast.intervalMs * 1.1 + 2 * fast.retryIntervalMs + 3 * fast.timeoutMs} ms`,
    },
    { figure: 'connect and log in', ...of(({ login }) => login) },
    { figure: 'command', ...of(({ command }) => command) },
    {
      figure: 'both: all that the client does too',
      ...of(there),
      peer: `${theirs.toFixed(0)} ms, of which ${empty.toFixed(0)} ms to start in the namespace`,
      ratio: (median(ours.map(there)) / theirs).toFixed(2),
    },
    { figure: `verify: two good checks, ${fast.retryIntervalMs} ms apart`, ...of(({ verify }) => verify) },
  ]);
}
