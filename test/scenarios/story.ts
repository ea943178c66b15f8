/**
 * Reads and plays the stories of *.yaml in this folder. A story is a policy and a list of checks, one a line:
 *
 *     check [words] | state after it | facts that follow from it, in order
 *
 * check    ok · fail · unknown, then any of: x5 (five such checks), 45s / 10m (time before each; default `every`),
 *          rtt=600, loss=50, blocked / reachable (parents; default none), offline (our own uplink), healing (failures
 *          are ignored), or a failure kind and its probe as kind:probe (default timeout:icmp)
 * state    reachability, hardness, then any of: incident, recovered, flapping
 * facts    as they are written by `factWords` below; those of a repeated check come one after the other
 *
 * The player does what the engine does: it gives each `threshold-reached` an incident.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { initialState, transition, withIncident } from '../../src/core/model/state.ts';
import type {
  CheckOutcome,
  CheckPolicy,
  DeviceState,
  Fact,
  FailureKind,
  Surroundings,
} from '../../src/core/model/types.ts';

export type Story = Readonly<{
  title: string;
  policy?: Partial<CheckPolicy>;
  every?: string;
  checks: readonly string[];
}>;

/** What a line of a story expects, and what came of it, in the same words. */
export type Line = Readonly<{ check: string; expected: string; actual: string }>;

const POLICY: CheckPolicy = {
  failureThreshold: 3,
  successThreshold: 2,
  degraded: { lossPercent: 20, rttMs: 500 },
  minHealthyPeriodMs: 300_000,
};

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
const STATE_WORDS = ['reachability', 'hardness'] as const;

/** All stories of this folder, by file. */
export function readStories(): { file: string; stories: Story[] }[] {
  return readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((file) => ({ file, stories: parse(readFileSync(`${import.meta.dirname}/${file}`, 'utf8')) }));
}

/** Plays a story from a device never seen. */
export function play(story: Story): Line[] {
  const policy = { ...POLICY, ...story.policy };
  let state = initialState(0, 0);
  let monoMs = 0;
  let incidents = 0;
  return story.checks.map((line) => {
    const [check = '', expectedState = '', expectedFacts = ''] = line.split('|').map((part) => part.trim());
    const words = readCheck(check, milliseconds(story.every ?? '30s')!);
    const told: string[] = [];
    for (let i = 0; i < words.times; i++) {
      monoMs += words.waitMs;
      const result = transition(state, words.outcome(monoMs), policy, words.surroundings);
      state = result.state;
      for (const fact of result.facts) {
        told.push(factWords(fact));
        if (fact.type === 'threshold-reached') state = withIncident(state, `incident-${++incidents}`);
      }
    }
    return {
      check,
      expected: `${expectedState} | ${expectedFacts}`.trim(),
      actual: `${stateWords(state)} | ${told.join(', ')}`.trim(),
    };
  });
}

function milliseconds(word: string): number | null {
  const match = /^(\d+)([smh])$/.exec(word);
  return match === null ? null : Number(match[1]) * UNITS[match[2]!]!;
}

function readCheck(text: string, everyMs: number) {
  const [verdict, ...words] = text.split(/\s+/);
  let times = 1;
  let waitMs = everyMs;
  let rttMs: number | null = verdict === 'ok' ? 10 : null;
  let lossPercent = verdict === 'ok' ? 0 : 100;
  let kind = 'timeout';
  let probe = 'icmp';
  const surroundings = {
    parents: null as Surroundings['parents'],
    selfOffline: false,
    failuresIgnored: false,
  };
  for (const word of words) {
    const [name, value] = word.split('=');
    if (/^x\d+$/.test(word)) times = Number(word.slice(1));
    else if (milliseconds(word) !== null) waitMs = milliseconds(word)!;
    else if (name === 'rtt') rttMs = Number(value);
    else if (name === 'loss') lossPercent = Number(value);
    else if (word === 'blocked' || word === 'reachable') surroundings.parents = word;
    else if (word === 'offline') surroundings.selfOffline = true;
    else if (word === 'healing') surroundings.failuresIgnored = true;
    else if (word.includes(':')) {
      kind = word.slice(0, word.indexOf(':'));
      probe = word.slice(word.indexOf(':') + 1);
    } else throw new Error(`"${word}" in "${text}" is no word of a check`);
  }
  const outcome = (monoMs: number): CheckOutcome => {
    const common = { at: monoMs, monoMs };
    if (verdict === 'ok') return { verdict, ...common, rttMs, lossPercent };
    if (verdict === 'unknown') return { verdict, ...common, reason: 'no file descriptors' };
    if (verdict !== 'fail') throw new Error(`"${text}" must begin with ok, fail or unknown`);
    const failure = { kind: kind as FailureKind, probe, message: 'no answer' };
    return { verdict: 'failed', ...common, failure, failing: [probe], rttMs, lossPercent };
  };
  return { times, waitMs, outcome, surroundings };
}

function stateWords(state: DeviceState): string {
  const words: string[] = STATE_WORDS.map((key) => state[key]);
  if (state.incident !== null) words.push('incident');
  if (state.incidentRecovered) words.push('recovered');
  if (state.flapping) words.push('flapping');
  return words.join(' ');
}

function factWords(fact: Fact): string {
  switch (fact.type) {
    case 'status-change':
      return `${fact.from} > ${fact.to}`;
    case 'soft-failure':
      return `soft ${fact.failure.kind} ${fact.count}/${fact.threshold}`;
    case 'soft-recovery':
      return `soft-recovery after ${fact.failures}`;
    case 'threshold-reached':
    case 'relapse':
      return `${fact.type} ${fact.failure.kind}`;
    case 'flapping-started':
    case 'flapping-stopped':
      return `${fact.type} ${Math.round(fact.percent)}%`;
    default:
      return fact.type;
  }
}
