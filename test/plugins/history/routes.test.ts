import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sink } from '../../../src/core/plugin.ts';
import history from '../../../src/plugins/history/index.ts';
import { type AppliedPlugin, applyPlugin } from '../../plugin-harness.ts';
import { check, event, heal, incident, PLAN } from './records.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Noon, local time. */
const NOON = new Date(2026, 2, 10, 12).getTime();
const DOWN = { ok: false, rttMs: null, lossPercent: 100, reachability: 'down' } as const;
let folder: string;
let now: number;
let plugin: AppliedPlugin;
let sink: Sink;

async function start(options?: unknown): Promise<void> {
  const clock = { now: () => now, monoMs: () => now };
  plugin = await applyPlugin(history, options, { configDir: folder, stateDir: folder, clock });
  sink = plugin.sinks.get('history')!;
}
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'netheal-history-routes-'));
  now = NOON;
  await start();
});
afterEach(async () => {
  await sink.close!();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(query: string): Promise<{ status: number; body: ReturnType<typeof JSON.parse> }> {
  const [name] = query.split('?');
  const route = plugin.routes.get(`GET ${name}`)!;
  const response = await route(new Request(`http://netheal/api/plugins/history/${query}`));
  return { status: response.status, body: await response.json() };
}

describe('a curve of a device', () => {
  it('has a point for each stretch of time, from the checks themselves where it is short', async () => {
    await sink.write([
      check('a', NOON, { rttMs: 2 }),
      check('b', NOON, { rttMs: 99 }),
      check('a', NOON + 4_000, { rttMs: 4 }),
      check('a', NOON + 11_000, DOWN),
      check('a', NOON + 12_000, { ok: null, rttMs: null }),
    ]);
    const { body } = await ask(`series?device=a&from=${NOON}&to=${NOON + 30_000}&points=3`);
    expect(body).toEqual({
      device: 'a',
      from: NOON,
      to: NOON + 30_000,
      stepMs: 10_000,
      points: [
        [NOON, 2, 0, 2, 3, 4],
        [NOON + 10_000, 1, 100, null, null, null],
        [NOON + 20_000, 0, null, null, null, null],
      ],
    });
  });

  it('is made of minutes or of hours where it is long', async () => {
    await sink.write([
      check('a', NOON, { rttMs: 2 }),
      check('a', NOON + 30_000, DOWN),
      check('a', NOON + 90_000, { rttMs: 8 }),
    ]);
    const minutes = await ask(`series?device=a&from=${NOON}&to=${NOON + 3 * MINUTE}&points=3`);
    expect(minutes.body.points).toEqual([
      [NOON, 2, 50, 2, 2, 2],
      [NOON + MINUTE, 1, 0, 8, 8, 8],
      [NOON + 2 * MINUTE, 0, null, null, null, null],
    ]);
    const hours = await ask(`series?device=a&from=${NOON - 30 * DAY}&to=${NOON + 60 * MINUTE}&points=30`);
    expect(hours.body.points.at(-1)).toEqual([expect.any(Number), 3, 100 / 3, 2, 5, 8]);
  });

  it('goes on from where it was, in a file of its own, when netheal starts again', async () => {
    const query = `series?device=a&from=${NOON}&to=${NOON + 2 * MINUTE}&points=2`;
    await sink.write([check('a', NOON)]);
    expect((await ask(query)).body.points[0][1]).toBe(1);
    await sink.close!();
    expect(readdirSync(folder).sort()).toEqual(['history-rollups.db', 'history.db']);
    await start();
    await sink.write([check('a', NOON + 1)]);
    expect((await ask(query)).body.points[0][1]).toBe(2);
  });

  it('is made anew of what is there when its roll-ups are broken, and a notice says so', async () => {
    await sink.write([check('a', NOON)]);
    await ask('days?device=a');
    await sink.close!();
    writeFileSync(join(folder, 'history-rollups.db'), 'no database at all, '.repeat(500));
    await start();
    now += 61_000;
    await sink.write([check('a', now)]);
    await expect
      .poll(() => plugin.notices.map(({ message }) => message))
      .toEqual([expect.stringContaining('history-rollups.db.corrupt-')]);
    expect((await ask('days?device=a&days=1')).body.days[0].checks).toBe(2);
  });
});

it('tells of each local day how long a device was down of the time that counts', async () => {
  const night = new Date(2026, 2, 10).getTime();
  await sink.write([
    check('a', night - 2 * MINUTE),
    check('a', night - MINUTE, { excluded: true }),
    check('a', night),
    check('a', night + 3 * MINUTE, DOWN),
    check('a', night + 4 * MINUTE),
    // A silence: netheal did not run.
    check('a', night + 60 * MINUTE, DOWN),
    check('a', night + 61 * MINUTE, { ok: false, rttMs: null, reachability: 'unreachable' }),
    check('a', night + 62 * MINUTE, DOWN),
  ]);
  expect((await ask('days?device=a&days=3')).body).toEqual({
    device: 'a',
    days: [
      { day: '2026-03-08', uptimePercent: null, downMs: 0, outages: 0, checks: 0 },
      { day: '2026-03-09', uptimePercent: 100, downMs: 0, outages: 0, checks: 2 },
      // Up for 3 minutes, down for 2, unreachable for 1.
      { day: '2026-03-10', uptimePercent: 50, downMs: 2 * MINUTE, outages: 2, checks: 6 },
    ],
  });
});

it('adds up what all devices came to, with their heals', async () => {
  await sink.write([
    check('a', NOON - 3 * MINUTE, { rttMs: 4 }),
    check('a', NOON - 2 * MINUTE, DOWN),
    check('a', NOON - MINUTE, { rttMs: 6 }),
    event('heal-finished', NOON - MINUTE, { device: 'a', outcome: 'healed' }),
    event('heal-refused', NOON - MINUTE, { device: 'a', gate: 'flapping' }),
    check('b', NOON),
  ]);
  const { body } = await ask(`report?from=${NOON - 60 * MINUTE}&to=${NOON + MINUTE}`);
  expect(body.devices).toEqual([
    {
      device: 'a',
      checks: 3,
      uptimePercent: 50,
      unreachablePercent: 0,
      downMs: MINUTE,
      outages: 1,
      averageRttMs: 5,
      healsDone: 1,
      healsFailed: 0,
      healsRefused: 1,
    },
    expect.objectContaining({ device: 'b', checks: 1, uptimePercent: null }),
  ]);
});

it('shows incidents and heals, one heal with its plan, the gates that held it and its transcript', async () => {
  const done = { phase: 'done', outcome: 'healed', reason: 'verified', finishedAt: NOON + 9 } as const;
  const lines = [{ at: NOON + 6, kind: 'command', text: 'restart it' }] as const;
  await sink.write([
    incident('7', { openedAt: NOON }),
    incident('6', { openedAt: NOON - DAY, closedAt: NOON - DAY + 1, device: 'b' }),
    event('heal-refused', NOON + 1, { device: 'a', gate: 'cooldown', message: 'a: too soon' }),
    heal('12', { incident: '7', startedAt: NOON + 5 }),
    incident('7', { openedAt: NOON, closedAt: NOON + 10, attempts: 1 }),
    heal('12', { incident: '7', startedAt: NOON + 5, ...done, transcript: lines }),
  ]);
  // After a restart its account is known without its transcript.
  await sink.write([heal('12', { incident: '7', startedAt: NOON + 5, ...done, transcript: [] })]);
  const incidents = await ask('incidents');
  expect(incidents.body).toMatchObject({
    total: 2,
    incidents: [{ id: '7', attempts: 1, closedAt: NOON + 10 }, { id: '6' }],
  });
  expect((await ask('incidents?device=b')).body.incidents).toHaveLength(1);
  expect((await ask(`incidents?from=${NOON}`)).body.incidents).toMatchObject([
    { id: '7', failure: { probe: 'icmp' } },
  ]);
  expect((await ask('heals?device=a&limit=1')).body).toMatchObject({
    total: 1,
    heals: [{ id: '12', by: 'auto', reason: 'verified' }],
  });
  expect((await ask('heal?id=12')).body).toMatchObject({
    outcome: 'healed',
    plan: PLAN,
    gates: [{ at: NOON + 1, gate: 'cooldown', message: 'a: too soon' }],
    transcript: lines,
  });
  expect((await ask('heal?id=99')).status).toBe(404);
  expect((await ask('events?limit=1')).body.events).toMatchObject([
    { type: 'heal-refused', detail: { gate: 'cooldown' } },
  ]);
  expect((await ask(`events?before=${NOON}`)).body.events).toEqual([]);
});

it.each([
  ['series', 'device'],
  ['series?device=a&from=2&to=1', 'from'],
  ['series?device=a&points=1e9', 'points'],
  ['series?device=a&device=b', 'device'],
  ['days?device=a&days=0', 'days'],
  ['incidents?limit=x', 'limit'],
  ['heals?offset=-1', 'offset'],
  ['heal', 'id'],
  ['events?before=tomorrow', 'before'],
  ['report?from=NaN', 'from'],
])('refuses the query %s and names %s', async (query, path) => {
  const { status, body } = await ask(query);
  expect(status).toBe(400);
  expect(body).toMatchObject({ status: 400, code: 'NH_ARGUMENT_INVALID', errors: [{ path }] });
});

it('says that nothing was recorded while there is nothing', async () => {
  expect((await ask('heals')).status).toBe(503);
});
