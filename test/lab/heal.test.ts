import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fast, fastConfig, watched } from './fast-config.ts';
import { dropIcmp, hangService, icmpOff, linkDown, stopService } from './faults.ts';
import { ignoresPings, linkIsUp, serviceRuns } from './kernel.ts';
import { createLab, type Lab } from './lab.ts';
import { type CsvRow, Netheal } from './netheal.ts';
import { describeLab } from './requirements.ts';
import { tryRun } from './shell.ts';

describeLab('a device fails, netheal notices, logs in, heals it and proves it', () => {
  let lab: Lab;
  let netheal: Netheal;
  beforeAll(async () => {
    lab = await createLab({ devices: ['broken', 'well-1', 'well-2', 'web', 'hung', 'walled', 'behind'] });
  });
  afterEach(() => netheal?.stop());
  afterAll(() => lab?.close());

  const neverTouched = (...ids: string[]) => {
    for (const id of ids) expect(lab.device(id).sshLog(), id).toMatchObject({ connections: 0, sessions: 0 });
  };

  /** The rows of one device, cut into stretches of one status each. */
  const stretches = (rows: readonly CsvRow[], ip: string) => {
    const words = rows.filter((row) => row.ip === ip).map((row) => row.status);
    return words.filter((word, index) => word !== words[index - 1]);
  };

  /** From the first missed check to the incident, in milliseconds. */
  const detectionMs = async (id: string) => {
    const { samples } = await netheal.api<{ samples: { at: number; ok: boolean | null }[] }>(
      `/api/devices/${id}/samples`,
    );
    const missed = samples.find((sample) => sample.ok === false)?.at as number;
    const [opened] = netheal.events('incident-opened', id);
    return Date.parse(opened?.at ?? '') - missed;
  };

  test('in the old shape of the config, with a password, at the address that answers no pings', async () => {
    const devices = ['broken', 'well-1', 'well-2'].map((id) => ({
      ip: lab.device(id).address,
      label: `Device ${id}`,
      ssh_enabled: true,
      ssh_username: lab.username,
      ssh_password: lab.password,
      ssh_port: 22,
      healing_commands: ['sysctl -w net.ipv4.icmp_echo_ignore_all=0'],
    }));
    netheal = new Netheal(
      lab,
      {
        stateDir: './state',
        devices,
        monitoring: { ping_interval_seconds: 1, ping_timeout_seconds: 1, failure_threshold: 3 },
        healing: { enabled: true, max_attempts: 2, wait_between_attempts_seconds: 1 },
      },
      'config.json',
    );
    await netheal.start();
    const id = 'device-broken';
    const broken = lab.device('broken');
    await netheal.until('a first row', () => netheal.csv('logs/uptime.csv').length >= 3, 10_000);

    await icmpOff(broken);
    const finished = await netheal.eventOf('heal-finished', id, 30_000);
    expect(finished.outcome).toBe('healed');
    expect(await ignoresPings(broken)).toBe(false);
    expect(broken.sshLog()).toMatchObject({ logins: 1, sessions: 1 });
    expect(netheal.events('incident-opened')).toHaveLength(1);
    neverTouched('well-1', 'well-2');
    // The retry interval of this shape is its interval where that is below 5 s.
    expect(await detectionMs(id)).toBeLessThan(3 * 1_000 + 1_000);

    expect(await netheal.stop()).toBe(0);
    const rows = netheal.csv('logs/uptime.csv');
    for (const row of rows) {
      expect(row.timestamp).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
      expect(row.status === 'online' ? row.responseTime : row.status).toMatch(/^(\d+\.\d\d|offline)$/);
      if (row.status === 'offline') expect(row.responseTime).toBe('');
    }
    expect(stretches(rows, broken.address)).toEqual(['online', 'offline', 'online']);
    expect(stretches(rows, lab.device('well-1').address)).toEqual(['online']);
    // The password stands in the config and nowhere else: not in logs, journal or history.
    const mentions = await tryRun(['grep', '-rl', lab.password, netheal.dir]);
    expect(mentions.stdout).toBe(`${netheal.configFile}\n`);
    expect(JSON.stringify(netheal.events())).not.toContain(lab.password);
    expect(new Set(rows.map((row) => row.label))).toEqual(new Set(devices.map((device) => device.label)));
  });

  test('in its own shape, with a key, over the management address, when the data link is cut', async () => {
    const heal = ['ip link set eth0 up'];
    const ids = ['broken', 'well-1', 'well-2'];
    const loginsBefore = lab.device('broken').sshLog().logins;
    netheal = new Netheal(
      lab,
      fastConfig(
        lab,
        ids.map((id) => watched(lab.device(id), { heal })),
      ),
    );
    await netheal.start();
    const broken = lab.device('broken');
    await netheal.until('a first row', () => netheal.csv().length >= 3, 10_000);

    await linkDown(broken);
    const finished = await netheal.eventOf('heal-finished', 'broken', 20_000);
    expect(finished.outcome).toBe('healed');
    expect(await linkIsUp(broken)).toBe(true);
    expect(broken.sshLog().logins - loginsBefore).toBe(1);
    neverTouched('well-1', 'well-2');
    expect(await detectionMs('broken')).toBeLessThan(3 * fast.retryIntervalMs + fast.timeoutMs);

    const order = ['status-change', 'incident-opened', 'heal-started', 'heal-finished', 'incident-closed'];
    await netheal.eventOf('incident-closed', 'broken', 10_000);
    const told = netheal.events(undefined, 'broken').filter((event) => order.includes(event.type));
    expect([...new Set(told.map((event) => event.type))]).toEqual(
      expect.arrayContaining(['incident-opened', 'heal-started', 'heal-finished', 'incident-closed']),
    );
    expect(netheal.events('heal-started')).toHaveLength(1);
    expect(await netheal.status('broken')).toMatchObject({ status: 'online', state: { healing: 'idle' } });

    expect(await netheal.stop()).toBe(0);
    const rows = netheal.csv();
    expect(stretches(rows, broken.address)).toEqual(['online', 'offline', 'online']);
    expect(rows.filter((row) => row.status === 'offline').length).toBeGreaterThanOrEqual(3);
    expect(rows.every((row) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(row.timestamp))).toBe(true);
  });

  test('services that stopped or hang are started again, a firewall rule is taken away, a jump host is used', async () => {
    const http = (id: string) => [
      { type: 'http', url: `http://${lab.device(id).address}/`, expectStatus: 200 },
    ];
    const bastion = lab.device('well-1');
    netheal = new Netheal(
      lab,
      fastConfig(
        lab,
        [
          watched(lab.device('web'), { probes: [{ type: 'tcp', port: 80 }], heal: ['svc start'] }),
          watched(lab.device('hung'), { probes: http('hung'), heal: ['svc restart'] }),
          watched(lab.device('walled'), { heal: ['nft delete table inet fault'] }),
          watched(lab.device('behind'), {
            heal: ['ip link set eth0 up'],
            ssh: { host: lab.device('behind').management, via: ['well-1'] },
          }),
          watched(bastion, { heal: ['true'] }),
          watched(lab.device('well-2'), { ip: lab.device('well-2').address6, heal: ['true'] }),
        ],
        { maxUnhealthy: '100%', maxConcurrent: 4 },
      ),
    );
    await netheal.start();
    await netheal.until('a first row of each', () => netheal.csv().length >= 6, 10_000);

    await stopService(lab.device('web'));
    await hangService(lab.device('hung'));
    await dropIcmp(lab.device('walled'));
    await linkDown(lab.device('behind'));
    for (const id of ['web', 'hung', 'walled', 'behind']) {
      const finished = await netheal.eventOf('heal-finished', id, 20_000);
      expect(finished, id).toMatchObject({ outcome: 'healed' });
      expect(lab.device(id).sshLog(), id).toMatchObject({ logins: 1 });
    }
    expect(await serviceRuns(lab.device('web'))).toBe(true);
    expect(await serviceRuns(lab.device('hung'))).toBe(true);
    expect(await lab.device('walled').run('nft list ruleset')).toBe('');
    expect(await linkIsUp(lab.device('behind'))).toBe(true);
    // Through the jump host: the target saw the host's address, and the host ran nothing.
    expect(lab.device('behind').sshLog().text).toContain(`Connection from ${bastion.management} `);
    expect(bastion.sshLog()).toMatchObject({ logins: 1, sessions: 0 });
    neverTouched('well-2');
    expect(stretches(netheal.csv(), lab.device('well-2').address6)).toEqual(['online']);
  });
});
