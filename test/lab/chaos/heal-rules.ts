/** Rules about what netheal did, and left undone. */
import { type Case, type Finding, LAST_LOOK_MS, SLACK_MS, timeOf } from './case.ts';
import { detectionBoundMs, groupOf, limits, parentOf, timing } from './fleet.ts';
import { causeOf, visibleFrom } from './outages.ts';
import { covers, type Recorded, touches } from './truth.ts';

/** Every heal that was begun, and every connection to an sshd, must have had its reason in the moments before. */
export function falseHeals(one: Case): Finding[] {
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

export function leftAlone(one: Case): Finding[] {
  return [...one.truths].flatMap(([device, { own, cut, grey }]) =>
    own.flatMap((stretch): Finding[] => {
      const until = visibleFrom(one, device, stretch) + detectionBoundMs + HEAL_WITHIN_MS;
      const wasTried = one.heals.some(
        (heal) => heal.device === device && heal.from <= until && heal.to >= stretch.from,
      );
      if (until > stretch.to || wasTried || touches([...cut, ...grey], stretch.from, until)) return [];
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
export function doubledCommands({ recorded, heals }: Case): Finding[] {
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
export function verifications({ heals, truths, blind }: Case): Finding[] {
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

export function concurrency({ heals, recorded }: Case): Finding[] {
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
