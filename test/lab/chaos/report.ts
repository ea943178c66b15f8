import { percentile, printTable, type Row } from '../../bench/table.ts';
import type { Event } from '../netheal.ts';
import type { Judgement, Rule } from './case.ts';
import { detectionBoundMs, parentOf } from './fleet.ts';
import { KINDS } from './plan.ts';
import type { Recorded } from './truth.ts';

/** What all runs together must come to: none of each. */
const MUST_BE_NONE: readonly Rule[] = [
  'missed outage',
  'false alarm',
  'false recovery',
  'wrong root cause',
  'not one incident',
  'false heal',
  'left alone',
  'command doubled',
  'verification disagrees',
  'too many at once',
  'log contradicts kernel',
  'not well at the end',
];

/** Prints what was done, what came of it, and what must not be. */
export function printReport(
  recorded: Recorded,
  { events }: { events: readonly Event[] },
  judged: Judgement,
): void {
  printTable('Faults made, and how long their outages took to be told', faultRows(recorded, judged));
  printTable('What netheal did', deedRows(recorded, events, judged));
  printTable(
    'Held against the kernel',
    MUST_BE_NONE.map((rule) => {
      const found = judged.findings.filter((finding) => finding.rule === rule);
      return { figure: rule, value: String(found.length), aim: 'none' };
    }),
  );
}

function faultRows({ done }: Recorded, { outages }: Judgement): Row[] {
  const causes = [...new Set([...Object.keys(KINDS), ...outages.map(({ kind }) => kind)])];
  return causes.map((kind) => {
    const made = done.filter((episode) => episode.kind === kind).length;
    const seen = outages.filter((outage) => outage.kind === kind);
    const times = seen.flatMap(({ detectedMs }) => detectedMs ?? []);
    return {
      figure: kind,
      made: kind in KINDS ? String(made) : undefined,
      ...(seen.length > 0 && { outages: String(seen.length) }),
      ...(times.length > 0 && {
        'told after p50': seconds(percentile(times, 50)),
        longest: seconds(Math.max(...times)),
        bound: seconds(detectionBoundMs),
      }),
    };
  });
}

function deedRows(recorded: Recorded, events: readonly Event[], judged: Judgement): Row[] {
  const { heals, outages, tooShort, rootCauses, incidents, checks } = judged;
  const ssh = [...recorded.ssh.values()].flat();
  const ofKind = (kind: string) => String(ssh.filter((entry) => entry.kind === kind).length);
  const timed = outages.filter(({ detectedMs }) => detectedMs !== null).length;
  return [
    { figure: 'checks in the log', value: String(checks) },
    { figure: 'outages that were told, or lasted long enough for it', value: String(outages.length) },
    {
      figure: '... not seen from their beginning (uplink, restart, running heal)',
      value: String(outages.length - timed),
    },
    { figure: 'outages that were over before that', value: String(tooShort) },
    { figure: 'outages on a device of its own account', value: String(rootCauses) },
    { figure: 'incidents opened (a relapse continues one)', value: String(incidents) },
    { figure: 'heals by outcome', value: counts(heals.map(({ outcome }) => outcome)) },
    {
      figure: 'gates tripped',
      value: counts(events.flatMap(({ type, gate }) => (type === 'heal-refused' && gate ? [gate] : []))),
    },
    {
      figure: 'called for a person',
      value: String(events.filter(({ type }) => type === 'needs-human').length),
    },
    { figure: 'stopped all healing', value: String(events.filter(isStop).length) },
    {
      figure: 'SSH connections, logins, commands (sshd)',
      value: ['connection', 'login', 'session'].map(ofKind).join(', '),
    },
    { figure: 'heals by the accounts on the devices', value: String(recorded.runs.length) },
    { figure: 'most SSH connections at once', value: String(recorded.mostConnections) },
    { figure: 'netheal killed and started again', value: String(recorded.absences.length) },
    { figure: 'times the machine stood still, as the judge saw it', value: String(recorded.gaps.length) },
    {
      figure: 'told that it did not run for a while',
      value: String(events.filter(({ type }) => type === 'stalled').length),
    },
  ];
}

const isStop = ({ message }: Event) => message.startsWith('all healing is stopped');
const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

function counts(words: readonly string[]): string {
  const counted = new Map<string, number>();
  for (const word of words) counted.set(word, (counted.get(word) ?? 0) + 1);
  return [...counted].map(([word, count]) => `${word} ${count}`).join(', ') || 'none';
}

/** Everything that happened to a device and its switch in a time, in order, for the person who looks into it. */
export function storyOf(
  device: string,
  [from, to]: readonly [number, number],
  recorded: Recorded,
  events: readonly Event[],
): string {
  const parent = parentOf(device);
  const concerns = (id: string | null | undefined) => id == null || id === device || id === parent;
  const lines: { at: number; text: string }[] = [];
  const tell = (at: number, who: string, text: string) => lines.push({ at, text: `${who.padEnd(8)}${text}` });
  for (const { kind, devices, number, ...made } of recorded.done) {
    if (devices.length > 0 && !devices.some(concerns)) continue;
    tell(made.from, 'made', `#${number} ${kind} ${devices.join(' ')}`);
    tell(made.to, 'undone', `#${number} ${kind} ${devices.join(' ')}`);
  }
  for (const [id, changes] of recorded.changes) {
    if (!concerns(id)) continue;
    for (const { at, sight } of changes) {
      const { link, pings, service } = sight;
      tell(at, 'kernel', `${id}: link ${link ? 'up' : 'down'}, pings ${pings}, service ${service}`);
    }
  }
  for (const [id, entries] of recorded.ssh) {
    if (concerns(id)) for (const { at, text } of entries) tell(at, 'sshd', `${id}: ${text}`);
  }
  for (const { at, up } of recorded.uplink) tell(at, 'kernel', `our uplink is ${up ? 'up' : 'down'}`);
  for (const { why, device: held, ...hold } of recorded.holds) {
    if (!concerns(held)) continue;
    tell(hold.from, 'person', `${held ?? 'the fleet'} is ${why}`);
    tell(hold.to, 'person', `${held ?? 'the fleet'} is no longer ${why}`);
  }
  for (const { at, type, message, device: about } of events) {
    if (concerns(about)) tell(Date.parse(at), 'netheal', `${type}: ${message}`);
  }
  return lines
    .filter(({ at }) => at >= from && at <= to)
    .sort((a, b) => a.at - b.at)
    .map(({ at, text }) => `${new Date(at).toISOString().slice(11, 23)} ${text}`)
    .join('\n');
}
