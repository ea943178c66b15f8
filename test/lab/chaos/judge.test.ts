import { describe, expect, test } from 'vitest';
import type { Event } from '../netheal.ts';
import type { Rule, Said } from './case.ts';
import { judge } from './judge.ts';
import type { Change, Sight, SshEntry } from './kernel-watch.ts';
import type { Recorded } from './truth.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const at = (seconds: number) => START + seconds * 1_000;
const iso = (seconds: number) => new Date(at(seconds)).toISOString();
const WELL: Sight = { link: true, pings: 'answered', service: 'runs' };
const CUT: Sight = { ...WELL, link: false };

/** What the kernel saw: from so many seconds on, this. */
const seen = (...sights: [number, Sight][]): Change[] =>
  [[0, WELL] as const, ...sights].map(([second, sight]) => ({
    after: at(second) - 50,
    at: at(second),
    sight,
  }));
const said = (second: number, type: string, device: string, more: Partial<Event> = {}): Event => ({
  seq: 0,
  at: iso(second),
  type,
  device,
  message: type,
  ...more,
});
const connection = (second: number): SshEntry => ({
  at: at(second),
  kind: 'connection',
  text: 'Connection from',
});
const upAtFirst = ['host1', 'sw1', 'sw1-a'].map((id) => said(1, 'status-change', id, { to: 'up' }));

type Story = {
  changes?: Record<string, Change[]>;
  events?: Event[];
  ssh?: Record<string, SshEntry[]>;
  record?: Partial<Recorded>;
  csv?: Said['csv'];
};

/** Rules that a story of a minute breaks, for a fleet of a host, a switch and its child. */
function rules({ changes = {}, events = [], ssh = {}, record = {}, csv = [] }: Story): Rule[] {
  const all = { host1: seen(), sw1: seen(), 'sw1-a': seen(), ...changes };
  const recorded: Recorded = {
    changes: new Map(Object.entries(all)),
    ssh: new Map(Object.entries(ssh)),
    uplink: [{ after: at(0), at: at(0), up: true }],
    gaps: [],
    mostConnections: 0,
    done: [],
    holds: [],
    absences: [],
    runs: [],
    endedAt: at(60),
    ...record,
  };
  const addresses = new Map([['host1', '10.0.0.1']]);
  const { findings } = judge(recorded, { events: [...upAtFirst, ...events], csv, addresses });
  return [...new Set(findings.map(({ rule }) => rule))];
}

/** host1 breaks after 20 s, is told after 23, healed by 26, and its incident is closed after 30. */
const story = {
  changes: { host1: seen([20, CUT], [25, WELL]) },
  events: [
    said(23, 'status-change', 'host1', { to: 'down' }),
    said(23, 'incident-opened', 'host1', { incident: '1' }),
    said(23.1, 'heal-started', 'host1', { heal: '1' }),
    said(26, 'heal-finished', 'host1', { heal: '1', outcome: 'healed' }),
    said(26, 'status-change', 'host1', { to: 'up' }),
    said(30, 'incident-closed', 'host1', { incident: '1' }),
  ],
  ssh: { host1: [connection(23.2)] },
  record: { runs: [{ at: at(23.5), on: 'host1', device: 'host1', strategy: 'link' }] },
} satisfies Story;
const without = (...types: string[]) => story.events.filter(({ type }) => !types.includes(type));
const silent = { changes: { host1: seen([20, CUT], [45, WELL]) } };

describe('the judge of a chaos run', () => {
  test('finds nothing in a healthy fleet, nor in an outage that was told, healed and proven', () => {
    expect(rules({})).toEqual([]);
    expect(rules(story)).toEqual([]);
  });

  test.each<[Rule, string, Story]>([
    ['missed outage', 'nobody told of it', silent],
    [
      'missed outage',
      'it was told too late',
      { ...silent, events: story.events.map((event) => ({ ...event, at: iso(35) })) },
    ],
    [
      'missed outage',
      'it is blamed on a switch that was well',
      {
        changes: { 'sw1-a': seen([20, CUT], [45, WELL]) },
        events: [said(23, 'status-change', 'sw1-a', { to: 'unreachable' })],
      },
    ],
    ['false alarm', 'the device was well', { events: story.events }],
    [
      'false recovery',
      'it is called up and is not',
      { ...story, changes: { host1: seen([20, CUT], [28, WELL]) } },
    ],
    [
      'wrong root cause',
      'a child has an incident of its own while only its switch is broken',
      {
        changes: { sw1: seen([20, CUT], [25, WELL]) },
        events: [said(23, 'incident-opened', 'sw1-a', { incident: '1' })],
      },
    ],
    ['not one incident', 'down, and no incident', { ...story, events: without('incident-opened') }],
    [
      'not one incident',
      'a second one for the same outage',
      { ...story, events: [...story.events, said(24, 'incident-opened', 'host1', { incident: '2' })] },
    ],
    ['false heal', 'a login to a device that was well', { ssh: { host1: [connection(40)] } }],
    [
      'false heal',
      'a login to a child whose switch was broken',
      { changes: { sw1: seen([20, CUT], [45, WELL]) }, ssh: { 'sw1-a': [connection(40)] } },
    ],
    [
      'false heal',
      'a login while our own uplink was gone',
      {
        ...silent,
        ssh: { host1: [connection(40)] },
        record: {
          uplink: [0, 30, 44].map((second) => ({ after: at(second), at: at(second), up: second !== 30 })),
        },
      },
    ],
    [
      'false heal',
      'a login in a downtime',
      {
        ...silent,
        ssh: { host1: [connection(40)] },
        record: { holds: [{ why: 'downtime', device: 'host1', from: at(10), to: at(50) }] },
      },
    ],
    [
      'false heal',
      'a login while most of the fleet was broken',
      {
        changes: { host1: seen([20, CUT], [45, WELL]), sw1: seen([20, CUT], [45, WELL]) },
        ssh: { host1: [connection(40)] },
      },
    ],
    [
      'left alone',
      'it was told, and nobody did anything',
      { ...silent, events: without('heal-started', 'heal-finished') },
    ],
    [
      'command doubled',
      'twice in one attempt',
      { ...story, record: { runs: [...story.record.runs, ...story.record.runs] } },
    ],
    ['command doubled', 'without an attempt', { record: story.record }],
    [
      'verification disagrees',
      'healed, and the link is still cut',
      { ...story, changes: { host1: seen([20, CUT], [40, WELL]) } },
    ],
    [
      'verification disagrees',
      'failed, and it was well for long',
      {
        ...story,
        events: story.events.map((event) =>
          event.type === 'heal-finished' ? { ...event, at: iso(40), outcome: 'failed' } : event,
        ),
      },
    ],
    ['too many at once', 'by the logs of the sshds', { record: { mostConnections: 4 } }],
    [
      'log contradicts kernel',
      'a row says online in the middle of an outage',
      {
        ...story,
        csv: [{ timestamp: iso(22), ip: '10.0.0.1', label: '', status: 'online', responseTime: '1' }],
      },
    ],
    ['not well at the end', 'its incident stays open', { ...story, events: without('incident-closed') }],
  ])('finds a %s: %s', (rule, _what, told) => {
    expect(rules(told)).toContain(rule);
  });

  test('does not ask for what could not be seen: a device that fails while our uplink is gone', () => {
    const uplink = [0, 18, 44].map((second) => ({ after: at(second), at: at(second), up: second !== 18 }));
    expect(rules({ ...silent, record: { uplink } })).toEqual([]);
  });
});
