import { afterAll, beforeAll, expect, test } from 'vitest';
import { fastConfig, watched } from './fast-config.ts';
import {
  changeHostKey,
  changePassword,
  forgetKey,
  garbageSshd,
  icmpOff,
  killSshd,
  linkDown,
  linkUp,
  muteSshd,
} from './faults.ts';
import { eventually, linkIsUp } from './kernel.ts';
import { createLab, type Lab } from './lab.ts';
import type { LabDevice } from './lab-device.ts';
import { Netheal } from './netheal.ts';
import { describeLab } from './requirements.ts';

/** Holds once the CSV has so many rows more than now. */
function rowsMore(netheal: Netheal, count: number): () => boolean {
  const before = netheal.csv().length;
  return () => netheal.csv().length >= before + count;
}

/** Every way in which a login can fail, and what the operator must read about it. */
const troubles: readonly { id: string; spoil: (device: LabDevice) => Promise<unknown>; says: RegExp }[] = [
  { id: 'mute', spoil: muteSshd, says: /no SSH identification came within 2 s/ },
  { id: 'refusing', spoil: killSshd, says: /refused/ },
  { id: 'garbage', spoil: garbageSshd, says: /handshake/ },
  { id: 'stranger', spoil: changeHostKey, says: /host key/ },
  {
    id: 'locked',
    spoil: (device) => Promise.all([changePassword(device, 'another'), forgetKey(device)]),
    says: /was not let in/,
  },
];

describeLab('when a device cannot be logged in to', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await createLab({ devices: [...troubles.map(({ id }) => id), 'fine', 'well', 'hopeless', 'slow'] });
  });
  afterAll(() => lab?.close());

  test.concurrent('its command is not run, no attempt is spent, a person is told why, and others are healed meanwhile', async ({
    onTestFinished,
  }) => {
    const heal = [{ name: 'link', steps: [{ ssh: ['echo run >> /srv/heal.log', 'ip link set eth0 up'] }] }];
    const devices = [...troubles.map(({ id }) => id), 'fine', 'well'].map((id) => lab.device(id));
    const config = fastConfig(
      lab,
      devices.map((device) =>
        watched(device, {
          heal,
          ssh: { host: device.management, connectTimeout: '2s', password: lab.password },
        }),
      ),
      { maxUnhealthy: '100%', maxConcurrent: 10 },
    );
    const netheal = new Netheal(lab, config);
    onTestFinished(async () => {
      await netheal.stop();
    });
    await netheal.start();
    await netheal.until('a first row of each', rowsMore(netheal, devices.length), 10_000);

    for (const { id, spoil } of troubles) await spoil(lab.device(id));
    for (const device of devices) if (device.id !== 'well') await linkDown(device);

    const healed = await netheal.eventOf('heal-finished', 'fine', 20_000);
    expect(healed.outcome).toBe('healed');
    expect(await linkIsUp(lab.device('fine'))).toBe(true);
    for (const { id, says } of troubles) {
      const told = await netheal.eventOf('needs-human', id, 20_000);
      expect(told.message, id).toMatch(says);
      expect(told.message, id).not.toContain(lab.password);
      expect(netheal.events('heal-finished', id), id).not.toContainEqual(
        expect.objectContaining({ outcome: 'healed' }),
      );
      expect(await netheal.status(id), id).toMatchObject({
        healing_attempts: 0,
        status: 'offline',
        state: { healing: 'needs-human' },
      });
      expect((await lab.device(id).tryRun('cat /srv/heal.log')).code, id).not.toBe(0);
      expect(lab.device(id).sshLog().sessions, id).toBe(0);
      expect(await linkIsUp(lab.device(id)), id).toBe(false);
    }
    expect(lab.device('well').sshLog().connections).toBe(0);
    // The login of "locked" failed once; an account must not be locked out by trying again and again.
    expect(
      lab
        .device('locked')
        .sshLog()
        .text.match(/^Failed password/gm),
    ).toHaveLength(1);

    // It keeps looking: when a person has mended the device, it sees that by itself.
    await linkUp(lab.device('refusing'));
    await netheal.eventOf('incident-closed', 'refusing', 15_000);
    expect(await netheal.status('refusing')).toMatchObject({ status: 'online', state: { healing: 'idle' } });
  });

  test.concurrent('two attempts that do not help end in one call for a person, and probing goes on', async ({
    onTestFinished,
  }) => {
    const device = lab.device('hopeless');
    const sessions = device.sshLog().sessions;
    const netheal = new Netheal(
      lab,
      fastConfig(lab, [watched(device, { heal: ['echo tried >> /srv/tries.log'] })], { verifyWindow: '1s' }),
    );
    onTestFinished(async () => {
      await netheal.stop();
    });
    await netheal.start();
    await netheal.until('a first row', rowsMore(netheal, 1), 10_000);

    await icmpOff(device);
    await netheal.eventOf('needs-human', 'hopeless', 25_000);
    await netheal.until('two more checks', rowsMore(netheal, 2), 10_000);
    expect(netheal.events('needs-human')).toHaveLength(1);
    expect(netheal.events('incident-opened')).toHaveLength(1);
    expect(netheal.events('heal-finished').map((event) => event.outcome)).toEqual(['failed', 'failed']);
    expect(await device.run('cat /srv/tries.log')).toBe('tried\ntried\n');
    expect(device.sshLog().sessions - sessions).toBe(2);
    expect(await netheal.status('hopeless')).toMatchObject({
      healing_attempts: 2,
      state: { healing: 'needs-human' },
    });

    // A restart calls for nobody a second time and tries nothing a third time.
    await netheal.kill();
    await netheal.start();
    await netheal.until('four more checks', rowsMore(netheal, 4), 10_000);
    expect(netheal.events('needs-human')).toEqual([]);
    expect(netheal.events('incident-opened')).toEqual([]);
    expect(await netheal.status('hopeless')).toMatchObject({
      healing_attempts: 2,
      status: 'offline',
      state: { healing: 'needs-human' },
    });

    await device.run('sysctl -qw net.ipv4.icmp_echo_ignore_all=0');
    await netheal.eventOf('incident-closed', 'hopeless', 15_000);
    expect(await netheal.status('hopeless')).toMatchObject({ status: 'online', state: { healing: 'idle' } });
    expect(netheal.events('heal-started')).toEqual([]);
    expect(await device.run('cat /srv/tries.log')).toBe('tried\ntried\n');
  });

  test.concurrent('a command that hangs is ended at its deadline, there and here', async ({
    onTestFinished,
  }) => {
    const device = lab.device('slow');
    const heal = [{ name: 'hang', steps: [{ ssh: ['sleep 3333'], timeout: '1s' }] }];
    const netheal = new Netheal(lab, fastConfig(lab, [watched(device, { heal })], { verifyWindow: '1s' }));
    onTestFinished(async () => {
      await netheal.stop();
    });
    await netheal.start();
    await netheal.until('a first row', rowsMore(netheal, 1), 10_000);
    await icmpOff(device);
    const started = await netheal.eventOf('heal-started', 'slow', 15_000);
    const finished = await netheal.eventOf('heal-finished', 'slow', 15_000);
    expect(finished.outcome).toBe('failed');
    // Deadline, settling and verification together.
    expect(Date.parse(finished.at) - Date.parse(started.at)).toBeLessThan(6_000);
    expect(device.sshLog().sessions).toBeGreaterThanOrEqual(1);
    const sleeps = () => device.tryRun('pgrep -c -x sleep');
    await netheal.eventOf('needs-human', 'slow', 15_000);
    expect(await eventually(async () => (await sleeps()).stdout.trim() === '0', 5_000)).toBe(true);
  });
});
