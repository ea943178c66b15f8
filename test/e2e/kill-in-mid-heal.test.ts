import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { connectSource } from '../../src/core/api/client.ts';
import type { Action, Source } from '../../src/core/api/types.ts';
import { Patient } from './patient.ts';
import { type Running, runNetheal } from './run-netheal.ts';

/**
 * The daemon is killed (SIGKILL) at every moment of a heal that can be told from the next, and started again. The device is not
 * mended by anything, so that all of the ladder is used: what its SSH server has seen in both lives is the truth.
 */
const LADDER = (approval: string) =>
  [1, 2].map((attempt) => ({
    name: `rung ${attempt}`,
    when: { attempt },
    approval: attempt === 1 ? approval : 'auto',
    steps: [
      { moment: `begun ${attempt}` },
      { ssh: [`rung${attempt}-first`] },
      { moment: `between ${attempt}` },
      { ssh: [`rung${attempt}-second`] },
    ],
  }));
const ALL = ['rung1-first', 'rung1-second', 'rung2-first', 'rung2-second'];

/** Kills its own process at one moment, once: the marker outlives it. */
const KILLER = `
  import { existsSync, writeFileSync } from 'node:fs';
  import { join } from 'node:path';
  import { definePlugin, z } from 'netheal/plugin';
  export default definePlugin({
    name: 'killer',
    apiVersion: 1,
    options: z.strictObject({ at: z.string() }),
    apply(api, { at }) {
      const marker = join(api.stateDir, 'killed');
      const reached = (moment) => {
        if (moment !== at || existsSync(marker)) return;
        writeFileSync(marker, '');
        process.kill(process.pid, 'SIGKILL');
        for (;;);
      };
      let asked = 0;
      let told = 0;
      api.hooks.beforeHeal.tap(() => reached('asked ' + ++asked), { stage: 1000 });
      api.hooks.afterHeal.tap(() => reached('told ' + ++told));
      api.healer({
        kind: 'moment',
        spec: z.strictObject({ moment: z.string() }),
        describe: ({ moment }) => [moment],
        // Nothing is run on the device by this one.
        run: async ({ spec }) => (reached(spec.moment), { ok: true }),
      });
    },
  });
`;

type Life = Readonly<{
  netheal: Running;
  patient: Patient;
  source: Source;
  act: (action: Action) => Promise<unknown>;
}>;
type Row = Readonly<{
  /** What the killer waits for; or what is waited for from outside. */
  at: string | ((life: Life) => Promise<unknown>);
  when: string;
  approval?: string;
  healing?: object;
  /** Done to the second life, once it is seen that the device is left alone. */
  after?: (life: Life) => Promise<unknown>;
  /** From the end of the first attempt to the beginning of the second. */
  waitMs?: number;
  /** Every command that the device has ever seen, in order. */
  commands: readonly string[];
}>;

const by = 'ada';
const until = (what: string, holds: () => boolean) =>
  vi.waitFor(() => expect(holds(), what).toBe(true), { timeout: 45_000, interval: 5 });
const phase = (name: string) => (life: Life) =>
  until(name, () => life.source.device('a')?.healing.phase === name);
const touched =
  (wanted: string) =>
  ({ patient }: Life) =>
    new Promise<void>((resolve) => {
      patient.onTouch = (what) => what === wanted && resolve();
    });
const waiting = ({ source }: Life) =>
  source.snapshot().heals.find((heal) => heal.phase === 'waiting-approval');
const approve = async (life: Life) => {
  await until('it is asked for', () => waiting(life) !== undefined);
  const { id, plan } = waiting(life)!;
  expect(await life.act({ type: 'approve', heal: id, hash: plan.hash, by })).toMatchObject({ ok: true });
};
const pausedAndDown = async (life: Life) => {
  await life.act({ type: 'pause', by });
  await until('it is down', () => life.source.device('a')?.reachability === 'down');
};

const ROWS: readonly Row[] = [
  { at: 'asked 1', when: 'the gates are asked', commands: ALL },
  { at: 'asked 2', when: 'the gates have let it pass and nothing is written', commands: ALL },
  { at: 'begun 1', when: 'it is written down and nothing is begun', commands: ALL.slice(2) },
  { at: touched('connection'), when: 'it connects', commands: ALL.slice(2) },
  { at: touched('login'), when: 'it has logged in', commands: ALL.slice(2) },
  {
    at: touched('command rung1-first'),
    when: 'its first command runs',
    commands: ['rung1-first', 'rung2-first', 'rung2-second'],
  },
  {
    at: 'between 1',
    when: 'it is between its commands',
    commands: ['rung1-first', 'rung2-first', 'rung2-second'],
  },
  { at: touched('command rung1-second'), when: 'its second command runs', commands: ALL },
  { at: phase('settling'), when: 'it settles', healing: { settle: '1s' }, commands: ALL },
  { at: phase('verifying'), when: 'it is verified', healing: { verifyWindow: '1s' }, commands: ALL },
  { at: 'told 1', when: 'its end is written down', commands: ALL },
  {
    at: phase('cooling-down'),
    when: 'it waits for the next attempt',
    healing: { waitBetweenAttempts: '3s' },
    waitMs: 3_000,
    commands: ALL,
  },
  { at: 'begun 2', when: 'the next attempt is written down', commands: ALL.slice(0, 2) },
  { at: touched('command rung2-first'), when: 'the next attempt runs', commands: ALL.slice(0, 3) },
  { at: 'told 2', when: 'the last attempt is over', commands: ALL },
  { at: phase('needs-human'), when: 'a person has been called', commands: ALL },
  {
    at: phase('waiting-approval'),
    when: 'it waits for a yes',
    approval: 'ask',
    after: approve,
    commands: ALL,
  },
  {
    at: async (life) => {
      await until('it is asked for', () => waiting(life) !== undefined);
      await life.act({ type: 'reject', heal: waiting(life)!.id, by });
    },
    when: 'a person has said no',
    approval: 'ask',
    commands: [],
  },
  {
    at: async (life) => {
      await life.act({ type: 'downtime', device: 'a', by, reason: 'works', durationMs: 3_600_000 });
      await until('it is down', () => life.source.device('a')?.reachability === 'down');
    },
    when: 'it is in downtime',
    after: ({ act }) => act({ type: 'end-downtime', device: 'a', by }),
    commands: ALL,
  },
  {
    at: async (life) => {
      await pausedAndDown(life);
      await life.act({ type: 'ack', device: 'a', by, reason: 'mine' });
      await life.act({ type: 'resume', by });
    },
    when: 'it is acknowledged',
    after: ({ act }) => act({ type: 'unack', device: 'a', by }),
    commands: ALL,
  },
  {
    at: pausedAndDown,
    when: 'all healing is paused',
    after: ({ act }) => act({ type: 'resume', by }),
    commands: ALL,
  },
];

async function live(patient: Patient, { at, approval = 'auto', healing }: Row, dir?: string): Promise<Life> {
  const config = {
    monitoring: {
      interval: '200ms',
      timeout: '200ms',
      retryInterval: '50ms',
      failureThreshold: 2,
      witnesses: [],
    },
    healing: {
      settle: '250ms',
      verifyWindow: '250ms',
      waitBetweenAttempts: '100ms',
      maxUnhealthy: '100%',
      ...healing,
    },
    devices: [patient.config('a', { heal: LADDER(approval) })],
    plugins: {
      dashboard: false,
      'csv-logger': false,
      './killer.mjs': { at: typeof at === 'string' ? at : 'never' },
    },
  };
  const netheal = await runNetheal(config, { 'killer.mjs': KILLER }, dir);
  await netheal.waitFor('the start', ({ type }) => type === 'monitor-started');
  const source = await connectSource(join(netheal.dir, 'state/netheal.sock'));
  return { netheal, patient, source, act: (action) => source.act(action) };
}

describe.concurrent('a heal whose monitor is killed', { timeout: 180_000 }, () => {
  it.each(ROWS)('while $when: no command runs twice, and nothing is forgotten', async (row) => {
    const { at, after, commands, waitMs = 0 } = row;
    const patient = await Patient.start();
    patient.treat = () => 0;
    const first = await live(patient, row);
    const { dir } = first.netheal;
    const ended = new Promise((resolve) => first.netheal.child.once('exit', resolve));
    const reached = typeof at === 'string' ? ended : at(first);
    patient.well = false;
    await reached;
    await first.netheal.stop('SIGKILL');
    patient.onTouch = () => undefined;
    await first.source.close();
    expect(first.netheal.child.signalCode).toBe('SIGKILL');
    const before = patient.commands.length;

    const second = await live(patient, row, dir);
    if (after) {
      await until('it is down', () => second.source.device('a')?.reachability === 'down');
      const seen = new Set<unknown>();
      await until('time passes', () => seen.add(second.source.device('a')?.lastCheckAt).size > 5);
      expect(patient.commands.length, 'left alone').toBe(before);
      await after(second);
    }
    await until('it is down', () => second.source.device('a')?.reachability === 'down');
    await phase('needs-human')(second);
    // It stays so, however often it is checked.
    const seen = new Set<unknown>();
    await until('time passes', () => seen.add(second.source.device('a')?.lastCheckAt).size > 5);
    expect(patient.commands).toEqual(commands);
    expect(second.source.device('a')!.healing.phase).toBe('needs-human');

    const events = [...first.netheal.events, ...second.netheal.events];
    const started = events.filter(({ type }) => type === 'heal-started');
    expect(new Set(started.map(({ message }) => /heal (\d)\/2/.exec(message)![1])).size).toBe(started.length);
    expect(events.filter(({ type }) => type === 'incident-opened')).toHaveLength(1);
    if (waitMs > 0) {
      const end = events.find(({ type }) => type === 'heal-finished')!;
      // The wait began a moment before its attempt was told to be over.
      expect(Date.parse(started[1]!.at) - Date.parse(end.at)).toBeGreaterThan(waitMs - 500);
    }
    await second.source.close();
    expect(await second.netheal.stop()).toBe(0);
    await patient.close();
  });
});
