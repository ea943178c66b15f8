import { NethealError, type ProbeResult } from 'netheal/plugin';
import type { Engine, Family } from './engine.ts';
import { FpingEngine } from './fping-engine.ts';
import { PingEngine } from './ping-engine.ts';
import { TcpEngine } from './tcp-engine.ts';

export type EngineName = 'auto' | 'icmp' | 'fping' | 'ping';

/** The engines in use and why. */
export type Choice = Readonly<{
  name: string;
  reason: string;
  engines: Readonly<Record<Family, Engine>>;
  stop: () => void;
}>;

type Trial = Readonly<{ engine: Engine } | { fault: string }>;
type Kind = 'fping' | 'ping' | 'tcp';

const LOOPBACK: Readonly<Record<Family, string>> = { 4: '127.0.0.1', 6: '::1' };
const SELF_TEST_MS = 2_000;
/** The Debian package to install, for the mend. */
const PACKAGES: Readonly<Record<'fping' | 'ping', string>> = { fping: 'fping', ping: 'iputils-ping' };

type Report = (fault: string | undefined) => void;

/** Every way to build an engine of a kind for a family, best first; the first that can ping loopback is taken. */
const CANDIDATES: Readonly<Record<Kind, (family: Family, report: Report) => readonly Engine[]>> = {
  // A build with "safe limits" refuses less than a millisecond to ordinary users.
  fping: (_family, report) => [0.1, 1].map((intervalMs) => new FpingEngine({ intervalMs, onFault: report })),
  // Where `ping6` is no more, `ping` knows IPv6 itself.
  ping: (family) =>
    (family === 4 ? ['ping'] : ['ping', 'ping6']).map(
      (program) => new PingEngine({ 4: program, 6: program }),
    ),
  tcp: () => [new TcpEngine()],
};

/** Tests the engines against loopback, per address family, and takes the best that works. */
export async function chooseEngine(asked: EngineName, report: Report = () => undefined): Promise<Choice> {
  if (asked === 'icmp') {
    throw new NethealError('NH_NO_ENGINE', 'The ping engine "icmp" is not in this version.', {
      plugin: 'pinger',
      mend: 'Use `engine: auto`, `fping` or `ping`.',
    });
  }
  const kinds: readonly Kind[] = asked === 'auto' ? ['fping', 'ping', 'tcp'] : [asked];
  const [v4, v6] = await Promise.all([4, 6].map((family) => firstThatWorks(kinds, family as Family, report)));
  const engine4 = v4?.engine;
  const engine6 = v6?.engine;
  const any = engine4 ?? engine6;
  if (!any) throw noEngine(kinds[0] === 'ping' ? 'ping' : 'fping', v4?.faults ?? []);
  // A machine without a family gets the other one's engine: it will say for each check what is wrong.
  const engines = { 4: engine4 ?? any, 6: engine6 ?? any };
  return {
    name: engines[4].name === engines[6].name ? any.name : `${engines[4].name} (IPv6: ${engines[6].name})`,
    reason: reasonOf(asked, engines, v4?.faults ?? [], v6?.faults ?? []),
    engines,
    stop: () => {
      engines[4].stop();
      engines[6].stop();
    },
  };
}

type Found = Readonly<{ engine: Engine | undefined; faults: readonly string[] }>;

async function firstThatWorks(kinds: readonly Kind[], family: Family, report: Report): Promise<Found> {
  const faults: string[] = [];
  for (const kind of kinds) {
    let fault = '';
    for (const engine of CANDIDATES[kind](family, report)) {
      const trial = await selfTest(engine, family);
      if ('engine' in trial) return { engine, faults };
      engine.stop();
      fault ||= trial.fault;
    }
    faults.push(inWords(kind, fault));
  }
  return { engine: undefined, faults };
}

async function selfTest(engine: Engine, family: Family): Promise<Trial> {
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
  return result.ok === true ? { engine } : { fault: result.message };
}

function inWords(kind: Kind, fault: string): string {
  if (kind !== 'tcp' && fault.includes('(ENOENT)')) {
    return `${kind} is not installed (Debian: ${PACKAGES[kind]})`;
  }
  return `${kind} does not work here: ${fault}`;
}

function reasonOf(
  asked: EngineName,
  engines: Choice['engines'],
  faults4: readonly string[],
  faults6: readonly string[],
): string {
  const used = engines[4].name;
  const said4 = [...faults4, wordsFor(asked, used)].join('; ');
  if (engines[4].name === engines[6].name) return said4;
  return `${said4}; IPv6: ${[...faults6, wordsFor(asked, engines[6].name)].join('; ')}`;
}

function wordsFor(asked: EngineName, used: Kind): string {
  if (asked !== 'auto') return `the config asks for ${asked}`;
  if (used === 'fping') return 'fping is the best of those installed';
  if (used === 'ping') return 'ping is used, one process a check';
  return 'TCP connects are used: a host that accepts or refuses one is up';
}

function noEngine(kind: 'fping' | 'ping', faults: readonly string[]): NethealError {
  return new NethealError('NH_NO_ENGINE', `The ping engine "${kind}" cannot be used: ${faults.join('; ')}.`, {
    plugin: 'pinger',
    mend: `Install it (Debian: ${PACKAGES[kind]}) or use \`engine: auto\`.`,
  });
}
