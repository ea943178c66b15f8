import { NethealError, type ProbeResult } from 'netheal/plugin';
import type { Engine, EngineKind, Family } from './engine.ts';
import { FpingEngine } from './fping-engine.ts';
import { IcmpEngine } from './icmp/icmp-engine.ts';
import { type Fault, type Libc, loadLibc } from './icmp/libc.ts';
import { PingEngine } from './ping-engine.ts';
import { TcpEngine } from './tcp-engine.ts';

export type EngineName = 'auto' | 'icmp' | 'fping' | 'ping';

/** The engines in use and why. */
export type Choice = Readonly<{
  name: string;
  reason: string;
  /** What the engine of our own would need, where `auto` could not take it. */
  mend?: string;
  engines: Readonly<Record<Family, Engine>>;
  stop: () => void;
}>;

type Report = (fault: string | undefined) => void;
type Context = Readonly<{ report: Report; libc: Libc | Fault }>;
type Made = Engine | Fault | Promise<Engine | Fault>;

const LOOPBACK: Readonly<Record<Family, string>> = { 4: '127.0.0.1', 6: '::1' };
const SELF_TEST_MS = 2_000;

/** What each name of the config tries, best first. */
const KINDS: Readonly<Record<EngineName, readonly EngineKind[]>> = {
  auto: ['icmp', 'dgram', 'fping', 'ping', 'tcp'],
  icmp: ['icmp', 'dgram'],
  fping: ['fping'],
  ping: ['ping'],
};
/** The Debian package to install, for the mend. */
const PACKAGES: Readonly<Partial<Record<EngineKind, string>>> = { fping: 'fping', ping: 'iputils-ping' };

/** Every way to build an engine of a kind for a family, best first; the first that can ping loopback is taken. */
const CANDIDATES: Readonly<
  Record<EngineKind, (family: Family, context: Context) => readonly (() => Made)[]>
> = {
  icmp: (family, { libc, report }) => [
    () => ('fault' in libc ? libc : IcmpEngine.open(libc, family, { onTrouble: report })),
  ],
  dgram: (family, { libc }) => [() => ('fault' in libc ? libc : IcmpEngine.openDgram(libc, family))],
  // A build with "safe limits" refuses less than a millisecond to ordinary users.
  fping: (_family, { report }) =>
    [0.1, 1].map((intervalMs) => () => new FpingEngine({ intervalMs, onFault: report })),
  // Where `ping6` is no more, `ping` knows IPv6 itself.
  ping: (family) =>
    (family === 4 ? ['ping'] : ['ping', 'ping6']).map(
      (program) => () => new PingEngine({ 4: program, 6: program }),
    ),
  tcp: () => [() => new TcpEngine()],
};

/** Tests the engines against loopback, per address family, and takes the best that works. */
export async function chooseEngine(
  asked: EngineName,
  report: Report = () => undefined,
  load: () => Promise<Libc | Fault> = loadLibc,
): Promise<Choice> {
  const kinds = KINDS[asked];
  const libc = kinds.includes('icmp') ? await load() : { fault: 'not asked for' };
  const context = { report, libc };
  const [v4, v6] = await Promise.all([firstThatWorks(kinds, 4, context), firstThatWorks(kinds, 6, context)]);
  const any = v4.engine ?? v6.engine;
  if (!any) throw noEngine(asked, v4);
  // A machine without a family gets the other one's engine: it will say for each check what is wrong.
  const engines = { 4: v4.engine ?? any, 6: v6.engine ?? any };
  return {
    name: engines[4].name === engines[6].name ? any.name : `${engines[4].name} (IPv6: ${engines[6].name})`,
    reason: reasonOf(asked, engines, v4, v6),
    mend: v4.mend ?? v6.mend,
    engines,
    stop: () => {
      engines[4].stop();
      engines[6].stop();
    },
  };
}

type Found = Readonly<{ engine?: Engine; faults: readonly string[]; mend?: string }>;

async function firstThatWorks(
  kinds: readonly EngineKind[],
  family: Family,
  context: Context,
): Promise<Found> {
  const faults: string[] = [];
  let mend: string | undefined;
  for (const kind of kinds) {
    let first: Fault | undefined;
    for (const make of CANDIDATES[kind](family, context)) {
      const tried = await trial(make, family);
      if (!('fault' in tried)) return { engine: tried, faults, mend };
      first ??= tried;
    }
    // Without koffi or the permission there is neither `icmp` nor `dgram`: that is said once.
    if (kind === 'dgram' && mend !== undefined) continue;
    mend ??= first?.mend;
    faults.push(inWords(kind, first?.fault ?? ''));
  }
  return { faults, mend };
}

async function trial(make: () => Made, family: Family): Promise<Engine | Fault> {
  const engine = await make();
  if ('fault' in engine) return engine;
  const result = await selfTest(engine, family);
  if (result.ok === true) return engine;
  engine.stop();
  return { fault: result.message };
}

async function selfTest(engine: Engine, family: Family): Promise<ProbeResult> {
  const giveUp = new AbortController();
  const request = {
    address: LOOPBACK[family],
    family,
    timeoutMs: SELF_TEST_MS,
    packets: 1,
    sizeBytes: 56,
    signal: giveUp.signal,
  };
  const tooLate = new Promise<ProbeResult>((resolve) => {
    setTimeout(
      () => resolve({ ok: 'unknown', reason: 'local-error', message: 'it gave no answer' }),
      SELF_TEST_MS,
    ).unref();
  });
  const result = await Promise.race([engine.ping(request), tooLate]);
  giveUp.abort();
  return result;
}

function inWords(kind: EngineKind, fault: string): string {
  const debianPackage = PACKAGES[kind];
  if (debianPackage !== undefined && fault.includes('(ENOENT)')) {
    return `${kind} is not installed (Debian: ${debianPackage})`;
  }
  return `${kind} does not work here: ${fault}`;
}

function reasonOf(asked: EngineName, engines: Choice['engines'], v4: Found, v6: Found): string {
  const said4 = [...v4.faults, wordsFor(asked, engines[4])].join('; ');
  if (engines[4].name === engines[6].name) return said4;
  return `${said4}; IPv6: ${[...v6.faults, wordsFor(asked, engines[6])].join('; ')}`;
}

function wordsFor(asked: EngineName, used: Engine): string {
  const how = used instanceof IcmpEngine ? `pings are sent ${used.how}` : undefined;
  if (asked !== 'auto') return `the config asks for ${asked}${how ? `, ${how}` : ''}`;
  if (how) return how;
  if (used.name === 'fping') return 'fping is the best of those installed';
  if (used.name === 'ping') return 'ping is used, one process a check';
  return 'TCP connects are used: a host that accepts or refuses one is up';
}

function noEngine(asked: EngineName, { faults, mend }: Found): NethealError {
  const debianPackage = asked === 'auto' || asked === 'icmp' ? undefined : PACKAGES[asked];
  const remedy = debianPackage === undefined ? mend : `Install it (Debian: ${debianPackage})`;
  return new NethealError(
    'NH_NO_ENGINE',
    `The ping engine "${asked}" cannot be used: ${faults.join('; ')}.`,
    {
      plugin: 'pinger',
      mend: [remedy?.replace(/\.$/, ''), 'or use `engine: auto`.'].filter(Boolean).join(' '),
    },
  );
}
