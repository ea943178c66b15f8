import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { SshAccess } from 'netheal/plugin';
import { vi } from 'vitest';
import { cleanUp, temporaryFolder } from './harness.ts';

const SSHD = '/usr/sbin/sshd';

/** Why the tests with a real OpenSSH server cannot run here, or null. NETHEAL_REQUIRE_LAB=1 makes that a failure. */
export function sshdMissing(): string | null {
  if (existsSync(SSHD)) return null;
  const reason = `${SSHD} is missing: install the package openssh-server`;
  if (process.env.NETHEAL_REQUIRE_LAB === '1') throw new Error(reason);
  console.warn(`skipped, the tests against OpenSSH: ${reason}`);
  return reason;
}

export type Sshd = Readonly<{
  port: number;
  /** Key that is let in, without a passphrase. */
  key: string;
  /** Key that is let in, with the passphrase "open sesame". */
  encryptedKey: string;
  knownHosts: string;
  access(changes?: Partial<SshAccess>): SshAccess;
  /** What sshd has written to its log. */
  log(): string;
}>;

/** Starts an OpenSSH server on a free port of loopback, with a config of its own; ends after the test. */
export async function startSshd(extra = ''): Promise<Sshd> {
  const folder = temporaryFolder();
  const make = (name: string, passphrase = '') => {
    const path = join(folder, name);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', path]);
    return path;
  };
  const hostKeyFile = make('host');
  const key = make('id');
  const encryptedKey = make('id-encrypted', 'open sesame');
  writeFileSync(
    join(folder, 'authorized'),
    [key, encryptedKey].map((path) => readFileSync(`${path}.pub`, 'utf8')).join(''),
  );
  const port = await freePort();
  const config = join(folder, 'sshd_config');
  writeFileSync(
    config,
    [
      'ListenAddress 127.0.0.1',
      `HostKey ${hostKeyFile}`,
      `AuthorizedKeysFile ${join(folder, 'authorized')}`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      extra,
      '',
    ].join('\n'),
  );
  // The folder of sshd's unprivileged half; a package's boot script would make it.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const child = spawn(SSHD, ['-D', '-e', '-f', config, '-p', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  cleanUp(() => {
    child.kill('SIGTERM');
    return ended;
  });
  await vi.waitFor(() => answers(port), { timeout: 10_000 });
  const knownHosts = join(folder, 'known_hosts');
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${readFileSync(`${hostKeyFile}.pub`, 'utf8')}`);
  return {
    port,
    key,
    encryptedKey,
    knownHosts,
    log: () => log,
    access: (changes = {}) => ({
      name: 'web-1',
      host: '127.0.0.1',
      port,
      username: userInfo().username,
      privateKey: key,
      agent: false,
      knownHosts: [knownHosts],
      hostKey: 'strict',
      via: [],
      dialect: 'auto',
      legacy: false,
      connectTimeoutMs: 5_000,
      ...changes,
    }),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function answers(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    });
    socket.on('error', reject);
  });
}
