import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BLACKBOX } from './blackbox.ts';
import { childrenCpuMs } from './cpu.ts';
import { addressAt, LOOPBACK } from './fleet.ts';
import { isInstalled, NO_COMPILER, nativeProgram } from './native.ts';
import { PROGRAMS } from './ways.ts';

/** What to send: everything at once, several times; or so many a second. */
export type Load =
  | Readonly<{ kind: 'burst'; addresses: number; rounds: number }>
  | Readonly<{ kind: 'steady'; addresses: number; perSecond: number; seconds: number }>;

export type Measured = Readonly<{ checks: number; lost: number; cpuMs: number; perSecond: number }>;

export type Contestant = Readonly<{
  name: string;
  /** Why it cannot take part here; null where it can. */
  missing: string | null;
  /** As many at once, and as often, as it bears in a second or two. */
  burst: Readonly<{ addresses: number; rounds: number }>;
  /** Throws where this machine cannot run it; the message says why. */
  measure(load: Load): Measured;
}>;

const WORKER = fileURLToPath(new URL('./engine-worker.ts', import.meta.url));

/** The rest of the command line of icmp.c and of the worker. */
function argumentsOf(load: Load): string[] {
  const { kind, addresses } = load;
  const numbers = kind === 'burst' ? [load.rounds] : [load.perSecond, load.seconds];
  return [addresses, ...numbers].map(String);
}

function output(program: string, args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(program, args, { encoding: 'utf8' });
  if (status === 0) return stdout;
  // What Node prints around an error is for people who look for its place.
  throw new Error(/^\w*Error[^:\n]*: (.*)$/m.exec(stderr)?.[1] ?? stderr.trim().split('\n').at(-1));
}

function inWorker(name: string): Contestant['measure'] {
  return (load) => JSON.parse(output(process.execPath, [WORKER, name, load.kind, ...argumentsOf(load)]));
}

function cProgram(load: Load): Measured {
  const said = JSON.parse(output(nativeProgram('icmp')!, [load.kind, LOOPBACK, ...argumentsOf(load)]));
  const { sent, replies, cpuMs, perSecond } = said;
  return { checks: sent, lost: sent - replies, cpuMs, perSecond };
}

/** fping by itself: `-i 0` is as fast as it can, else one packet every so many milliseconds. */
function plainFping(load: Load): Measured {
  const { kind, addresses } = load;
  const packets = kind === 'burst' ? 1 : Math.floor((load.perSecond * load.seconds) / addresses);
  const intervalMs = kind === 'burst' ? 0 : 1_000 / load.perSecond;
  const args = ['-q', '-c', String(packets), '-i', String(intervalMs), '-t', '1000', '-f', '-'];
  const periodMs = String(Math.max(10, intervalMs * addresses));
  const input = Array.from({ length: addresses }, (_, i) => addressAt(i)).join('\n');
  const before = childrenCpuMs();
  const started = performance.now();
  let lost = 0;
  const rounds = kind === 'burst' ? load.rounds : 1;
  for (let round = 0; round < rounds; round++) {
    const { stderr } = spawnSync('fping', [...args, '-p', periodMs], {
      input,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    const losses = [...stderr.matchAll(/= (\d+)\/(\d+)\/\d+%/g)];
    if (losses.length < addresses) throw new Error(`fping: ${stderr.trim().split('\n').at(-1)}`);
    for (const [, sent, received] of losses) lost += Number(sent) - Number(received);
  }
  const checks = addresses * packets * rounds;
  const tookMs = performance.now() - started;
  return { checks, lost, cpuMs: childrenCpuMs() - before, perSecond: (checks / tookMs) * 1_000 };
}

const needs = (program: string, debianPackage: string) =>
  isInstalled(program) ? null : `not installed (Debian: ${debianPackage})`;

/** The limit: what the same system calls cost in C. */
export const C_PROGRAM: Contestant = {
  name: 'C, sendmmsg and recvmmsg: the limit',
  missing: nativeProgram('icmp') === null ? NO_COMPILER : null,
  burst: { addresses: 1_000, rounds: 100 },
  measure: cProgram,
};

const FEW = { addresses: 100, rounds: 3 };
const PLUGIN_PACKAGES: Readonly<Record<string, string>> = {
  check_icmp: 'monitoring-plugins-basic',
  check_ping: 'monitoring-plugins-basic',
  check_fping: 'monitoring-plugins-standard, fping',
};

/** netheal's own engines, then what people run instead. */
export const CONTESTANTS: readonly Contestant[] = [
  C_PROGRAM,
  {
    name: 'netheal, engine icmp',
    missing: null,
    burst: { addresses: 1_000, rounds: 100 },
    measure: inWorker('icmp'),
  },
  {
    name: 'netheal, engine fping',
    missing: needs('fping', 'fping'),
    burst: { addresses: 1_000, rounds: 5 },
    measure: inWorker('fping'),
  },
  {
    name: 'netheal, engine ping',
    missing: needs('ping', 'iputils-ping'),
    burst: FEW,
    measure: inWorker('ping'),
  },
  {
    name: 'netheal, engine tcp',
    missing: null,
    burst: { addresses: 1_000, rounds: 5 },
    measure: inWorker('tcp'),
  },
  {
    name: 'fping',
    missing: needs('fping', 'fping'),
    burst: { addresses: 1_000, rounds: 5 },
    measure: plainFping,
  },
  {
    name: 'blackbox_exporter (without its Prometheus)',
    missing: needs(BLACKBOX, 'prometheus-blackbox-exporter'),
    burst: { addresses: 500, rounds: 3 },
    measure: inWorker('blackbox_exporter'),
  },
  {
    name: 'the ping package',
    missing: needs('ping', 'iputils-ping'),
    burst: FEW,
    measure: inWorker('ping package'),
  },
  ...Object.entries(PROGRAMS).map(([name, command]) => ({
    name: `${name} each`,
    missing: needs(command('')[0]!, PLUGIN_PACKAGES[name] ?? 'iputils-ping'),
    burst: FEW,
    measure: inWorker(name),
  })),
];
