import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { stringify } from 'yaml';
import type { Action, ActionResult } from '../../src/core/api/types.ts';
import { loadConfig } from '../../src/core/config/load.ts';
import { type Monitor, startMonitor } from '../../src/core/monitor.ts';
import type { EventRecord } from '../../src/core/plugin.ts';
import { GATES } from '../../src/plugins/guardrails/gates.ts';
import { Patient } from './patient.ts';

/**
 * Every gate on a real netheal, with real probes and a real SSH server that counts: while the gate holds nobody connects, the
 * refusal is told and kept; when it lets go the very same device is healed.
 */
type Ward = Readonly<{
  /** `a` is the one to be healed. */
  a: Patient;
  b: Patient;
  c: Patient;
  d: Patient;
  act: (action: Action) => Promise<ActionResult>;
  until: (what: string, holds: () => boolean) => Promise<void>;
  down: (id: string) => boolean;
  /** So many checks of `a` later. */
  some: (checks: number) => Promise<void>;
  monitor: Monitor;
}>;

/** What answers with an error does not answer at all: a wrong answer would prove that we are not cut off. */
const SILENCE = `export default {
  name: 'silence',
  apiVersion: 1,
  apply: ({ hooks }) =>
    hooks.afterPing.tap(({ ok }) =>
      ok === false ? { ok, reason: 'timeout', message: 'no answer' } : undefined,
    ),
};
`;

type Row = Readonly<{
  gate: string;
  when: string;
  config?: { healing?: object; more?: object; a?: object; b?: object };
  /** Where the heal of `a` knocks; default: there. */
  at?: 'b' | 'c';
  /** How often somebody has knocked there before the gate holds: an attempt before, another heal. */
  before?: 1;
  /** Makes the gate hold and the device fail. */
  trip: (ward: Ward) => Promise<unknown>;
  /** The gate lets go; without it a person overrides it by name. */
  open?: (ward: Ward) => Promise<unknown> | unknown;
  /** Or netheal is started again, with this laid over its config. */
  openConfig?: object;
  reason: RegExp;
}>;

const by = 'ada';
const force = (...gates: string[]): Action => ({ type: 'heal', device: 'a', by, force: gates });
const failing = async ({ a }: Ward) => {
  a.well = false;
};
/** So that it is down before the gate is asked, or together with others. */
const failedWhilePaused = async (ward: Ward, ...ids: ('a' | 'b' | 'c' | 'd')[]) => {
  await ward.act({ type: 'pause', by });
  for (const id of ids) ward[id].well = false;
  await ward.until('all of them are down', () => ids.every(ward.down));
};

const ROWS: readonly Row[] = [
  {
    gate: 'healing-disabled',
    when: 'healing of the device is off',
    config: { a: { healing: { enabled: false } } },
    trip: failing,
    reason: /turned off in the config/,
  },
  {
    gate: 'paused',
    when: 'all healing is paused',
    trip: async (ward) => {
      await ward.act({ type: 'pause', by });
      await failing(ward);
    },
    open: ({ act }) => act({ type: 'resume', by }),
    reason: /all healing was paused by ada/,
  },
  {
    gate: 'paused',
    when: 'the device is paused',
    trip: async (ward) => {
      await ward.act({ type: 'pause', device: 'a', by });
      await failing(ward);
    },
    open: ({ act }) => act({ type: 'resume', device: 'a', by }),
    reason: /healing of it is paused/,
  },
  {
    gate: 'self-offline',
    when: 'nobody of the whole fleet answers',
    config: { more: { plugins: { './silence.mjs': {} } } },
    trip: async (ward) => {
      await failedWhilePaused(ward, 'a');
      // What was heard of the others a moment ago is still believed.
      await ward.some(5);
      for (const other of [ward.b, ward.c, ward.d]) other.well = false;
      await ward.until('we are offline', () => ward.monitor.store.monitor.selfOffline);
      await ward.act({ type: 'resume', by });
    },
    open: (ward) => {
      for (const other of [ward.b, ward.c, ward.d]) other.well = true;
    },
    reason: /our own uplink is down/,
  },
  {
    gate: 'downtime',
    when: 'a person has begun one',
    trip: async (ward) => {
      await ward.act({ type: 'downtime', device: 'a', by, reason: 'new fans', durationMs: 3_600_000 });
      await failing(ward);
    },
    open: ({ act }) => act({ type: 'end-downtime', device: 'a', by }),
    reason: /in downtime: new fans/,
  },
  {
    gate: 'downtime',
    when: 'one is planned for its group',
    config: {
      more: { downtimes: [{ groups: ['a'], from: '2020-01-01', to: '2199-01-01', reason: 'museum' }] },
    },
    trip: failing,
    open: ({ act }) => act({ type: 'end-downtime', device: 'a', by }),
    reason: /in downtime: museum/,
  },
  {
    gate: 'downtime',
    when: 'the device on which a step runs is in one',
    at: 'b',
    config: { a: { heal: [{ steps: [{ on: 'b', ssh: ['restart'] }] }] } },
    trip: async (ward) => {
      await ward.act({ type: 'downtime', device: 'b', by, reason: 'firmware', durationMs: 3_600_000 });
      await failing(ward);
    },
    open: ({ act }) => act({ type: 'end-downtime', device: 'b', by }),
    reason: /b, on which a step would run: in downtime: firmware/,
  },
  {
    gate: 'acknowledged',
    when: 'a person is on it',
    trip: async (ward) => {
      await failedWhilePaused(ward, 'a');
      await ward.act({ type: 'ack', device: 'a', by, reason: 'mine' });
      await ward.act({ type: 'resume', by });
    },
    open: ({ act }) => act({ type: 'unack', device: 'a', by }),
    reason: /acknowledged by ada/,
  },
  {
    gate: 'unreachable',
    when: 'its parent went down after it',
    config: { a: { parents: ['b'] }, b: { heal: [] } },
    trip: async (ward) => {
      await failedWhilePaused(ward, 'a');
      ward.b.well = false;
      await ward.until('the parent is down', () => ward.down('b'));
      await ward.act({ type: 'resume', by });
    },
    open: ({ b }) => {
      b.well = true;
    },
    reason: /behind b, which does not answer/,
  },
  {
    gate: 'healthy',
    when: 'it is not down at all',
    trip: ({ act }) => act({ type: 'heal', device: 'a', by }),
    open: failing,
    reason: /a is not down \(up\)/,
  },
  {
    gate: 'flapping',
    when: 'it goes up and down',
    trip: async (ward) => {
      const { a, act, until, down, monitor } = ward;
      await act({ type: 'pause', by });
      while (monitor.source.device('a')?.flags.flapping !== true) {
        a.well = false;
        await until('down again', () => down('a'));
        a.well = true;
        await until('up again', () => !down('a'));
      }
      a.well = false;
      await until('down at last', () => down('a'));
      await act({ type: 'resume', by });
    },
    // It stays down: after so many equal checks it no longer flaps.
    reason: /it is flapping/,
  },
  {
    gate: 'attempts',
    when: 'all of them are used up',
    before: 1,
    config: { healing: { maxAttempts: 1 } },
    trip: async (ward) => {
      ward.a.treat = () => 0;
      await failing(ward);
      await ward.until('the attempt was made', () => ward.a.sessions > 0);
    },
    reason: /all 1 attempts are used up/,
  },
  {
    gate: 'cooling-down',
    when: 'the wait after an attempt is not over',
    before: 1,
    config: { healing: { waitBetweenAttempts: '1h' } },
    trip: async (ward) => {
      ward.a.treat = () => 0;
      await failing(ward);
      await ward.until('the attempt was made', () => ward.a.sessions > 0);
    },
    reason: /cooling down for \d+ s more/,
  },
  {
    gate: 'concurrency',
    when: 'another device of the group is being healed',
    config: { a: { group: 'both' }, b: { group: 'both' } },
    trip: async (ward) => {
      ward.b.hang();
      ward.b.well = false;
      await ward.until('the other one is being healed', () => ward.b.sessions > 0);
      await failing(ward);
    },
    reason: /b of the same group is being healed/,
  },
  {
    gate: 'concurrency',
    when: 'as many heals run as may',
    config: { healing: { maxConcurrent: 1 } },
    trip: async (ward) => {
      ward.b.hang();
      ward.b.well = false;
      await ward.until('the other one is being healed', () => ward.b.sessions > 0);
      await failing(ward);
    },
    reason: /1 heals are running, the limit is 1/,
  },
  {
    gate: 'target-busy',
    when: 'another heal runs on the same device',
    at: 'c',
    before: 1,
    config: {
      a: { heal: [{ steps: [{ on: 'c', ssh: ['restart'] }] }] },
      b: { heal: [{ steps: [{ on: 'c', ssh: ['hang'] }] }] },
    },
    trip: async (ward) => {
      ward.c.hang();
      await failedWhilePaused(ward, 'a', 'b');
      await ward.act({ type: 'pause', device: 'a', by });
      await ward.act({ type: 'resume', by });
      await ward.until('the other one is being healed', () => ward.c.commands.includes('hang'));
      void ward.act({ type: 'heal', device: 'a', by, force: ['paused', 'concurrency'] });
    },
    // Nobody can override it: the other heal has to end.
    open: async (ward) => {
      ward.b.well = true;
      ward.c.release();
      await ward.until('the other one is over', () => ward.monitor.engine.gates.running.length === 0);
      await ward.act({ type: 'resume', device: 'a', by });
    },
    reason: /c is already being healed/,
  },
  {
    gate: 'hourly-cap',
    when: 'as many heals were begun in the last hour as may be',
    config: { healing: { maxPerHour: 1 } },
    trip: async (ward) => {
      ward.b.well = false;
      await ward.until('the other one is healed', () => ward.b.sessions > 0 && !ward.down('b'));
      await failing(ward);
    },
    reason: /1 heals in the last hour, the limit is 1/,
  },
  {
    gate: 'blast-radius',
    when: 'more than 30 % of the fleet is down',
    config: { healing: { maxUnhealthy: '30%' } },
    trip: async (ward) => {
      await failedWhilePaused(ward, 'a', 'b');
      await ward.act({ type: 'resume', by });
    },
    open: async (ward) => {
      ward.b.well = true;
      await ward.until('the other one is up', () => !ward.down('b'));
      await ward.act({ type: 'resume', by });
    },
    reason: /2 of 4 devices of the fleet are down, more than 30 %/,
  },
  {
    gate: 'approval',
    when: 'a person has said no',
    config: { a: { healing: { approval: 'ask' } } },
    trip: async (ward) => {
      await failing(ward);
      const waiting = () => [...ward.monitor.store.heals()].find(({ phase }) => phase === 'waiting-approval');
      await ward.until('it is asked for', () => waiting() !== undefined);
      await ward.act({ type: 'reject', heal: waiting()!.id, by });
    },
    reason: /rejected by ada/,
  },
  {
    gate: 'approval',
    when: 'nobody has answered in time',
    config: { a: { healing: { approval: 'ask' } }, healing: { approvalExpires: '300ms' } },
    trip: failing,
    reason: /nobody approved it within/,
  },
  {
    gate: 'approval',
    when: 'the tags of the device say never',
    config: {
      a: { tags: { tier: 'gold' } },
      healing: { approvalFor: [{ tags: { tier: 'gold' }, approval: 'never' }] },
    },
    trip: failing,
    reason: /approval never/,
  },
  {
    gate: 'guardrails',
    when: 'the guardrails are turned off',
    config: { more: { plugins: { guardrails: false } } },
    trip: failing,
    // Nobody can override it: netheal has to be started with them.
    openConfig: { plugins: {} },
    reason: /no guardrails are loaded/,
  },
];

const IDS = ['a', 'b', 'c', 'd'] as const;

function configOf(
  { config = {} }: Row,
  patients: Readonly<Record<(typeof IDS)[number], Patient>>,
  over: object,
) {
  const { healing, more, ...devices } = config;
  const { plugins } = { plugins: {}, ...more, ...over };
  return {
    stateDir: './state',
    monitoring: {
      interval: '150ms',
      timeout: '150ms',
      retryInterval: '50ms',
      failureThreshold: 2,
      successThreshold: 1,
      witnesses: [],
    },
    healing: {
      settle: '0s',
      verifyWindow: '300ms',
      waitBetweenAttempts: '0s',
      minHealthyPeriod: '1h',
      maxUnhealthy: '100%',
      ...healing,
    },
    devices: IDS.map((id) => patients[id].config(id, (devices as Record<string, object>)[id])),
    ...more,
    ...over,
    plugins: { dashboard: false, 'csv-logger': false, ...plugins },
  };
}

async function admit(row: Row) {
  const dir = mkdtempSync(join(tmpdir(), 'netheal-gates-'));
  writeFileSync(join(dir, 'silence.mjs'), SILENCE, { mode: 0o600 });
  const [a, b, c, d] = await Promise.all(IDS.map(() => Patient.start()));
  const patients = { a: a!, b: b!, c: c!, d: d! };
  const events: EventRecord[] = [];
  let monitor: Monitor;
  const start = async (over = {}) => {
    const file = join(dir, 'netheal.yaml');
    writeFileSync(file, stringify(configOf(row, patients, over)), { mode: 0o600 });
    const config = await loadConfig({ cwd: dir, env: {}, file });
    monitor = await startMonitor({ config, healing: 'act' });
    monitor.store.onEvent((event) => events.push(event));
  };
  const stop = async () => {
    await monitor.stop(0);
  };
  await start();
  let stopped = false;
  onTestFinished(async () => {
    if (!stopped) await stop();
    await Promise.all(Object.values(patients).map((patient) => patient.close()));
    rmSync(dir, { recursive: true, force: true });
  });
  const until = (what: string, holds: () => boolean) =>
    vi.waitFor(() => expect(holds(), what).toBe(true), { timeout: 45_000, interval: 10 });
  const ward: Ward = {
    ...patients,
    act: (action) => monitor.source.act(action),
    until,
    some: async (checks) => {
      // Those count too that give no verdict.
      const seen = new Set<unknown>();
      await until('time passes', () => seen.add(monitor.source.device('a')!.lastCheckAt).size > checks);
    },
    down: (id) => monitor.source.device(id)?.reachability === 'down',
    get monitor() {
      return monitor;
    },
  };
  await until('everybody is up', () => IDS.every((id) => monitor.source.device(id)?.reachability === 'up'));
  return {
    ward,
    events,
    restart: async (over: object) => {
      await stop();
      await start(over);
    },
    /** What the history has kept of the refusals of `a`, once netheal has stopped. */
    kept: async () => {
      await stop();
      stopped = true;
      const database = new DatabaseSync(join(dir, 'state/history.db'), { readOnly: true });
      const rows = database
        .prepare("SELECT message, detail FROM events WHERE type = 'heal-refused' AND device = 'a'")
        .all();
      database.close();
      return rows.map(({ message, detail }) => ({ message, ...JSON.parse(String(detail)) }));
    },
  };
}

describe('a gate that holds', () => {
  it.each(ROWS)(
    '$gate, because $when: nobody connects, it is told and kept; then the device is healed',
    async (row) => {
      const { gate, trip, open, openConfig, reason, before = 0 } = row;
      const { ward, events, restart, kept } = await admit(row);
      const { a, until } = ward;
      const target = ward[row.at ?? 'a'];
      const refusal = () =>
        events.find((event) => event.type === 'heal-refused' && event.device === 'a' && event.gate === gate);

      await trip(ward);
      await until('the refusal is told', () => refusal() !== undefined);
      await ward.some(5);
      expect(refusal()!.message).toMatch(reason);
      expect(target).toMatchObject({ connections: before, sessions: before });

      target.treat = () => {
        a.well = true;
        return 0;
      };
      if (openConfig) await restart(openConfig);
      else if (open) await open(ward);
      else await ward.act(force(gate));
      await until('it is healed', () => a.well && !ward.down('a'));
      expect(target.sessions).toBe(before + 1);
      expect(await kept()).toContainEqual(
        expect.objectContaining({ gate, message: expect.stringMatching(reason) }),
      );
    },
  );

  it('is in the table: every one that there is', () => {
    const core = ['target-busy', 'approval', 'guardrails'];
    expect([...new Set(ROWS.map(({ gate }) => gate))].sort()).toEqual(
      [...GATES.map(({ name }) => name), ...core].sort(),
    );
  });
});
