import {
  C_PROGRAM,
  CONTESTANTS,
  type Contestant,
  type Load,
  type Measured,
  NETHEAL_ICMP,
} from './contestants.ts';
import { median, printTable, type Row, short } from './table.ts';

const RUNS = 3;
const STEADY_SECONDS = 5;

type Figures = Readonly<{ cpuPerThousand: number; perSecond: number; unanswered: number }>;
type Result = Figures | Readonly<{ why: string }>;

function figures(runs: readonly Measured[]): Figures {
  return {
    cpuPerThousand: median(runs.map(({ cpuMs, checks }) => (cpuMs / checks) * 1_000)),
    perSecond: median(runs.map(({ perSecond }) => perSecond)),
    unanswered: runs.reduce((sum, { lost, unknown }) => sum + lost + unknown, 0),
  };
}

function measure(contestant: Contestant, load: Load, runs: number): Result {
  if (contestant.missing !== null) return { why: contestant.missing };
  try {
    return figures(Array.from({ length: runs }, () => contestant.measure(load)));
  } catch (error) {
    return { why: (error as Error).message };
  }
}

function row(name: string, result: Result, limit: Result, aim?: string): Row {
  if ('why' in result) return { figure: name, 'CPU ms per 1,000': result.why };
  return {
    figure: name,
    'CPU ms per 1,000': short(result.cpuPerThousand),
    'checks/s': result.perSecond.toFixed(0),
    unanswered: String(result.unanswered),
    'ratio to C': 'why' in limit ? '-' : short(result.cpuPerThousand / limit.cpuPerThousand),
    ...(aim !== undefined && { aim }),
  };
}

/** CPU of each way to ping, children included: everything at once, then at two steady rates. */
export function benchEngines(): void {
  const bursts = new Map(
    CONTESTANTS.map((one) => [one, measure(one, { kind: 'burst', ...one.burst }, RUNS)]),
  );
  const aims = (name: string, aim: string) => (name === NETHEAL_ICMP ? aim : undefined);
  printTable(
    'Engines: all at once',
    CONTESTANTS.map((one) =>
      row(one.name, bursts.get(one)!, bursts.get(C_PROGRAM)!, aims(one.name, 'at most 1.25 x C')),
    ),
  );
  for (const { perSecond, aim } of [
    { perSecond: 1_000, aim: 'at most 3 x C' },
    { perSecond: 10_000, aim: 'at most 2 x C' },
  ]) {
    const load: Load = { kind: 'steady', addresses: perSecond, perSecond, seconds: STEADY_SECONDS };
    let limit: Result = { why: '' };
    const rows = CONTESTANTS.map((one) => {
      const burst = bursts.get(one)!;
      // One that is near its limit would only measure its own queue.
      const tooSlow = 'perSecond' in burst && burst.perSecond < perSecond * 1.5;
      const result = tooSlow
        ? { why: `cannot: ${burst.perSecond.toFixed(0)}/s at its best` }
        : measure(one, load, 1);
      if (one === C_PROGRAM) limit = result;
      return row(one.name, result, limit, aims(one.name, aim));
    });
    printTable(`Engines: ${perSecond.toLocaleString('en')} checks a second`, rows);
  }
}
