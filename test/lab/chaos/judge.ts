/** Holds what netheal said and did against what the kernel saw. Pure; every rule is a function of its own. */
import type { CsvRow, Event } from '../netheal.ts';
import { detectionBoundMs, groupOf, limits, parentOf, timing } from './fleet.ts';
import {
  covers,
  type DeviceTruth,
  exactly,
  merged,
  type Recorded,
  type Stretch,
  stretches,
  touches,
  truthOf,
} from './truth.ts';

/** What netheal said, and the log it wrote. */
export type Said = Readonly<{
  events: readonly Event[];
  csv: readonly CsvRow[];
  addresses: ReadonlyMap<string, string>;
}>;

export type Rule =
  | 'missed outage'
  | 'false alarm'
  | 'false recovery'
  | 'wrong root cause'
  | 'not one incident'
  | 'false heal'
  | 'left alone'
  | 'command doubled'
  | 'verification disagrees'
  | 'too many at once'
  | 'log contradicts kernel'
  | 'not well at the end';

/** Something that must not be. */
export type Finding = Readonly<{ rule: Rule; device: string; at: number; text: string }>;

/** An outage that was told, or lasted long enough for it. */
export type Outage = Readonly<{
  device: string;
  kind: string;
  stretch: Stretch;
  /** How long it took to be told; null where netheal could not see it at first, or still called the device down. */
  detectedMs: number | null;
}>;

/** An attempt as netheal's events tell it. */
export type Heal = Readonly<{ id: string; device: string; from: number; to: number; outcome: string }>;

export type Judgement = Readonly<{
  findings: readonly Finding[];
  outages: readonly Outage[];
  heals: readonly Heal[];
  /** Own outages that were too short to be confirmed by anybody. */
  tooShort: number;
  rootCauses: number;
  incidents: number;
  checks: number;
}>;

/** Room for the moments between what happens and what is seen of it. */
const SLACK_MS = 500;
/** How old a look may be on which a heal is begun: the last check, its timeout, and the way to the device's log. */
const LAST_LOOK_MS = timing.retryIntervalMs + timing.timeoutMs + 1_000;
/** An uplink that is back is believed after the next question to the witnesses. */
const UPLINK_BACK_MS = 1_000 + 2 * timing.timeoutMs;

/** Everything a rule looks at. */
type Case = Readonly<{
  recorded: Recorded;
  said: Said;
  truths: ReadonlyMap<string, DeviceTruth>;
  heals: readonly Heal[];
  /** Times in which netheal could see nothing: its uplink was gone, it did not run, it stood still. */
  blind: readonly Stretch[];
  uplinkGone: readonly Stretch[];
}>;

export function judge(recorded: Recorded, said: Said): Judgement {
  const truths = truthOf(recorded);
  const uplinkGone = stretches(recorded.uplink, ({ up }) => !up, recorded.endedAt);
  const blind = merged([
    ...uplinkGone.map((one) => ({
      ...one,
      to: one.to + UPLINK_BACK_MS,
      latest: one.latest + UPLINK_BACK_MS,
    })),
    ...recorded.absences.map(exactly),
    ...recorded.gaps.map(exactly),
    ...said.events.filter(({ type }) => type === 'stalled').map(stallOf),
  ]);
  const heals = healsOf(said.events, recorded.endedAt);
  const one: Case = { recorded, said, truths, heals, blind, uplinkGone };
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

const timeOf = (event: Event) => Date.parse(event.at);
const isDownWord = (word: string | undefined) => word === 'down' || word === 'unreachable';

/** "the event loop stood still for 812 ms": it began that much before it was told. */
function stallOf(event: Event): Stretch {
  const at = timeOf(event);
  const seconds = /(\d+(?:\.\d+)?) (ms|s)\b/.exec(event.message);
  const lengthMs = seconds ? Number(seconds[1]) * (seconds[2] === 's' ? 1_000 : 1) : 1_000;
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

// ---------------------------------------------------------------- outages

/** When its detection could begin: not while netheal was blind, nor while a heal of it explained every failure. */
function visibleFrom({ heals, blind, truths }: Case, id: string, stretch: Stretch): number {
  let from = stretch.from;
  // Each may lead into the next one.
  for (let before = -1; before !== from; ) {
    before = from;
    for (const { to } of blind.filter((gap) => gap.earliest <= from + detectionBoundMs && gap.latest > from))
      from = Math.max(from, to);
    for (const { to } of heals.filter((heal) => heal.device === id && heal.from <= from && heal.to > from))
      from = to;
    // While its switch is being confirmed, its own verdict waits.
    for (const cut of truths
      .get(id)!
      .cut.filter((cut) => cut.from > from && cut.from <= from + detectionBoundMs))
      from = cut.from;
  }
  return from;
}

function outagesOf(one: Case, id: string, { bad, grey }: DeviceTruth): Outage[] {
  return bad.flatMap((stretch) => {
    const from = visibleFrom(one, id, stretch);
    const told = detectedAt(one, id, stretch);
    const isLong = stretch.to - from > detectionBoundMs + 2 * SLACK_MS;
    if ((!isLong && told === null) || touches(grey, stretch.from - LAST_LOOK_MS, stretch.to)) return [];
    const isTimed = told !== null && told > stretch.from && from === stretch.from;
    const detectedMs = isTimed ? told - from : null;
    return [{ device: id, kind: causeOf(one, id, stretch), stretch, detectedMs }];
  });
}

/** When netheal called it down or unreachable: before the outage where it had not taken that back; null: never. */
function detectedAt({ said }: Case, id: string, { from, latest }: Stretch): number | null {
  const words = said.events.filter(
    ({ type, device }) => type === 'monitor-started' || (type === 'status-change' && device === id),
  );
  // A look that was under way when it broke may still find it well.
  const pivot = from + timing.timeoutMs + SLACK_MS;
  if (isDownWord(words.findLast((event) => timeOf(event) <= pivot)?.to)) return from;
  const told = words.find((event) => isDownWord(event.to) && timeOf(event) > from);
  return told && timeOf(told) <= latest + LAST_LOOK_MS ? timeOf(told) : null;
}

function causeOf({ recorded }: Case, id: string, { earliest, latest }: Stretch): string {
  const parent = parentOf(id);
  const made = recorded.done.filter(({ from, to }) => from <= latest && to >= earliest);
  const own = made.find(({ devices, kind }) => devices.includes(id) && isCause(kind));
  if (own) return own.kind;
  const above = made.find(
    ({ devices, kind }) => parent !== null && devices.includes(parent) && isCause(kind),
  );
  return above ? `behind: ${above.kind}` : 'not made on purpose';
}

function isCause(kind: string): boolean {
  return !/sshd|host key|login|downtime|paused|acknowledged/.test(kind);
}

function missedOutages(one: Case): Finding[] {
  return [...one.truths].flatMap(([device, { bad, grey }]) =>
    bad.flatMap((stretch) => {
      const from = visibleFrom(one, device, stretch);
      const mustBeToldBy = from + detectionBoundMs + 2 * SLACK_MS;
      if (mustBeToldBy > stretch.to || touches(grey, stretch.from - LAST_LOOK_MS, stretch.to)) return [];
      const told = detectedAt(one, device, stretch);
      if (told !== null && told <= mustBeToldBy) return [];
      const late = told === null ? 'never told' : `told ${told - from} ms after it could be seen`;
      const text = `${causeOf(one, device, stretch)} for ${Math.round(stretch.to - stretch.from)} ms: ${late}`;
      return [{ rule: 'missed outage' as const, device, at: stretch.from, text }];
    }),
  );
}

/** It said "down" of a device that was well all the time, or "up" of one that was not. */
function falseWords({ said, truths }: Case): Finding[] {
  return said.events.flatMap((event): Finding[] => {
    if (event.type !== 'status-change') return [];
    const device = event.device ?? '';
    const { bad, grey } = truths.get(device)!;
    const at = timeOf(event);
    const since = at - detectionBoundMs - SLACK_MS;
    if (touches(grey, since, at)) return [];
    if (isDownWord(event.to) && !touches(bad, since, at)) {
      return [{ rule: 'false alarm', device, at, text: event.message }];
    }
    if (event.to === 'up' && covers(bad, at - 2 * timing.timeoutMs - SLACK_MS, at)) {
      return [{ rule: 'false recovery', device, at, text: event.message }];
    }
    return [];
  });
}

/** An incident belongs to the device that is broken itself, never to one that is only cut off with its switch. */
function wrongRootCauses({ said, truths }: Case): Finding[] {
  return said.events.flatMap((event): Finding[] => {
    if (event.type !== 'incident-opened') return [];
    const device = event.device ?? '';
    const { own, cut, grey } = truths.get(device)!;
    const at = timeOf(event);
    const since = at - detectionBoundMs - SLACK_MS;
    if (touches(own, since, at) || touches(grey, since, at)) return [];
    const why = touches(cut, since, at) ? 'only its switch was broken' : 'nothing was broken';
    return [{ rule: 'wrong root cause', device, at, text: `${why}: ${event.message}` }];
  });
}

/** Whatever is called down has an incident, and while an outage lasts without a break no second one is opened. */
function incidentsPerOutage({ said, truths }: Case): Finding[] {
  const rule = 'not one incident';
  const incidents = said.events
    .filter(({ type }) => type === 'incident-opened')
    .map((opened) => {
      const closed = said.events.find(
        (event) => event.type === 'incident-closed' && event.incident === opened.incident,
      );
      const to = closed ? timeOf(closed) : Number.POSITIVE_INFINITY;
      return { device: opened.device ?? '', from: timeOf(opened), to };
    });
  const without = said.events.flatMap((event): Finding[] => {
    const { device = '', type, to, message: text } = event;
    const at = timeOf(event);
    if (type !== 'status-change' || to !== 'down') return [];
    const open = incidents.filter(
      (one) => one.device === device && one.from <= at + SLACK_MS && one.to >= at,
    );
    return open.length === 1 ? [] : [{ rule, device, at, text: `${open.length} incidents: ${text}` }];
  });
  const twice = [...truths].flatMap(([device, { own }]) =>
    own.flatMap(({ from, to }): Finding[] => {
      const within = incidents.filter((one) => one.device === device && one.from > from && one.from < to);
      if (within.length < 2) return [];
      return [{ rule, device, at: within[1]!.from, text: `${within.length} incidents of one outage` }];
    }),
  );
  return [...without, ...twice];
}

// ---------------------------------------------------------------- heals

/** Every heal that was begun, and every connection to an sshd, must have had its reason in the moments before. */
function falseHeals(one: Case): Finding[] {
  const begun = one.heals.map(({ id, device, from: at }) => ({ device, at, text: `heal ${id}` }));
  const connections = [...one.recorded.ssh].flatMap(([device, entries]) =>
    entries.flatMap(({ kind, at, text }) =>
      kind === 'connection' && !isLateEntry(one.recorded, device, at) ? [{ device, at, text }] : [],
    ),
  );
  return [...begun, ...connections].flatMap(({ device, at, text }): Finding[] => {
    const why = whyNotTouched(one, device, at);
    return why === null ? [] : [{ rule: 'false heal', device, at, text: `${why} (${text})` }];
  });
}

/** An sshd that hung takes what waited for it, and writes it down as if it came just now. */
function isLateEntry({ done }: Recorded, device: string, at: number): boolean {
  return done.some(
    ({ kind, devices, to }) =>
      kind === 'sshd hangs' && devices.includes(device) && Math.abs(at - to) < 2 * SLACK_MS,
  );
}

/** Why a device should not have been logged in to at that moment, or null where it was right. */
function whyNotTouched({ recorded, truths, uplinkGone }: Case, device: string, at: number): string | null {
  const since = at - LAST_LOOK_MS;
  const truth = truths.get(device)!;
  // A port of a switch is healed on the switch.
  const family = [device, ...[...truths.keys()].filter((id) => parentOf(id) === device)];
  const isReason = (id: string) => {
    const { own, grey } = truths.get(id)!;
    return touches(own, since, at) || touches(grey, at - detectionBoundMs, at);
  };
  if (!family.some(isReason)) {
    return touches(truth.cut, since, at) ? 'only its switch was broken' : 'it was well';
  }
  if (covers(truth.cut, at - detectionBoundMs - SLACK_MS, at)) return 'its switch was down';
  if (covers(uplinkGone, at - LAST_LOOK_MS, at)) return 'our own uplink was gone';
  const hold = recorded.holds.find(
    ({ device: held, from, to }) => (held === null || held === device) && at > from + LAST_LOOK_MS && at < to,
  );
  if (hold) return `it was ${hold.why}`;
  const broken = [...truths].filter(([, { own }]) => covers(own, at - detectionBoundMs - SLACK_MS, at));
  const percent = (100 * broken.length) / truths.size;
  return percent > limits.maxUnhealthyPercent ? `${Math.round(percent)} % of the fleet were broken` : null;
}

/** With nothing in the way, a device that stays broken is healed: two turns of a gate that asks again, after its detection. */
const HEAL_WITHIN_MS = 10_000;
/** It says that the device is not broken, which is what this rule is about. */
const NO_EXCUSE = ['healthy'];

function leftAlone(one: Case): Finding[] {
  return [...one.truths].flatMap(([device, { own, grey }]) =>
    own.flatMap((stretch): Finding[] => {
      const until = visibleFrom(one, device, stretch) + detectionBoundMs + HEAL_WITHIN_MS;
      const wasTried = one.heals.some(
        (heal) => heal.device === device && heal.from <= until && heal.to >= stretch.from,
      );
      if (until > stretch.to || wasTried || touches(grey, stretch.from, until)) return [];
      if (isHeld(one, device, stretch.from - 60_000, until) || touches(one.blind, stretch.from, until))
        return [];
      const text = `${causeOf(one, device, stretch)} for ${stretch.to - stretch.from} ms, and no attempt, for no reason`;
      return [{ rule: 'left alone', device, at: stretch.from, text }];
    }),
  );
}

/** Did netheal say which gate, or what person, is in the way? */
function isHeld({ said }: Case, device: string, from: number, to: number): boolean {
  return said.events.some((event) => {
    const at = timeOf(event);
    const isReason =
      event.type === 'needs-human' ||
      (event.type === 'heal-refused' && !NO_EXCUSE.includes(event.gate ?? ''));
    return at >= from && at <= to && event.device === device && isReason;
  });
}

/** Each attempt runs its commands once, and nothing runs outside of an attempt. */
function doubledCommands({ recorded, heals }: Case): Finding[] {
  const seen = new Map<string, number>();
  return recorded.runs.flatMap(({ at, device, strategy, on }): Finding[] => {
    const heal = heals.find(
      (one) => one.device === device && at >= one.from - SLACK_MS && at <= one.to + SLACK_MS,
    );
    const text = `"${strategy}" on ${on}`;
    if (!heal) return [{ rule: 'command doubled', device, at, text: `${text} outside of any attempt` }];
    const times = (seen.get(heal.id) ?? 0) + 1;
    seen.set(heal.id, times);
    return times === 1
      ? []
      : [{ rule: 'command doubled', device, at, text: `${text}, again in heal ${heal.id}` }];
  });
}

/** "Healed" must be so in the kernel, and "failed" must not be said of what was well all the time. */
function verifications({ heals, truths, blind }: Case): Finding[] {
  return heals.flatMap(({ device, to: at, outcome, id }): Finding[] => {
    const { bad, grey } = truths.get(device)!;
    if (touches(grey, at - timing.verifyWindowMs, at)) return [];
    if (outcome === 'healed' && covers(bad, at - timing.timeoutMs - SLACK_MS, at)) {
      return [
        { rule: 'verification disagrees', device, at, text: `heal ${id} is called healed, and is not` },
      ];
    }
    const since = at - timing.verifyWindowMs + 2 * SLACK_MS;
    if (outcome === 'failed' && !touches(bad, since, at) && !touches(blind, since, at)) {
      return [
        { rule: 'verification disagrees', device, at, text: `heal ${id} is called failed, and is well` },
      ];
    }
    return [];
  });
}

function concurrency({ heals, recorded }: Case): Finding[] {
  const findings = heals.flatMap((heal): Finding[] => {
    const { device, from: at } = heal;
    const running = heals.filter(
      (other) => other.from <= at && other.to > at && other.outcome !== 'interrupted',
    );
    const inGroup = running.filter((other) => groupOf(other.device) === groupOf(device));
    if (running.length <= limits.maxConcurrent && inGroup.length <= 1) return [];
    const text = `${running.length} heals at once, ${inGroup.length} of its group`;
    return [{ rule: 'too many at once', device, at, text }];
  });
  if (recorded.mostConnections <= limits.maxConcurrent) return findings;
  const text = `${recorded.mostConnections} SSH connections at once`;
  return [...findings, { rule: 'too many at once', device: 'fleet', at: recorded.endedAt, text }];
}

// ---------------------------------------------------------------- log and end

/** "online" of a device that could not answer for as long as a check can take. */
function logRows({ said, truths }: Case): Finding[] {
  const idOf = new Map([...said.addresses].map(([id, address]) => [address, id]));
  return said.csv.flatMap((row): Finding[] => {
    const device = idOf.get(row.ip) ?? '';
    const at = Date.parse(row.timestamp);
    const { bad, grey } = truths.get(device)!;
    if (row.status !== 'online' || touches(grey, at - SLACK_MS, at + timing.timeoutMs)) return [];
    if (!covers(bad, at - SLACK_MS, at + timing.timeoutMs + SLACK_MS)) return [];
    return [{ rule: 'log contradicts kernel', device, at, text: `${row.status} at ${row.timestamp}` }];
  });
}

/** After the last trouble was undone every device is up, and every incident closed. */
function endsWell({ said, truths, recorded }: Case): Finding[] {
  const open = new Map<string, string>();
  const words = new Map<string, string>();
  for (const { type, incident = '', device = '', to = '' } of said.events) {
    if (type === 'incident-opened') open.set(incident, device);
    if (type === 'incident-closed') open.delete(incident);
    if (type === 'status-change') words.set(device, to);
    if (type === 'monitor-started') words.clear();
  }
  const at = recorded.endedAt;
  const rule = 'not well at the end';
  return [
    ...[...open].map(([id, device]) => ({ rule, device, at, text: `incident #${id} is open` }) as const),
    ...[...truths.keys()]
      .filter((device) => words.get(device) !== 'up')
      .map(
        (device) => ({ rule, device, at, text: `it is called ${words.get(device) ?? 'nothing'}` }) as const,
      ),
  ];
}
