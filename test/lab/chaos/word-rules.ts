/** Rules about what netheal said. */
import { type Case, type Finding, isDownWord, SLACK_MS, timeOf } from './case.ts';
import { detectionBoundMs, timing } from './fleet.ts';
import { covers, touches } from './truth.ts';

/** It said "down" of a device that was well all the time, or "up" of one that was not. */
export function falseWords({ said, truths, standstill }: Case): Finding[] {
  return said.events.flatMap((event): Finding[] => {
    if (event.type !== 'status-change') return [];
    const device = event.device ?? '';
    const { bad, grey } = truths.get(device)!;
    const at = timeOf(event);
    const since = at - detectionBoundMs - SLACK_MS;
    if (touches([...grey, ...standstill], since, at)) return [];
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
export function wrongRootCauses({ said, truths, standstill }: Case): Finding[] {
  return said.events.flatMap((event): Finding[] => {
    if (event.type !== 'incident-opened') return [];
    const device = event.device ?? '';
    const { own, cut, grey } = truths.get(device)!;
    const at = timeOf(event);
    const since = at - detectionBoundMs - SLACK_MS;
    if (touches([...own, ...grey, ...standstill], since, at)) return [];
    const why = touches(cut, since, at) ? 'only its switch was broken' : 'nothing was broken';
    return [{ rule: 'wrong root cause', device, at, text: `${why}: ${event.message}` }];
  });
}

/** Whatever is called down has an incident, and while an outage lasts without a break no second one is opened. */
export function incidentsPerOutage({ said, truths }: Case): Finding[] {
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

/** "online" of a device that could not answer for as long as a check can take. */
export function logRows({ said, truths }: Case): Finding[] {
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
export function endsWell({ said, truths, recorded }: Case): Finding[] {
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
