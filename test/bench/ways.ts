import { spawn } from 'node:child_process';
import ping from 'ping';
import { startBlackbox } from './blackbox.ts';

/** As an engine of netheal answers; the others know no round-trip time. */
export type Answer = Readonly<{ ok: boolean | 'unknown'; rttMs?: number }>;

/** A way to find out whether an address answers: an engine of netheal or what others do. */
export type Way = Readonly<{
  ping(address: string): Promise<Answer>;
  /** Where the work is done by a process that this one does not wait for. */
  cpuMs?(): number;
  stop(): void;
}>;

const PLUGINS = '/usr/lib/nagios/plugins';
const TIMEOUT_MS = 2_000;

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
  'ping package': async () => ({
    ping: async (address) => ({
      ok: (await ping.promise.probe(address, { numeric: true, timeout: 2 })).alive,
    }),
    stop: () => undefined,
  }),
  blackbox_exporter: startBlackbox,
};

export async function openWay(name: string): Promise<Way> {
  const program = PROGRAMS[name];
  if (program) return { ping: (address) => succeeds(program(address)), stop: () => undefined };
  return OTHERS[name]?.() ?? openEngine(name);
}

function succeeds([program = '', ...args]: readonly string[]): Promise<Answer> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore'] });
    child.on('error', () => resolve({ ok: 'unknown' }));
    child.on('exit', (code) => resolve({ ok: code === 0 }));
  });
}

type Engine = { ping(request: object): Promise<Answer>; stop(): void };

/** An engine of netheal behind the interface that the checks of its scheduler go through. */
async function openEngine(name: string): Promise<Way> {
  const engine = await newEngine(name);
  return {
    ping: (address) =>
      engine.ping({
        address,
        family: 4,
        timeoutMs: TIMEOUT_MS,
        packets: 1,
        sizeBytes: 56,
        // Made when somebody asks for it, as a check's own.
        get signal() {
          return new AbortController().signal;
        },
      }),
    stop: () => engine.stop(),
  };
}

async function newEngine(name: string): Promise<Engine> {
  if (name === 'tcp') {
    const { TcpEngine } = await import('../../dist/plugins/pinger/tcp-engine.js');
    return new TcpEngine() as Engine;
  }
  const { chooseEngine } = await import('../../dist/plugins/pinger/choose-engine.js');
  const choice = (await chooseEngine(name as 'fping' | 'ping')) as unknown as {
    engines: Record<number, Engine>;
  };
  return choice.engines[4]!;
}
