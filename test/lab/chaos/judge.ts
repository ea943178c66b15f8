import type { Event } from '../netheal.ts';
import { type Case, type Finding, type Heal, type Judgement, type Said, timeOf } from './case.ts';
import { timing } from './fleet.ts';
import { concurrency, doubledCommands, falseHeals, leftAlone, verifications } from './heal-rules.ts';
import { missedOutages, outagesOf } from './outages.ts';
import { exactly, merged, type Recorded, type Stretch, stretches, touches, truthOf } from './truth.ts';
import { endsWell, falseWords, incidentsPerOutage, logRows, wrongRootCauses } from './word-rules.ts';

/** An uplink that is back is believed after the next question to the witnesses. */
const UPLINK_BACK_MS = 1_000 + 2 * timing.timeoutMs;

/** Holds what netheal said and did against what the kernel saw. Pure; every rule is a function of its own. */
export function judge(recorded: Recorded, said: Said): Judgement {
  const truths = truthOf(recorded);
  const uplinkGone = stretches(recorded.uplink, ({ up }) => !up, recorded.endedAt);
  const standstill = [
    ...recorded.gaps.map(exactly),
    ...said.events.filter(({ type }) => type === 'stalled').map(stallOf),
  ];
  const blind = merged([
    ...uplinkGone.map((one) => ({
      ...one,
      to: one.to + UPLINK_BACK_MS,
      latest: one.latest + UPLINK_BACK_MS,
    })),
    ...recorded.absences.map(exactly),
    ...standstill,
  ]);
  const heals = healsOf(said.events, recorded.endedAt);
  const one: Case = { recorded, said, truths, heals, blind, uplinkGone, standstill };
  const outages = [...truths].flatMap(([id, truth]) => outagesOf(one, id, truth));
  const opened = said.events.filter(({ type }) => type === 'incident-opened');
  return {
    findings: RULES.flatMap((rule) => rule(one)).sort((a, b) => a.at - b.at),
    outages,
    heals,
    tooShort: [...truths.values()].flatMap(({ bad }) => bad).length - outages.length,
    rootCauses: outages.filter(({ device, stretch }) =>
      touches(truths.get(device)!.own, stretch.from, stretch.to),
    ).length,
    incidents: opened.length,
    checks: said.csv.length,
  };
}

const RULES: readonly ((one: Case) => Finding[])[] = [
  missedOutages,
  falseWords,
  wrongRootCauses,
  incidentsPerOutage,
  falseHeals,
  leftAlone,
  doubledCommands,
  verifications,
  concurrency,
  logRows,
  endsWell,
];

/** "netheal did not run for 0.8 s": it began that much before it was told. */
function stallOf(event: Event): Stretch {
  const at = timeOf(event);
  const lengthMs = Number(/(\d+(?:\.\d+)?) s\b/.exec(event.message)?.[1] ?? 1) * 1_000;
  return exactly({ from: at - lengthMs, to: at });
}

function healsOf(events: readonly Event[], endedAt: number): Heal[] {
  return events
    .filter(({ type }) => type === 'heal-started')
    .map((started) => {
      const finished = events.find(({ type, heal }) => type === 'heal-finished' && heal === started.heal);
      return {
        id: started.heal ?? '',
        device: started.device ?? '',
        from: timeOf(started),
        to: finished ? timeOf(finished) : endedAt,
        outcome: finished?.outcome ?? 'unfinished',
      };
    });
}
