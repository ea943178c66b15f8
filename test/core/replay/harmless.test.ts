import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { folder, logText, play, readText, rowsOf } from './play.ts';

vi.mock('node:child_process', async (original) => ({
  ...(await original<typeof import('node:child_process')>()),
  spawn: vi.fn(),
}));
afterEach(() => vi.restoreAllMocks());

const downForGood = () =>
  readText(
    logText(
      rowsOf([
        { ip: '10.0.0.1', checks: `++${'-'.repeat(40)}` },
        { ip: '10.0.0.2', checks: '+'.repeat(42) },
      ]),
    ),
  );
const ssh = { username: 'me', password: 'secret' };

test('a replay contacts nobody, runs no command and leaves no file', async () => {
  const run: string[] = [];
  const connect = vi.spyOn(Socket.prototype, 'connect');
  const { summary, dir } = await play(
    {
      monitoring: { witnesses: ['10.0.0.2'] },
      devices: [
        {
          id: 'web',
          ip: '10.0.0.1',
          ssh,
          probes: [{ type: 'tcp', port: 22 }],
          heal: [
            { when: { attempt: 1 }, steps: [{ ssh: ['reboot'] }, { local: ['touch', 'it'] }] },
            {
              when: { attempt: 2 },
              steps: [{ http: 'http://10.0.0.1/' }, { 'wake-on-lan': '02:00:00:00:00:01' }],
            },
          ],
        },
      ],
    },
    downForGood(),
    {
      spy: ({ assembly: { registry } }) => {
        for (const { value } of registry.probes.all()) {
          vi.spyOn(value, 'run').mockImplementation(async () => {
            run.push(value.type);
            return { ok: true, rttMs: 1 };
          });
        }
        for (const { value } of registry.healers.all()) {
          vi.spyOn(value, 'run').mockImplementation(async () => {
            run.push(value.kind);
            return { ok: true };
          });
        }
      },
    },
  );
  expect(summary).toMatchObject({ incidents: 1, heals: 2, notRecovered: 2 });
  expect(run).toEqual([]);
  expect(connect).not.toHaveBeenCalled();
  expect(spawn).not.toHaveBeenCalled();
  expect(readdirSync(dir)).toEqual([]);
});

test('a plugin that would page somebody hears nothing of it, and that its gate is not asked is told', async () => {
  const file = join(folder(), 'pager.mjs');
  writeFileSync(
    file,
    `export const heard = [];
     export default {
       name: 'pager',
       apiVersion: 1,
       apply({ hooks }) {
         for (const name of ['start', 'ready', 'onThresholdReached', 'onStatusChange', 'beforeHeal', 'afterHeal'])
           hooks[name].tap(() => void heard.push(name));
       },
     };`,
  );
  const { summary, told } = await play(
    {
      devices: [{ id: 'web', ip: '10.0.0.1', ssh, heal: ['reboot'] }],
      plugins: { dashboard: false, [file]: true },
    },
    downForGood(),
  );
  expect(summary.heals).toBe(2);
  expect(told).toContain('note the hooks of plugin pager are not called');
  expect((await import(file)).heard).toEqual([]);
});
