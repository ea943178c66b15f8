import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { HealRecord, SinkRecord } from '../../src/core/plugin.ts';
import { HistoryWriter } from '../../src/plugins/history/writer.ts';
import { event, heal, incident, PLAN, T0 } from '../plugins/history/records.ts';
import { folder, netheal } from './netheal.ts';

const CONFIG = `stateDir: ./state
devices:
  - { id: a, label: A, ip: 192.0.2.1 }
`;
const FOREVER = { rawMs: Number.POSITIVE_INFINITY, retainMs: Number.POSITIVE_INFINITY };

async function withHistory(records: readonly SinkRecord[]): Promise<string> {
  const cwd = folder(CONFIG);
  mkdirSync(join(cwd, 'state'));
  const writer = new HistoryWriter(join(cwd, 'state/history.db'), FOREVER, () => T0);
  writer.write(records);
  await writer.close();
  return cwd;
}
const done = (startedAt: number): Partial<HealRecord> => ({
  phase: 'done',
  outcome: 'healed',
  reason: 'verified',
  startedAt,
  finishedAt: startedAt + 9,
});

describe('netheal heals without a daemon', () => {
  const records = [
    incident('i'),
    event('heal-refused', T0 + 500, { device: 'a', gate: 'cooldown', message: 'A: too soon' }),
    heal('2', {
      ...done(T0 + 2_000),
      by: 'ann',
      editedBy: 'bea',
      plan: { ...PLAN, steps: [{ kind: 'ssh', target: 'a', lines: ['reboot'] }] },
      transcript: [
        { at: T0 + 2_001, kind: 'command', text: 'reboot' },
        { at: T0 + 2_002, kind: 'verdict', text: 'healed: verified' },
      ],
    }),
    heal('1', { ...done(T0 + 1_000), outcome: 'failed', reason: 'still down' }),
  ];

  test('lists what the history has, the newest last', async () => {
    const { code, stdout, stderr } = await netheal(await withHistory(records), 'heals');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      '1  a  1/2  "restart"  failed  by auto: still down\n2  a  1/2  "restart"  healed  by ann: verified\n',
    );
  });

  test('says so where there was none', async () => {
    const { stdout } = await netheal(await withHistory([incident('i')]), 'heals');
    expect(stdout).toBe('Nothing had to be healed yet.\n');
  });

  test('shows one with its plan, what had held it and its transcript', async () => {
    const cwd = await withHistory(records);
    const { stdout } = await netheal(cwd, 'heals', '2');
    expect(stdout.split('\n')).toEqual([
      '2  a  1/2  "restart"  healed  by ann: verified',
      `   plan ${PLAN.hash}, risk ${PLAN.risk}, edited by bea`,
      '   on a: reboot',
      '   00:00:00.500 gate    cooldown: A: too soon',
      '   00:00:02.001 command reboot',
      '   00:00:02.002 verdict healed: verified',
      '',
    ]);
    const { stdout: json } = await netheal(cwd, 'heals', '2', '--json');
    expect(JSON.parse(json)).toMatchObject({ id: '2', by: 'ann', gates: [{ gate: 'cooldown' }] });
  });

  test('says which heal there is not', async () => {
    const { code, stderr } = await netheal(await withHistory(records), 'heals', '9');
    expect(stderr).toBe('there is no heal "9"\n  see `netheal heals`\n');
    expect(code).toBe(2);
  });
});
