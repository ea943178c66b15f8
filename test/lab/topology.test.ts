import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { fastConfig, watched } from './fast-config.ts';
import { linkDown, ownUplinks, portDown } from './faults.ts';
import { linkIsUp } from './kernel.ts';
import { createLab, type Lab } from './lab.ts';
import { Netheal } from './netheal.ts';
import { describeLab } from './requirements.ts';

const children = ['child-1', 'child-2', 'child-3', 'child-4', 'child-5'];

/** A plugin that keeps the whole process busy for longer than a check may take. */
const blocker = `export default {
  name: 'blocker',
  apiVersion: 1,
  apply(api) {
    const timer = setInterval(() => {
      const end = performance.now() + 600;
      while (performance.now() < end);
    }, 1_500);
    api.onStop(() => clearInterval(timer));
  },
};
`;

describeLab('the root of an outage', () => {
  let lab: Lab;
  let netheal: Netheal;
  beforeAll(async () => {
    lab = await createLab({
      devices: ['switch', ...children.map((id) => ({ id, behind: 'switch' })), 'elsewhere'],
    });
  });
  afterEach(() => netheal?.stop());
  afterAll(() => lab?.close());

  const start = () => {
    const heal = ['ip link set eth0 up'];
    const devices = [
      watched(lab.device('switch'), { heal }),
      ...children.map((id) => watched(lab.device(id), { heal, parents: ['switch'] })),
      watched(lab.device('elsewhere'), { heal }),
    ];
    netheal = new Netheal(lab, fastConfig(lab, devices));
    return netheal.start();
  };
  const allUp = async () => {
    const { devices } = await netheal.api<{ devices: { status: string }[] }>('/api/status');
    return devices.every((device) => device.status === 'online');
  };

  test('a switch that fails with five children is one incident and one heal, and no child is logged in to', async () => {
    await start();
    await netheal.until('all are up', allUp, 10_000);
    await linkDown(lab.device('switch'));

    expect((await netheal.eventOf('heal-finished', 'switch', 20_000)).outcome).toBe('healed');
    expect(await linkIsUp(lab.device('switch'))).toBe(true);
    await netheal.eventOf('incident-closed', 'switch', 10_000);
    await netheal.until('all are up again', allUp, 10_000);

    expect(netheal.events('incident-opened').map((event) => event.device)).toEqual(['switch']);
    expect(netheal.events('heal-started').map((event) => event.device)).toEqual(['switch']);
    for (const id of [...children, 'elsewhere']) expect(lab.device(id).sshLog().connections, id).toBe(0);
    // "down" was said of nobody but the switch.
    const down = netheal.events('status-change').filter((event) => event.to === 'down');
    expect(down.map((event) => event.device)).toEqual(['switch']);
  });

  test('a device whose port was turned off is healed on its switch, where the step says so', async () => {
    const [theSwitch, child] = [lab.device('switch'), lab.device('child-1')];
    const before = theSwitch.sshLog().sessions;
    const steps = [{ on: 'switch', ssh: [`ip link set ${child.port} up`] }];
    netheal = new Netheal(
      lab,
      fastConfig(lab, [
        watched(theSwitch),
        watched(child, { parents: ['switch'], heal: [{ name: 'port', steps }] }),
      ]),
    );
    await netheal.start();
    await netheal.until('all are up', allUp, 10_000);
    await portDown(theSwitch, child);
    expect((await netheal.eventOf('heal-finished', 'child-1', 20_000)).outcome).toBe('healed');
    expect(await linkIsUp(child)).toBe(true);
    expect(theSwitch.sshLog().sessions - before).toBe(1);
    expect(child.sshLog().connections).toBe(0);
    expect(netheal.events('incident-opened').map((event) => event.device)).toEqual(['child-1']);
  });

  test('a monitor that is held up again and again, from within and from without, says of nobody that it is down', async () => {
    const quick = {
      ...{ interval: '400ms', timeout: '350ms', retryInterval: '400ms', failureThreshold: 1 },
      // A look that takes a while, so that there is always one under way: the lab itself answers in no time.
      probes: [{ type: 'exec', command: ['sleep', '0.08'] }],
    };
    const config = fastConfig(
      lab,
      lab.devices.map((device) => watched(device, quick)),
    );
    netheal = new Netheal(lab, { ...config, plugins: { ...config.plugins, './blocker.mjs': true } });
    writeFileSync(`${netheal.dir}/blocker.mjs`, blocker);
    await netheal.start();
    await netheal.until('all are up', allUp, 10_000);
    const rows = netheal.csv().length;
    await netheal.until('five checks of each', () => netheal.csv().length >= rows + 35, 20_000);
    process.kill(netheal.pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    process.kill(netheal.pid, 'SIGCONT');
    const more = netheal.csv().length;
    await netheal.until('two checks of each', () => netheal.csv().length >= more + 14, 20_000);
    // It knows that it stood still.
    expect(netheal.events('stalled').length).toBeGreaterThan(0);
    expect(netheal.events('status-change').filter((event) => event.to !== 'up')).toEqual([]);
    expect(netheal.events('incident-opened')).toEqual([]);
    expect(netheal.events('self-offline')).toEqual([]);
  });

  test.each(ownUplinks)(
    "the monitor's own uplink is down (%s): no verdict, no heal, and that time counts for nobody",
    async (_how, lose, regain) => {
      await start();
      await netheal.until('all are up', allUp, 10_000);
      const before = lab.devices.map((device) => device.sshLog().connections);
      await lose(lab);
      onTestFinished(async () => {
        if (netheal.events('self-online').length === 0) await regain(lab);
      });
      await netheal.eventOf('self-offline', undefined, 15_000);
      const checks = (await netheal.stats('switch')).total_checks;
      // Long enough for three checks in a row of everybody.
      await new Promise((resolve) => setTimeout(resolve, 4_000));

      expect(netheal.events('status-change').filter((event) => event.to === 'down')).toEqual([]);
      expect(netheal.events('incident-opened')).toEqual([]);
      await regain(lab);
      await netheal.eventOf('self-online', undefined, 15_000);
      await netheal.until('all are up', allUp, 10_000);
      await netheal.until(
        'checks go on',
        async () => (await netheal.stats('switch')).total_checks > checks,
        10_000,
      );

      expect(netheal.events('incident-opened')).toEqual([]);
      expect(netheal.events('heal-started')).toEqual([]);
      expect(netheal.events('self-offline')).toHaveLength(1);
      expect(lab.devices.map((device) => device.sshLog().connections)).toEqual(before);
      for (const device of lab.devices) expect((await netheal.stats(device.id)).uptime_percentage).toBe(100);
    },
  );
});
