import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { runNetheal } from '../../e2e/run-netheal.ts';
import { CORPUS } from './corpus.ts';
import { type DeviceServer, startDevice } from './device-server.ts';
import { randomly } from './fake-session.ts';
import { cleanUp, closing, temporaryFolder } from './harness.ts';

const BIN = fileURLToPath(new URL('../../../bin/netheal.js', import.meta.url));
/** The first example of the Python version for Cisco devices. */
const SEED_COMMANDS = ['reload in 1', 'clear ip route *'];
const router = CORPUS.find(({ title }) => title === 'cisco-ios: the first example of the seed')!;

/** A router that refuses exec and whose identification string says nothing: only its prompt tells what it is. */
const startRouter = (): Promise<DeviceServer> =>
  closing(startDevice({ device: router.device, ident: 'Acme_1.0' }, randomly(4)));

/** A service behind the router that is gone until the router was healed. */
async function serviceBehind(device: DeviceServer): Promise<number> {
  const service = createServer((socket) => socket.end());
  const listen = (port: number) => new Promise<void>((done) => service.listen(port, '127.0.0.1', done));
  await listen(0);
  const { port } = service.address() as AddressInfo;
  await new Promise((done) => service.close(done));
  const healed = setInterval(() => {
    if (!device.terminals.some(({ commands }) => commands.includes('clear ip route *'))) return;
    clearInterval(healed);
    void listen(port);
  }, 50);
  cleanUp(() => {
    clearInterval(healed);
    service.close();
  });
  return port;
}

const login = (port: number) => ({
  port,
  username: 'admin',
  password: 'right',
  hostKey: 'accept-new',
  knownHosts: './known_hosts',
});

async function netheal(dir: string, ...args: string[]) {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: dir,
    env: { HOME: dir, PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { out, err, code };
}

describe('a Cisco router, from the command line to the last prompt', () => {
  test('is down, gets its commands, and is up again', { timeout: 60_000 }, async () => {
    const device = await startRouter();
    const port = await serviceBehind(device);
    const running = await runNetheal({
      monitoring: { interval: '500ms', timeout: '300ms', retryInterval: '100ms', witnesses: [] },
      healing: { settle: '200ms', verifyWindow: '5s', maxUnhealthy: '100%' },
      devices: [
        {
          id: 'r1',
          ip: '127.0.0.1',
          icmp: false,
          probes: [{ type: 'tcp', port }],
          ssh: login(device.port),
          heal: SEED_COMMANDS,
        },
      ],
      plugins: { dashboard: false },
    });
    cleanUp(() => running.stop());
    const finished = await running.waitFor('the heal', ({ type }) => type === 'heal-finished');
    expect(finished).toMatchObject({ device: 'r1', outcome: 'healed' });
    expect(running.events.some(({ type, to }) => type === 'status-change' && to === 'up')).toBe(true);
    await vi.waitFor(() =>
      expect(device.terminals.map(({ commands }) => commands)).toEqual([
        ['terminal length 0', 'terminal width 511', ...SEED_COMMANDS, 'exit'],
      ]),
    );
    expect(device.terminals[0]?.answers).toEqual(['no', '']);
    // Exec was tried, and refused, before the shell was opened.
    expect(device.commands).toEqual([SEED_COMMANDS[0]]);
  });

  test('is healed with the config of the Python version as it is', { timeout: 60_000 }, async () => {
    const device = await startRouter();
    const dir = temporaryFolder();
    const config = {
      devices: [
        {
          ip: '127.0.0.1',
          label: 'Router',
          ssh_enabled: true,
          ssh_username: 'admin',
          ssh_password: 'right',
          ssh_port: device.port,
          healing_commands: SEED_COMMANDS,
        },
      ],
      monitoring: { ping_interval_seconds: 1, ping_timeout_seconds: 1, failure_threshold: 3 },
      healing: { enabled: true, max_attempts: 2, wait_between_attempts_seconds: 1 },
    };
    writeFileSync(join(dir, 'config.json'), JSON.stringify(config), { mode: 0o600 });
    const env = ['--config', 'config.json'];
    const healed = await netheal(dir, 'heal', 'router', '--force', 'healthy', ...env);
    expect(healed.out + healed.err).toContain('dialect cisco-ios, by its prompt');
    expect(healed.out).toContain('Proceed with reload? [confirm]');
    expect(healed.out + healed.err).not.toContain('right');
    expect(device.terminals[0]?.answers).toEqual(['no', '']);
    expect(healed.code).toBe(0);
  });

  test('its secrets are nowhere, not even where the device repeats them', { timeout: 30_000 }, async () => {
    const { device: data } = router;
    // A device that shows what is typed at its question for a secret, and prints it once more.
    const enable = [
      {
        ask: 'Password: ',
        answers: { 'enable-canary': ['your password is enable-canary\n', { mode: 'enable' }] },
      },
    ];
    const device = await closing(
      startDevice(
        { device: { ...data, mode: 'exec', commands: { ...data.commands, enable } }, ident: 'Cisco-1.25' },
        randomly(6),
      ),
    );
    const dir = temporaryFolder();
    const config = {
      stateDir: './state',
      monitoring: { interval: '1s', timeout: '500ms', witnesses: [] },
      healing: { settle: '100ms', verifyWindow: '5s' },
      devices: [
        {
          id: 'r1',
          ip: '127.0.0.1',
          ssh: { ...login(device.port), enableSecret: 'enable-canary' },
          heal: ['show clock'],
        },
      ],
      plugins: { dashboard: false },
    };
    writeFileSync(join(dir, '.nethealrc'), JSON.stringify(config), { mode: 0o600 });
    const { out, err, code } = await netheal(dir, 'heal', 'r1', '--force', 'healthy');
    expect(code, out + err).toBe(0);
    expect(out).toContain('your password is <secret>');
    expect(out + err).not.toContain('canary');
    const written = readdirSync(join(dir, 'state'), { recursive: true, encoding: 'utf8' })
      .map((name) => join(dir, 'state', name))
      .filter((path) => statSync(path).isFile());
    expect(written.length).toBeGreaterThan(0);
    for (const path of written) expect(readFileSync(path, 'utf8'), path).not.toContain('canary');
  });

  test('doctor names what is wrong, and where a dialogue would stop', { timeout: 30_000 }, async () => {
    const asking = CORPUS.find(({ title }) =>
      title.endsWith('a question at the login that nobody has declared'),
    )!;
    const device = await closing(startDevice(asking, randomly(5)));
    const dir = temporaryFolder();
    const ssh = login(device.port);
    const config = {
      stateDir: './state',
      devices: [{ id: 'r1', ip: '127.0.0.1', ssh, heal: ['reload'] }],
      plugins: { dashboard: false },
    };
    writeFileSync(join(dir, '.nethealrc'), JSON.stringify(config), { mode: 0o600 });
    const { out, code } = await netheal(dir, 'doctor', 'r1');
    expect(out).toContain(
      '✖ r1: login: a heal would stop at the login: unanswered-prompt: it asks "Enter new password:"',
    );
    expect(out).toContain('dialect cisco-ios, by SSH-2.0-Cisco-1.25');
    expect(code).toBe(1);
    expect(device.terminals[0]?.received).toBe('');
  });
});
