import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { serviceManager } from '../../src/cli/service-manager.ts';
import { testNeeding } from '../needs.ts';
import { BIN, folder } from './netheal.ts';

testNeeding('perl', 'perl-base');
const withNotify = testNeeding('systemd-notify', 'systemd');

/** Node has no datagram sockets of the file system. Whoever sends waits until what came along with BARRIER=1 is closed. */
const LISTENER = `
  use Socket; $| = 1;
  socket(S, PF_UNIX, SOCK_DGRAM, 0) or die; bind(S, sockaddr_un($ARGV[0])) or die; print "listens\\n";
  while (defined(recv(S, $m, 65536, 0))) { $m =~ s/\\n/|/g; print "$m\\n" }
`;

/** A service manager of our own: what it is told, one message after the other. */
async function manager() {
  const dir = mkdtempSync(join(tmpdir(), 'netheal-notify-'));
  const socket = join(dir, 'notify');
  const child = spawn('perl', ['-e', LISTENER, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
    rmSync(dir, { recursive: true });
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  /** Waits for a message that fits; those before it are passed over. */
  const told = async (fits: RegExp): Promise<string> => {
    for (;;) {
      const { value } = await lines.next();
      if (value === undefined) throw new Error(`the listener ended before ${fits}`);
      if (fits.test(value)) return value;
    }
  };
  return { socket, told };
}

function daemon(socket: string, env: NodeJS.ProcessEnv): ChildProcess {
  const cwd = folder();
  const child = spawn(process.execPath, [join(BIN, 'netheal.js'), 'run'], {
    cwd,
    env: { HOME: cwd, PATH: process.env.PATH, NOTIFY_SOCKET: socket, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

withNotify('a daemon tells its service manager of its start, its life, a reload and its end', async () => {
  const { socket, told } = await manager();
  const child = daemon(socket, { WATCHDOG_USEC: '600000' });
  expect(await told(/READY=1/)).toBe('READY=1|STATUS=1 device: 1 unknown');
  expect(await told(/WATCHDOG=1.*1 up|1 up.*WATCHDOG=1/)).toBe('STATUS=1 device: 1 up|WATCHDOG=1');
  child.kill('SIGHUP');
  await told(/^RELOADING=1/);
  await told(/^READY=1/);
  child.kill('SIGTERM');
  expect(await told(/STOPPING=1/)).toBe('STOPPING=1|STATUS=Stopping');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

withNotify('checks that do not begin on time are no sign of life', async () => {
  const { socket, told } = await manager();
  const seen: string[] = [];
  let overdueMs = 5_000;
  const subject = serviceManager({ NOTIFY_SOCKET: socket, WATCHDOG_USEC: '300000' }, (message) => {
    throw new Error(message);
  })!;
  await subject.ready({ status: () => `late by ${overdueMs}`, overdueMs: () => overdueMs });
  for (let i = 0; i < 3; i++) seen.push(await told(/^STATUS/));
  expect(seen).toEqual(Array(3).fill('STATUS=late by 5000'));
  overdueMs = 100;
  await told(/WATCHDOG=1/);
  await subject.stopping();
});

withNotify('a watchdog of another process is not ours to feed', async () => {
  const { socket, told } = await manager();
  const env = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '300000', WATCHDOG_PID: '1' };
  const subject = serviceManager(env, () => undefined)!;
  await subject.ready({ status: () => 'well', overdueMs: () => 0 });
  expect(await told(/STATUS/)).toBe('READY=1|STATUS=well');
  await subject.stopping();
  expect(await told(/STATUS/)).toBe('STOPPING=1|STATUS=Stopping');
});

test('without a service manager nobody is told, and no other program hears where it listens', () => {
  expect(serviceManager({}, () => undefined)).toBeNull();
  const env: NodeJS.ProcessEnv = {
    NOTIFY_SOCKET: '/run/x',
    WATCHDOG_USEC: '1',
    WATCHDOG_PID: '1',
    PATH: '/bin',
  };
  serviceManager(env, () => undefined);
  expect(env).toEqual({ PATH: '/bin' });
});

test('where systemd-notify is missing the daemon says so and goes on', async () => {
  const warnings: string[] = [];
  const subject = serviceManager({ NOTIFY_SOCKET: '/nowhere', PATH: '/nowhere' }, (message) =>
    warnings.push(message),
  )!;
  await subject.ready({ status: () => 'well', overdueMs: () => 0 });
  await subject.stopping();
  expect(warnings[0]).toMatch(/not told READY=1: .*systemd-notify ENOENT/);
});
