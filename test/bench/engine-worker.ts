/**
 * One way to ping in a process of its own, so that its CPU is all its own. Prints one JSON object.
 *
 *   engine-worker.ts NAME burst ADDRESSES ROUNDS          all addresses at once, ROUNDS times, after one that is not counted
 *   engine-worker.ts NAME steady ADDRESSES PPS SECONDS    PPS checks a second in ticks of 10 ms, as icmp.c does
 */
import { cpuMs } from './cpu.ts';
import { addressAt } from './fleet.ts';
import { openWay } from './ways.ts';

const TICK_MS = 10;

const [name = '', mode = '', ...numbers] = process.argv.slice(2);
const [count = 0, rate = 0, seconds = 0] = numbers.map(Number);
const addresses = Array.from({ length: count }, (_, i) => addressAt(i));

const way = await openWay(name);
const cpu = () => way.cpuMs?.() ?? cpuMs();

let answered = 0;
async function check(address: string): Promise<void> {
  if (await way.ping(address)) answered++;
}

async function bursts(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) await Promise.all(addresses.map(check));
}

function steadily(): Promise<void> {
  const started = performance.now();
  const total = rate * seconds;
  let sent = 0;
  let open = 0;
  return new Promise((resolve) => {
    const over = () => {
      if (--open === 0 && sent >= total) resolve();
    };
    const timer = setInterval(() => {
      const due = Math.min(total, Math.floor(((performance.now() - started) * rate) / 1_000));
      for (; sent < due; sent++) {
        open++;
        void check(addresses[sent % count]!).then(over);
      }
      if (sent >= total) clearInterval(timer);
    }, TICK_MS);
  });
}

// What is done for the first time is compiled and connected for it: that is not counted.
await bursts(1);
answered = 0;
const before = cpu();
const started = performance.now();
await (mode === 'burst' ? bursts(rate) : steadily());
const tookMs = performance.now() - started;
const checks = mode === 'burst' ? count * rate : rate * seconds;
const measured = {
  checks,
  lost: checks - answered,
  cpuMs: cpu() - before,
  perSecond: (checks / tookMs) * 1_000,
};
way.stop();
console.log(JSON.stringify(measured));
process.exit(0);
