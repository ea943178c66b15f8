import { existsSync, readFileSync, renameSync } from 'node:fs';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { fastConfig, watched } from './fast-config.ts';
import { linkDown, linkUp } from './faults.ts';
import { eventually, linkIsUp } from './kernel.ts';
import { createLab, type Lab } from './lab.ts';
import type { LabDevice } from './lab-device.ts';
import { Netheal } from './netheal.ts';
import { describeLab } from './requirements.ts';

describeLab('netheal that is stopped at the worst moment', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await createLab({
      devices: ['killed', 'twice', 'stopped', 'endless', 'dry', 'rotated-1', 'rotated-2'],
    });
  });
  afterAll(() => lab?.close());

  /** How often the device ran the heal command. */
  const runs = (device: LabDevice) => {
    const log = `${device.dir}/srv/heal.log`;
    return existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0;
  };
  const count = 'echo run >> /srv/heal.log';

  /** A netheal of the test's own: the tests run side by side, each with its own devices. */
  const forTest = ({ onTestFinished }: TestContext, devices: readonly object[], healing: object = {}) => {
    const netheal = new Netheal(lab, fastConfig(lab, devices, healing));
    onTestFinished(async () => {
      await netheal.stop();
    });
    return netheal;
  };

  /** Starts, breaks the device and waits until its heal command is in the middle of its work. */
  const breakAndWaitForCommand = async (netheal: Netheal, device: LabDevice) => {
    await netheal.start();
    await netheal.until('a first row', () => netheal.csv().length >= 1, 10_000);
    await linkDown(device);
    await netheal.until('the command has begun', () => runs(device) === 1, 15_000);
  };

  /** The attempts of a device as the API shows them, oldest first. */
  const attempts = async (netheal: Netheal, id: string) => {
    const { heals } = await netheal.api<{ heals: { device: string; attempt: number; outcome: string }[] }>(
      '/api/heals',
    );
    return heals.filter((heal) => heal.device === id).map(({ attempt, outcome }) => ({ attempt, outcome }));
  };

  test.concurrent('kill -9 in mid-heal: the attempt counts as interrupted, and a device that is well is left alone', async (context) => {
    const device = lab.device('killed');
    const heal = [`${count}; sleep 2; ip link set eth0 up`];
    const netheal = forTest(context, [watched(device, { heal })]);
    await breakAndWaitForCommand(netheal, device);
    await netheal.kill();
    const rows = netheal.csv().length;

    await netheal.start();
    await netheal.eventOf('incident-closed', 'killed', 20_000);
    expect(runs(device)).toBe(1);
    expect(await linkIsUp(device)).toBe(true);
    expect(netheal.events('heal-started')).toEqual([]);
    expect(netheal.events('incident-opened')).toEqual([]);
    expect(netheal.events('heal-finished')).toMatchObject([{ outcome: 'interrupted' }]);
    expect(await attempts(netheal, 'killed')).toEqual([{ attempt: 1, outcome: 'interrupted' }]);
    // Rows that were written before are still there, whole, and new ones follow.
    expect(netheal.csv().length).toBeGreaterThan(rows);
  });

  test.concurrent('kill -9 in mid-heal: a device that is still down gets its second attempt, not its first again', async (context) => {
    const device = lab.device('twice');
    const heal = [`${count}; sleep 2; [ $(wc -l < /srv/heal.log) -lt 2 ] || ip link set eth0 up`];
    const netheal = forTest(context, [watched(device, { heal })], { verifyWindow: '2s' });
    await breakAndWaitForCommand(netheal, device);
    await netheal.kill();

    await netheal.start();
    const interrupted = await netheal.event((event) => event.outcome === 'interrupted', 15_000);
    const started = await netheal.eventOf('heal-started', 'twice', 20_000);
    expect(started.message).toContain('2/2');
    // It looked first: the whole window of verification lies between the two.
    expect(Date.parse(started.at) - Date.parse(interrupted.at)).toBeGreaterThanOrEqual(1_000);
    const healed = await netheal.event((event) => event.outcome === 'healed', 20_000);
    expect(healed.device).toBe('twice');
    expect(runs(device)).toBe(2);
    expect(await attempts(netheal, 'twice')).toEqual([
      { attempt: 1, outcome: 'interrupted' },
      { attempt: 2, outcome: 'healed' },
    ]);
  });

  test.concurrent('SIGTERM in mid-heal: the command may end, the exit is clean, the next start verifies and runs nothing', async (context) => {
    const device = lab.device('stopped');
    const heal = [`${count}; sleep 1; ip link set eth0 up; touch /srv/done`];
    const netheal = forTest(context, [watched(device, { heal })]);
    await breakAndWaitForCommand(netheal, device);
    expect(await netheal.stop()).toBe(0);
    expect(existsSync(`${device.dir}/srv/done`)).toBe(true);

    await netheal.start();
    await netheal.eventOf('incident-closed', 'stopped', 20_000);
    expect(runs(device)).toBe(1);
    expect(netheal.events('heal-started')).toEqual([]);
  });

  test.concurrent('SIGTERM in mid-heal: a command that outlives the grace period is cut off, and that attempt counts as interrupted', async (context) => {
    const device = lab.device('endless');
    const netheal = forTest(context, [watched(device, { heal: [`${count}; sleep 3333`] })], {
      verifyWindow: '1s',
    });
    await breakAndWaitForCommand(netheal, device);
    expect(await netheal.stop()).toBe(0);
    expect(netheal.events('heal-finished')).toMatchObject([{ outcome: 'interrupted' }]);
    const sleeps = async () => (await device.tryRun('pgrep -c -x sleep')).stdout.trim();
    expect(await eventually(async () => (await sleeps()) === '0', 2_000)).toBe(true);
    await linkUp(device);

    await netheal.start();
    expect(await netheal.status('endless')).toMatchObject({ healing_attempts: 1 });
    await netheal.eventOf('incident-closed', 'endless', 20_000);
    expect(netheal.events('heal-started')).toEqual([]);
    expect(runs(device)).toBe(1);
  });

  test.concurrent('a dry run prints the plan and every gate and opens no connection', async (context) => {
    const device = lab.device('dry');
    const netheal = forTest(context, [watched(device, { heal: [count] })]);
    const alone = await netheal.command('heal', 'dry', '--dry-run');
    expect(alone.stdout).toContain(count);
    await netheal.start();
    const beside = await netheal.command('heal', 'dry', '--dry-run');
    expect(beside.stdout).toContain(count);
    expect(beside.stdout).toContain('blast-radius');
    expect(device.sshLog().connections).toBe(0);
    expect(runs(device)).toBe(0);
  });

  test.concurrent('a second daemon on the same state folder gives up and names the first', async (context) => {
    const netheal = forTest(context, [watched(lab.device('rotated-1'))]);
    await netheal.start();
    const second = await netheal.command('run');
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(String(netheal.pid));
    // The first is not disturbed by that.
    const rows = netheal.csv().length;
    await netheal.until('checks go on', () => netheal.csv().length >= rows + 2, 10_000);
  });

  test.concurrent('a CSV log that is renamed under it goes on in a new file, and no row is lost or doubled', async (context) => {
    const devices = ['rotated-1', 'rotated-2'].map((id) => watched(lab.device(id)));
    const netheal = forTest(context, devices);
    await netheal.start();
    const rowsOf = (file: string) => (existsSync(`${netheal.dir}/${file}`) ? netheal.csv(file).length : 0);
    await netheal.until('rows in the first file', () => rowsOf('uptime.csv') >= 4, 10_000);
    renameSync(`${netheal.dir}/uptime.csv`, `${netheal.dir}/uptime.csv.1`);
    await netheal.until('rows in the second file', () => rowsOf('uptime.csv') >= 4, 10_000);
    const checks =
      (await netheal.stats('rotated-1')).total_checks + (await netheal.stats('rotated-2')).total_checks;
    expect(await netheal.stop()).toBe(0);

    const rows = [...netheal.csv('uptime.csv.1'), ...netheal.csv()];
    expect(rows.length).toBeGreaterThanOrEqual(checks);
    const keys = rows.map((row) => `${row.timestamp} ${row.ip}`);
    expect(new Set(keys).size).toBe(keys.length);
    // No hole where the file changed: one check a second, late by less than another one.
    for (const device of ['rotated-1', 'rotated-2'].map((id) => lab.device(id))) {
      const times = rows.filter((row) => row.ip === device.address).map((row) => Date.parse(row.timestamp));
      for (const [index, time] of times.slice(1).entries()) {
        expect(time - (times[index] ?? 0)).toBeLessThan(2_000);
      }
    }
  });
});
