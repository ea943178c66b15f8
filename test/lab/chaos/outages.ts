import type { Event } from '../netheal.ts';
import { type Case, type Finding, LAST_LOOK_MS, type Outage, SLACK_MS, timeOf } from './case.ts';
import { detectionBoundMs, parentOf, timing } from './fleet.ts';
import { type DeviceTruth, type Stretch, touches } from './truth.ts';

/** When its detection could begin: not while netheal was blind, nor while a heal of it explained every failure. */
export function visibleFrom({ heals, blind, truths }: Case, id: string, stretch: Stretch): number {
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

export function outagesOf(one: Case, id: string, { bad, grey }: DeviceTruth): Outage[] {
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

/**
 * When netheal called it down, before the outage where it had not taken that back; null: never. "Unreachable" is the word
 * only where its switch was broken too.
 */
function detectedAt({ said, truths }: Case, id: string, { from, latest }: Stretch): number | null {
  const isBehind = touches(truths.get(id)!.cut, from - detectionBoundMs, latest);
  const isTold = ({ to }: Event) => to === 'down' || (isBehind && to === 'unreachable');
  const words = said.events.filter(
    ({ type, device }) => type === 'monitor-started' || (type === 'status-change' && device === id),
  );
  // A look that was under way when it broke may still find it well.
  const pivot = from + timing.timeoutMs + SLACK_MS;
  const before = words.findLast((event) => timeOf(event) <= pivot);
  if (before && isTold(before)) return Math.max(from, timeOf(before));
  const told = words.find((event) => isTold(event) && timeOf(event) > from);
  return told && timeOf(told) <= latest + LAST_LOOK_MS ? timeOf(told) : null;
}

export function causeOf({ recorded }: Case, id: string, { earliest, latest }: Stretch): string {
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

export function missedOutages(one: Case): Finding[] {
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
