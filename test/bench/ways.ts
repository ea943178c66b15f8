import { spawn } from 'node:child_process';
import ping from 'ping';
import { startBlackbox } from './blackbox.ts';

/** Told once for each ping; `rttMs` where the way to ping knows it. */
export type Settle = (ok: boolean | 'unknown', rttMs?: number) => void;

/** A way to find out whether an address answers: an engine of netheal or what others do. */
export type Way = Readonly<{
  ping(address: string, settle: Settle): void;
  /** Where the work is done by a process that this one does not wait for. */
  cpuMs?(): number;
  stop(): void;
}>;

const PLUGINS = '/usr/lib/nagios/plugins';
const TIMEOUT_MS = 2_000;
const PAYLOAD_BYTES = 56;

/** Programs that check one address and say by their exit code whether it is up: the usual monitor's way. */
export const PROGRAMS: Readonly<Record<string, (address: string) => readonly string[]>> = {
  'ping process': (address) => ['ping', '-n', '-q', '-c', '1', '-W', '2', address],
  check_icmp: (address) => [`${PLUGINS}/check_icmp`, '-n', '1', '-t', '2', address],
  check_ping: (address) => [
    `${PLUGINS}/check_ping`,
    ...['-H', address, '-w', '500,20%', '-c', '1000,100%', '-p', '1'],
  ],
  check_fping: (address) => [`${PLUGINS}/check_fping`, '-n', '1', '-H', address],
};

const OTHERS: Readonly<Record<string, () => Promise<Way>>> = {
  'icmp packets': openPinger,
  blackbox_exporter: async () => {
    const { ping, cpuMs, stop } = await startBlackbox();
    return { ping: (address, settle) => void ping(address).then(settle), cpuMs, stop };
  },
  'ping package': async () => ({
    ping: (address, settle) =>
      void ping.promise
        .probe(address, { numeric: true, timeout: 2 })
        .then(({ alive, time }) => settle(alive, Number(time))),
    stop: () => undefined,
  }),
};

export async function openWay(name: string): Promise<Way> {
  const program = PROGRAMS[name];
  if (program) return { ping: (address, settle) => run(program(address), settle), stop: () => undefined };
  return OTHERS[name]?.() ?? openEngine(name);
}

function run([program = '', ...args]: readonly string[], settle: Settle): void {
  const child = spawn(program, args, { stdio: 'ignore' });
  child.on('error', () => settle('unknown'));
  child.on('exit', (code) => settle(code === 0));
}

type Engine = {
  ping(request: object): Promise<Readonly<{ ok: boolean | 'unknown'; rttMs?: number }>>;
  stop(): void;
};

/** An engine of netheal behind the interface that the checks of its scheduler go through. */
async function openEngine(name: string): Promise<Way> {
  const engine = await newEngine(name);
  return {
    ping: (address, settle) =>
      void engine
        .ping({
          address,
          family: 4,
          timeoutMs: TIMEOUT_MS,
          packets: 1,
          sizeBytes: PAYLOAD_BYTES,
          // Made when somebody asks for it, as a check's own.
          get signal() {
            return new AbortController().signal;
          },
        })
        .then(({ ok, rttMs }) => settle(ok, rttMs)),
    stop: () => engine.stop(),
  };
}

async function newEngine(name: string): Promise<Engine> {
  if (name === 'tcp') {
    const { TcpEngine } = await import('../../dist/plugins/pinger/tcp-engine.js');
    return new TcpEngine() as Engine;
  }
  if (name === 'dgram') {
    const { IcmpEngine } = await import('../../dist/plugins/pinger/icmp/icmp-engine.js');
    return orThrow(await IcmpEngine.openDgram(await libc(), 4)) as unknown as Engine;
  }
  const { chooseEngine } = await import('../../dist/plugins/pinger/choose-engine.js');
  const { engines } = await chooseEngine(name as 'icmp' | 'fping' | 'ping');
  return engines[4] as unknown as Engine;
}

/** What the engine `icmp` stands on: single packets, without a promise for each. */
async function openPinger(): Promise<Way> {
  const { IcmpPinger } = await import('../../dist/plugins/pinger/icmp/icmp-pinger.js');
  const { AddressBook } = await import('../../dist/plugins/pinger/icmp/ip-address.js');
  const { OUTCOME } = await import('../../dist/plugins/pinger/icmp/outcome.js');
  const pinger = orThrow(IcmpPinger.open(await libc(), 4));
  const addresses = new AddressBook(() => 0);
  let settle: Settle = () => undefined;
  const sink = {
    settled: (_token: number, outcome: number, rttMs: number) => {
      if (outcome === OUTCOME.replied) settle(true, rttMs);
      else settle(outcome === OUTCOME.silent ? false : 'unknown');
    },
  };
  return {
    ping: (address, then) => {
      // One function for all pings: the sink need not know which one it was.
      settle = then;
      const now = performance.now();
      pinger.ping(addresses.get(address)!, PAYLOAD_BYTES, now, now + TIMEOUT_MS, sink, 0);
    },
    stop: () => pinger.stop(),
  };
}

async function libc() {
  const { loadLibc } = await import('../../dist/plugins/pinger/icmp/libc.js');
  return orThrow(await loadLibc());
}

function orThrow<T extends object>(made: T): Exclude<T, { fault: string }> {
  if ('fault' in made) throw new Error(String(made.fault));
  return made as Exclude<T, { fault: string }>;
}
