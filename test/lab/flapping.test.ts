import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { fastConfig, watched } from './fast-config.ts';
import { flap } from './faults.ts';
import { createLab, type Lab } from './lab.ts';
import { Netheal } from './netheal.ts';
import { describeLab } from './requirements.ts';

describeLab('a link that flaps', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await createLab({ devices: ['flapper'] });
  });
  afterAll(() => lab?.close());

  test('is told once and not healed while it flaps, and its end is told once', async () => {
    const device = lab.device('flapper');
    const quick = { interval: '300ms', timeout: '200ms', retryInterval: '300ms' };
    const netheal = new Netheal(
      lab,
      fastConfig(
        lab,
        [watched(device, { ...quick, failureThreshold: 1, successThreshold: 1, heal: ['true'] })],
        { verifyWindow: '500ms', waitBetweenAttempts: '100ms', maxAttempts: 20, minHealthyPeriod: '5s' },
      ),
    );
    await netheal.start();
    onTestFinished(async () => {
      await netheal.stop();
    });
    await netheal.until(
      'it is up',
      async () => (await netheal.status('flapper')).status === 'online',
      10_000,
    );

    const stopFlapping = flap(device, 700);
    onTestFinished(stopFlapping);
    await netheal.eventOf('flapping-started', 'flapper', 30_000);
    // What was begun before may end.
    await netheal.until(
      'no heal runs',
      async () => {
        const { state } = await netheal.status('flapper');
        return !['running', 'settling', 'verifying'].includes(state.healing);
      },
      10_000,
    );
    const begun = netheal.events('heal-started').length;
    const sessions = device.sshLog().sessions;
    const rows = netheal.csv().length;
    await netheal.until('ten more checks', () => netheal.csv().length >= rows + 10, 10_000);
    expect(netheal.events('heal-started')).toHaveLength(begun);
    expect(device.sshLog().sessions).toBe(sessions);

    await stopFlapping();
    await netheal.eventOf('flapping-stopped', 'flapper', 20_000);
    await netheal.eventOf('incident-closed', 'flapper', 15_000);
    expect(netheal.events('flapping-started')).toHaveLength(1);
    expect(netheal.events('flapping-stopped')).toHaveLength(1);
    expect(await netheal.status('flapper')).toMatchObject({ status: 'online', state: { healing: 'idle' } });
  });
});
