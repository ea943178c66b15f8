/**
 * Runs in a process of its own, so that its CPU is all its own: `engine-worker.ts ENGINE ADDRESSES ROUNDS`.
 * Prints one JSON object: { checks, lost, cpuMs }.
 */
import { spawnSync } from 'node:child_process';
import { cpuMs } from './cpu.ts';

const [name = '', count = '0', rounds = '0'] = process.argv.slice(2);
const addresses = Array.from(
  { length: Number(count) },
  (_, i) => `127.1.${Math.floor(i / 250)}.${(i % 250) + 1}`,
);

type PingEngine = {
  ping(request: object): Promise<{ ok: boolean | 'unknown' }>;
  stop(): void;
};

/** Plain fping over the same addresses, once a round: the peer. */
function plain(): number {
  const input = addresses.join('\n');
  const { stderr } = spawnSync('fping', ['-q', '-c', '1', '-i', '1', '-t', '1000', '-f', '-'], {
    input,
    encoding: 'utf8',
  });
  return stderr.split('\n').filter((line) => line.includes('100%')).length;
}

async function ours(engine: PingEngine): Promise<number> {
  const results = await Promise.all(
    addresses.map((address) =>
      engine.ping({
        address,
        family: 4,
        timeoutMs: 2_000,
        packets: 1,
        sizeBytes: 56,
        signal: new AbortController().signal,
      }),
    ),
  );
  return results.filter(({ ok }) => ok !== true).length;
}

/** The engine as netheal chooses it; the `tcp` one is what it falls back to. */
async function open(): Promise<PingEngine> {
  if (name === 'tcp') {
    const { TcpEngine } = await import('../../dist/plugins/pinger/tcp-engine.js');
    return new TcpEngine() as PingEngine;
  }
  const { chooseEngine } = await import('../../dist/plugins/pinger/choose-engine.js');
  const choice = (await chooseEngine(name as 'fping' | 'ping')) as unknown as {
    engines: Record<number, PingEngine>;
  };
  return choice.engines[4]!;
}

let lost = 0;
const engine = name === 'plain' ? null : await open();
// The first round pays for start-up and is not counted.
if (engine) await ours(engine);
const before = cpuMs();
for (let round = 0; round < Number(rounds); round++) lost += engine ? await ours(engine) : plain();
engine?.stop();
console.log(JSON.stringify({ checks: addresses.length * Number(rounds), lost, cpuMs: cpuMs() - before }));
process.exit(0);
