/**
 * One way to ping in a process of its own, so that its CPU is all its own. Prints one JSON object.
 *
 *   engine-worker.ts NAME burst BASE ADDRESSES ROUNDS          all addresses at once, ROUNDS times
 *   engine-worker.ts NAME steady BASE ADDRESSES PPS SECONDS    PPS checks a second in ticks of 10 ms, as icmp.c does
 *
 * A second of bursts comes first and is not counted. `--blocked`: the main thread is busy for 20 to 60 ms again and again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Measured } from './contestants.ts';
import { cpuMs } from './cpu.ts';
import { addressAt } from './fleet.ts';
import { percentile } from './table.ts';
import { openWay } from './ways.ts';

const TICK_MS = 10;
const WARM_UP_MS = 1_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { blocked: { type: 'boolean', default: false } },
});
const [name = '', mode = '', base = '', ...numbers] = positionals;
const [count = 0, rate = 0, seconds = 0] = numbers.map(Number);
const addresses = Array.from({ length: count }, (_, i) => addressAt(i, base));

const way = await openWay(name);
const cpu = () => way.cpuMs?.() ?? cpuMs();

let lost = 0;
let unknown = 0;
let rttsMs: number[] = [];
let open = 0;
let isAllSent = false;
let finish = () => {};

function settle(ok: boolean | 'unknown', rttMs?: number): void {
  if (ok === false) lost++;
  if (ok === 'unknown') unknown++;
  if (rttMs !== undefined) rttsMs.push(rttMs);
  open--;
  if (open === 0 && isAllSent) finish();
}

function send(from: number, to: number): void {
  open += to - from;
  for (let i = from; i < to; i++) way.ping(addresses[i % count]!, settle);
}

/** Resolves when all that `begin` sends has been answered; `begin` calls its argument when it has sent the last. */
function untilAnswered(begin: (allSent: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    finish = resolve;
    isAllSent = false;
    begin(() => {
      isAllSent = true;
      if (open === 0) resolve();
    });
  });
}

async function bursts(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await untilAnswered((allSent) => {
      send(0, count);
      allSent();
    });
  }
}

function steadily(): Promise<void> {
  const started = performance.now();
  const total = rate * seconds;
  let sent = 0;
  return untilAnswered((allSent) => {
    const timer = setInterval(() => {
      const due = Math.min(total, Math.floor(((performance.now() - started) * rate) / 1_000));
      send(sent, due);
      sent = due;
      if (sent < total) return;
      clearInterval(timer);
      allSent();
    }, TICK_MS);
  });
}

async function blockAgainAndAgain(): Promise<never> {
  const someMs = () => 20 + 40 * Math.random();
  for (;;) {
    const until = performance.now() + someMs();
    while (performance.now() < until);
    await sleep(someMs());
  }
}

// What is done for the first time is connected and compiled for it: a monitor that runs for months is past that.
const warmUntil = performance.now() + WARM_UP_MS;
do await bursts(1);
while (performance.now() < warmUntil);
const lostBefore = lost;
lost = 0;
unknown = 0;
rttsMs = [];
if (values.blocked) void blockAgainAndAgain();
const before = cpu();
const started = performance.now();
await (mode === 'burst' ? bursts(rate) : steadily());
const tookMs = performance.now() - started;
const checks = mode === 'burst' ? count * rate : rate * seconds;
const measured: Measured = {
  checks,
  lost,
  unknown,
  lostBefore,
  cpuMs: cpu() - before,
  perSecond: (checks / tookMs) * 1_000,
  rttP50Ms: percentile(rttsMs, 50),
  rttP99Ms: percentile(rttsMs, 99),
};
way.stop();
console.log(JSON.stringify(measured));
process.exit(0);
