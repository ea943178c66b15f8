import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  changeHostKey,
  changePassword,
  dropIcmp,
  flap,
  garbageSshd,
  hangService,
  icmpOff,
  killSshd,
  linkDown,
  linkUp,
  losePings,
  lyingService,
  muteSshd,
  ownUplinks,
  stopDropping,
  stopService,
  unmuteSshd,
} from './faults.ts';
import { eventually, ignoresPings, linkIsUp, serviceRuns } from './kernel.ts';
import { createLab, type Lab } from './lab.ts';
import { findLeftovers, labsDir } from './leftovers.ts';
import { describeLab } from './requirements.ts';
import { run, tryRun } from './shell.ts';

describeLab('the lab', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await createLab({
      devices: [
        'alpha',
        'beta',
        'switch',
        { id: 'child-1', behind: 'switch' },
        { id: 'child-2', behind: 'switch' },
      ],
    });
  });
  afterAll(() => lab?.close());

  const pings = async (address: string) =>
    (await tryRun(['ip', 'netns', 'exec', lab.monitor, 'ping', '-c1', '-W0.3', address])).code === 0;

  test('every device answers pings on its IPv4, IPv6 and management address', async () => {
    for (const device of lab.devices) {
      expect(await pings(device.address), device.address).toBe(true);
      expect(await pings(device.address6), device.address6).toBe(true);
      expect(await pings(device.management), device.management).toBe(true);
    }
    expect(await pings(lab.gateway)).toBe(true);
  });

  test('a cut data link leaves the management address, and the kernel tells both states', async () => {
    const device = lab.device('alpha');
    expect(await linkIsUp(device)).toBe(true);
    await linkDown(device);
    expect(await linkIsUp(device)).toBe(false);
    expect(await pings(device.address)).toBe(false);
    expect(await pings(device.management)).toBe(true);
    await linkUp(device);
    expect(await pings(device.address)).toBe(true);
  });

  test('a service answers while another client, whose request never came, is still connected', async () => {
    const talk = `use IO::Socket::INET; alarm 5;
      my @of = (PeerAddr => "$ARGV[0]:80") ;
      my $silent = IO::Socket::INET->new(@of) or die;
      my $client = IO::Socket::INET->new(@of) or die;
      print $client "GET / HTTP/1.1\r\n\r\n";
      print scalar <$client>;`;
    const { address } = lab.device('beta');
    const said = await tryRun(['ip', 'netns', 'exec', lab.monitor, 'perl', '-e', talk, address]);
    expect(said).toMatchObject({ stdout: 'HTTP/1.1 200 OK\r\n' });
  });

  test('children are cut off with their switch and keep their own links', async () => {
    await linkDown(lab.device('switch'));
    expect(await pings(lab.device('child-1').address)).toBe(false);
    expect(await linkIsUp(lab.device('child-1'))).toBe(true);
    expect(await pings(lab.device('alpha').address)).toBe(true);
    await linkUp(lab.device('switch'));
    expect(await pings(lab.device('child-1').address)).toBe(true);
  });

  test('pings can be ignored by the kernel or dropped by a rule of one device alone', async () => {
    const device = lab.device('beta');
    await icmpOff(device);
    expect(await ignoresPings(device)).toBe(true);
    expect(await ignoresPings(lab.device('alpha'))).toBe(false);
    expect(await pings(device.address)).toBe(false);
    await device.run('sysctl -qw net.ipv4.icmp_echo_ignore_all=0');
    await dropIcmp(device);
    expect(await pings(device.address)).toBe(false);
    await stopDropping(device);
    expect(await pings(device.address)).toBe(true);
  });

  test('pings can be lost by the share', async () => {
    const device = lab.device('beta');
    await losePings(device, 50);
    const argv = [
      'ip',
      'netns',
      'exec',
      lab.monitor,
      'ping',
      '-q',
      '-c100',
      '-i0.002',
      '-W0.3',
      device.address,
    ];
    const lost = Number(/([\d.]+)% packet loss/.exec((await tryRun(argv)).stdout)?.[1]);
    // Chance: five standard deviations of 100 throws.
    expect(lost).toBeGreaterThan(25);
    expect(lost).toBeLessThan(75);
    await stopDropping(device);
    expect(await pings(device.address)).toBe(true);
  });

  test('a link can flap, and is up when the flapping has ended', async () => {
    const device = lab.device('beta');
    const stop = flap(device, 50);
    for (const up of [false, true, false, true]) {
      expect(await eventually(async () => (await linkIsUp(device)) === up, 2_000)).toBe(true);
    }
    await stop();
    expect(await linkIsUp(device)).toBe(true);
  });

  test('the monitor can lose its own cable or interface and get it back', async () => {
    for (const [, lose, regain] of ownUplinks) {
      await lose(lab);
      expect(await pings(lab.gateway)).toBe(false);
      expect(await pings(lab.device('alpha').address)).toBe(false);
      await regain(lab);
      // The kernel takes note of a carrier at most once a second.
      expect(await eventually(() => pings(lab.device('alpha').address), 3_000)).toBe(true);
    }
  });

  test('a service can be stopped, hung and made to lie about its start', async () => {
    const device = lab.device('alpha');
    expect(await serviceRuns(device)).toBe(true);
    await stopService(device);
    expect(await serviceRuns(device)).toBe(false);
    await device.run('svc start');
    expect(await serviceRuns(device)).toBe(true);
    await hangService(device);
    expect(await serviceRuns(device)).toBe(false);
    await device.run('svc restart');
    expect(await serviceRuns(device)).toBe(true);
    await lyingService(device);
    expect(await device.run('svc start')).toBe('started\n');
    expect(await serviceRuns(device)).toBe(false);
    expect(await serviceRuns(lab.device('beta'))).toBe(true);
  });

  const ssh = (id: string, ...options: string[]) =>
    tryRun([
      ...[
        'ip',
        'netns',
        'exec',
        lab.monitor,
        'ssh',
        '-F',
        'none',
        '-i',
        lab.privateKey,
        '-o',
        'BatchMode=yes',
      ],
      ...[
        '-o',
        `UserKnownHostsFile=${lab.knownHosts}`,
        '-o',
        'StrictHostKeyChecking=yes',
        '-o',
        'ConnectTimeout=2',
      ],
      ...options,
      ...[`${lab.username}@${lab.device(id).management}`, 'hostname; svc status'],
    ]);

  test('a login with the key runs commands in that device, and its log counts the session', async () => {
    const before = lab.device('beta').sshLog();
    expect(await ssh('beta')).toMatchObject({ code: 0, stdout: 'beta\nrunning\n' });
    const after = lab.device('beta').sshLog();
    expect(after.connections - before.connections).toBe(1);
    expect(after.logins - before.logins).toBe(1);
    expect(after.sessions - before.sessions).toBe(1);
    expect(lab.device('child-2').sshLog()).toMatchObject({ connections: 0, logins: 0, sessions: 0 });
  });

  test('a changed host key is seen by the client', async () => {
    expect(await ssh('child-1')).toMatchObject({ code: 0 });
    await changeHostKey(lab.device('child-1'));
    expect((await ssh('child-1')).stderr).toContain('Host key verification failed');
  });

  test('sshd can be mute, killed, and replaced by something that talks nonsense', async () => {
    const device = lab.device('child-2');
    await muteSshd(device);
    expect((await ssh('child-2')).stderr).toContain('timed out');
    await unmuteSshd(device);
    expect((await ssh('child-2')).code).toBe(0);
    await garbageSshd(device);
    expect((await ssh('child-2')).code).toBe(255);
    await device.run('kill $(cat /srv/garbage.pid)');
    expect((await ssh('child-2')).stderr).toContain('refused');
  });

  test('the password lets in until it is changed', async () => {
    const device = lab.device('alpha');
    const askpass = `${lab.dir}/askpass`;
    await run(['sh', '-c', `printf '#!/bin/sh\\necho ${lab.password}\\n' > ${askpass}; chmod +x ${askpass}`]);
    const login = () =>
      tryRun([
        ...['ip', 'netns', 'exec', lab.monitor, 'env', `SSH_ASKPASS=${askpass}`, 'SSH_ASKPASS_REQUIRE=force'],
        ...[
          'ssh',
          '-F',
          'none',
          '-o',
          `UserKnownHostsFile=${lab.knownHosts}`,
          '-o',
          'PubkeyAuthentication=no',
        ],
        ...['-o', 'NumberOfPasswordPrompts=1', `${lab.username}@${device.address}`, 'true'],
      ]);
    expect(await login()).toMatchObject({ code: 0 });
    await changePassword(device, 'another');
    expect((await login()).stderr).toContain('Permission denied');
    await killSshd(device);
    expect((await login()).stderr).toContain('refused');
  });
});

describeLab('the lab after a kill -9 of its owner', () => {
  test('is found by looking at what is there, and cleared away by the next set-up', async () => {
    const script = fileURLToPath(new URL('up.ts', import.meta.url));
    const child = spawn(process.execPath, [script, 'one', 'two'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    for await (const chunk of child.stdout) {
      said += chunk;
      if (said.includes('ready')) break;
    }
    const name = /nh\d+-[0-9a-f]{4}/.exec(said)?.[0] ?? 'no lab';
    expect(child.exitCode).toBe(null);
    expect(await findLeftovers()).not.toContain(name);

    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await findLeftovers()).toContain(name);
    expect(existsSync(`${labsDir}/${name}/one/sshd.pid`)).toBe(true);

    const next = await createLab({ devices: ['only'] });
    try {
      expect(await findLeftovers()).not.toContain(name);
      expect(existsSync(`${labsDir}/${name}`)).toBe(false);
      expect(await run(['ip', 'netns', 'list'])).not.toContain(name);
      expect((await tryRun(['pgrep', '-f', `${labsDir}/${name}/`])).stdout).toBe('');
    } finally {
      await next.close();
    }
    expect(await run(['ip', 'netns', 'list'])).not.toContain(next.name);
    expect((await tryRun(['pgrep', '-f', next.dir])).stdout).toBe('');
  });
});
