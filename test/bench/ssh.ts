import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { median, printTable } from './table.ts';

const SSHD = '/usr/sbin/sshd';
const RUNS = 15;

/** Connect, log in by key and run one command: netheal's healer against the OpenSSH client, on the same sshd. */
export async function benchSsh(): Promise<void> {
  if (spawnSync(SSHD, ['-V']).error !== undefined || spawnSync('ssh', ['-V']).error !== undefined) {
    printTable('SSH', [
      { figure: 'connect + command', value: 'not installed (Debian: openssh-server openssh-client)' },
    ]);
    return;
  }
  const dir = mkdtempSync(join(tmpdir(), 'netheal-bench-ssh-'));
  const file = (name: string) => join(dir, name);
  for (const name of ['host', 'user'])
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(name)]);
  const port = await freePort();
  writeFileSync(file('authorized'), readFileSync(file('user.pub')), { mode: 0o600 });
  writeFileSync(file('known_hosts'), `[127.0.0.1]:${port} ${readFileSync(file('host.pub'), 'utf8')}`);
  writeFileSync(
    file('sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${file('host')}`,
      `AuthorizedKeysFile ${file('authorized')}`,
      'PermitRootLogin prohibit-password',
      'StrictModes no',
      'UsePAM no',
      'PidFile none',
      'MaxStartups 100',
      // bash reads ~/.bashrc in a session of sshd unless it believes to be a subshell: dotfiles are not measured here.
      'SetEnv SHLVL=2',
    ].join('\n'),
  );
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true });
  const sshd = spawn(SSHD, ['-D', '-f', file('sshd_config')], { stdio: 'ignore' });
  const { username } = userInfo();
  const client = [
    '-p',
    String(port),
    '-i',
    file('user'),
    '-o',
    `UserKnownHostsFile=${file('known_hosts')}`,
    '-o',
    'BatchMode=yes',
    `${username}@127.0.0.1`,
    'true',
  ];
  try {
    for (let tries = 0; spawnSync('ssh', client).status !== 0; tries++) {
      if (tries === 50) throw new Error('the sshd of the benchmark does not answer');
      await sleep(100);
    }
    const { runStep } = await import('../../dist/plugins/ssh-healer/step.js');
    const { sshSpec } = await import('../../dist/plugins/ssh-healer/spec.js');
    const target = { id: 'd', address: '127.0.0.1', label: 'd', group: 'default', tags: {}, parents: [] };
    const ssh = {
      name: 'd',
      host: '127.0.0.1',
      port,
      username,
      privateKey: file('user'),
      agent: false as const,
      knownHosts: [file('known_hosts')],
      hostKey: 'strict',
      via: [],
      dialect: 'linux',
      legacy: false,
      connectTimeoutMs: 10_000,
    };
    const spec = sshSpec.parse({ ssh: ['true'] });
    const transcript = { write: () => undefined, mask: () => undefined };
    const signal = new AbortController().signal;
    const oneHeal = async () => {
      const started = performance.now();
      const result = await runStep(
        { spec, device: target, target, ssh, timeoutMs: 30_000, signal, transcript },
        () => performance.now(),
        false,
      );
      if (!result.ok) throw new Error(result.message);
      return performance.now() - started;
    };
    const oneSsh = () => {
      const started = performance.now();
      spawnSync('ssh', client);
      return performance.now() - started;
    };
    await oneHeal();
    const ours: number[] = [];
    const theirs: number[] = [];
    // In turn, so that both meet the same noise.
    for (let run = 0; run < RUNS; run++) {
      ours.push(await oneHeal());
      theirs.push(oneSsh());
    }
    printTable('SSH, peer: the OpenSSH client on the same sshd', [
      {
        figure: 'connect + log in by key + one command',
        value: `${median(ours).toFixed(0)} ms`,
        peer: `${median(theirs).toFixed(0)} ms`,
        ratio: (median(ours) / median(theirs)).toFixed(2),
        aim: 'at most 0.30',
      },
    ]);
  } finally {
    sshd.kill();
    rmSync(dir, { recursive: true, force: true });
  }
}
