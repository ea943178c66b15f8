import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BLACKBOX } from './blackbox.ts';
import { childrenCpuMs } from './cpu.ts';
import { addressAt, LOOPBACK } from './fleet.ts';
import { isInstalled, NO_COMPILER, nativeProgram } from './native.ts';
import { PROGRAMS } from './ways.ts';

/** What to send: everything at once, several times; or so many a second. */
export type Load = Readonly<{
  addresses: number;
  /** Where the addresses begin; default: loopback. */
  base?: string;
  /** Keeps the main thread busy for 20 to 60 ms again and again. */
  blocked?: boolean;
}> &
  (
    | Readonly<{ kind: 'burst'; rounds: number }>
    | Readonly<{ kind: 'steady'; perSecond: number; seconds: number }>
  );

export type Measured = Readonly<{
  checks: number;
  /** Without an answer in time. */
  lost: number;
  /** Could not be asked: a fault on this side. */
  unknown: number;
  cpuMs: number;
  perSecond: number;
  /** Lost before counting began. */
  lostBefore?: number;
  rttP50Ms?: number;
  rttP99Ms?: number;
}>;

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

/** The command line that icmp.c and the worker share. */
function argumentsOf(load: Load): string[] {
  const { kind, base = LOOPBACK, addresses } = load;
  const numbers = kind === 'burst' ? [load.rounds] : [load.perSecond, load.seconds];
  return [kind, base, ...[addresses, ...numbers].map(String)];
}

function output(program: string, args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(program, args, { encoding: 'utf8' });
  if (status === 0) return stdout;
  // What Node prints around an error is for people who look for its place.
  throw new Error(/^\w*Error[^:\n]*: (.*)$/m.exec(stderr)?.[1] ?? stderr.trim().split('\n').at(-1));
}

function inWorker(name: string): Contestant['measure'] {
  return (load) => {
    const blocked = load.blocked ? ['--blocked'] : [];
    return JSON.parse(output(process.execPath, [WORKER, name, ...argumentsOf(load), ...blocked]));
  };
}

function cProgram(load: Load): Measured {
  const said = JSON.parse(output(nativeProgram('icmp')!, argumentsOf(load)));
  return { ...said, checks: said.sent, lost: said.sent - said.replies, unknown: 0 };
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
  return { checks, lost, unknown: 0, cpuMs: childrenCpuMs() - before, perSecond: (checks / tookMs) * 1_000 };
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

export const NETHEAL_ICMP = 'netheal, engine icmp';

/** netheal's own engines, then what people run instead. */
export const CONTESTANTS: readonly Contestant[] = [
  C_PROGRAM,
  {
    name: NETHEAL_ICMP,
    missing: null,
    burst: { addresses: 1_000, rounds: 100 },
    measure: inWorker('icmp'),
  },
  {
    name: 'its packets alone, no check and no promise',
    missing: null,
    burst: { addresses: 1_000, rounds: 100 },
    measure: inWorker('icmp packets'),
  },
  {
    name: 'netheal, engine dgram',
    missing: null,
    burst: { addresses: 1_000, rounds: 30 },
    measure: inWorker('dgram'),
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
