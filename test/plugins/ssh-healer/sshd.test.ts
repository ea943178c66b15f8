import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from 'netheal/plugin';
import { describe, expect, test, vi } from 'vitest';
import { cleanUp, runStep, sshHealer, temporaryFolder } from './harness.ts';
import { type Sshd, sshdMissing, startSshd } from './sshd.ts';

const message = (run: Awaited<ReturnType<typeof runStep>>) =>
  'message' in run.result ? run.result.message : '';

describe.skipIf(sshdMissing() !== null)('against a real OpenSSH server', () => {
  test('a key logs in, and commands tell output and exit codes', async () => {
    const sshd = await startSshd();
    const run = await runStep({ ssh: ['echo out; echo err >&2', 'exit 42'] }, sshd.access());
    expect(run.lines).toContain('output: out');
    expect(run.lines).toContain('output: [stderr] err');
    expect(run.result).toEqual({ ok: false, acted: true, message: '`exit 42`: exit 42' });
    expect(run.lines[0]).toMatch(/^info: logged in to web-1 as .*SSH-2\.0-OpenSSH/);
  });

  test('an encrypted key logs in with its passphrase, again without the cost', async () => {
    const sshd = await startSshd();
    const access = sshd.access({ privateKey: sshd.encryptedKey, passphrase: new Secret('open sesame') });
    expect((await runStep({ ssh: 'true' }, access)).result).toEqual({ ok: true });
    expect((await runStep({ ssh: 'true' }, access)).result).toEqual({ ok: true });
  });

  test('an agent logs in, and a missing one is told', async () => {
    const sshd = await startSshd();
    const socket = await startAgent(sshd);
    const access = sshd.access({ privateKey: undefined, agent: socket });
    expect((await runStep({ ssh: 'true' }, access)).result).toEqual({ ok: true });
    const missing = await runStep({ ssh: 'true' }, { ...access, agent: '/nowhere/agent' });
    expect(missing.result).toMatchObject({ ok: false, acted: false });
    expect(message(missing)).toContain('tried agent');
    expect(message(missing)).toContain('Failed to connect to agent');
  });

  test('an agent that holds the encrypted key helps where no passphrase is given', async () => {
    const sshd = await startSshd();
    const socket = await startAgent(sshd);
    const run = await runStep({ ssh: 'true' }, sshd.access({ privateKey: sshd.encryptedKey, agent: socket }));
    expect(run.result).toEqual({ ok: true });
    expect(run.lines.join('\n')).toContain('is encrypted and no passphrase is given');
  });

  test('a key that is not authorised is refused with what was tried', async () => {
    const sshd = await startSshd('AuthorizedKeysFile none');
    const stranger = join(temporaryFolder(), 'id');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', stranger]);
    const run = await runStep({ ssh: 'true' }, sshd.access({ privateKey: stranger }));
    expect(run.result).toMatchObject({ ok: false, acted: false });
    expect(message(run)).toContain(`was not let in: tried key ${stranger}; the server takes publickey`);
  });

  test('strict refuses an unknown and a changed host key, accept-new pins as OpenSSH reads it', async () => {
    const sshd = await startSshd();
    const file = join(temporaryFolder(), 'known_hosts');
    const unknown = await runStep({ ssh: 'true' }, sshd.access({ knownHosts: [file] }));
    expect(message(unknown)).toContain('the host key is unknown');
    const pinned = await runStep({ ssh: 'true' }, sshd.access({ knownHosts: [file], hostKey: 'accept-new' }));
    expect(pinned.result).toEqual({ ok: true });
    const found = execFileSync('ssh-keygen', ['-F', `[127.0.0.1]:${sshd.port}`, '-f', file], {
      encoding: 'utf8',
    });
    expect(found).toContain('ssh-ed25519');
    const other = await startSshd();
    writeFileSync(
      file,
      readFileSync(other.knownHosts, 'utf8').replaceAll(String(other.port), String(sshd.port)),
    );
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
    const changed = await runStep(
      { ssh: 'true' },
      sshd.access({ knownHosts: [file], hostKey: 'accept-new' }),
    );
    expect(message(changed)).toMatch(
      /the host key has CHANGED: expected SHA256:\S+ \(ssh-ed25519, .*:1\), got SHA256:/,
    );
    expect(changed.result).toMatchObject({ ok: false, acted: false });
  });

  test('two jump hosts are passed, each with its own host key', async () => {
    const [first, second, target] = [await startSshd(), await startSshd(), await startSshd()];
    const bastion = first.access({ name: 'bastion' });
    const inner = second.access({ name: 'inner' });
    const run = await runStep({ ssh: 'echo arrived' }, target.access({ via: [bastion, inner] }));
    expect(run.result).toEqual({ ok: true });
    expect(run.lines).toContain('output: arrived');
    expect(run.lines.filter((line) => line.startsWith('info: logged in to'))).toHaveLength(3);
    expect(second.log()).toContain('Accepted publickey');
    const nested = await runStep({ ssh: 'true' }, target.access({ via: [{ ...inner, via: [bastion] }] }));
    expect(nested.lines.filter((line) => line.startsWith('info: logged in to'))).toHaveLength(3);
    const wrong = await runStep(
      { ssh: 'true' },
      target.access({ via: [{ ...bastion, knownHosts: [] }, inner] }),
    );
    expect(message(wrong)).toMatch(/^SSH to bastion \[.*\] \(on the way to web-1\) failed at host key:/);
    expect(wrong.result).toMatchObject({ acted: false });
  });

  test('a jump host that cannot reach the target says so', async () => {
    const sshd = await startSshd('AllowTcpForwarding no');
    const target = await startSshd();
    const run = await runStep({ ssh: 'true' }, target.access({ via: [sshd.access({ name: 'bastion' })] }));
    expect(message(run)).toContain('failed at jump: bastion could not open a way to 127.0.0.1:');
    expect(run.result).toMatchObject({ ok: false, acted: false });
  });

  test('a deadline kills the remote process', async () => {
    const sshd = await startSshd();
    const folder = temporaryFolder();
    const run = await runStep(
      {
        ssh: [
          {
            run: `echo $$ > ${folder}/pid; trap 'touch ${folder}/term; exit 0' TERM; while :; do sleep 0.05; done`,
            timeout: '500ms',
          },
        ],
      },
      sshd.access(),
    );
    expect(message(run)).toContain('timeout');
    expect(run.result).toMatchObject({ ok: false, acted: true });
    await vi.waitFor(() => expect(existsSync(join(folder, 'term'))).toBe(true));
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 20_000 });
  });

  test('a command that ignores TERM is killed', async () => {
    const sshd = await startSshd();
    const folder = temporaryFolder();
    const run = await runStep(
      { ssh: `echo $$ > ${folder}/pid; trap '' TERM; while :; do sleep 0.05; done`, commandTimeout: '400ms' },
      sshd.access(),
    );
    expect(message(run)).toContain('timeout');
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 20_000 });
  });

  test('a cancelled step stops its command and leaves a service of an earlier one alone', async () => {
    const sshd = await startSshd();
    const folder = temporaryFolder();
    const cancel = new AbortController();
    const run = await runStep(
      {
        ssh: [
          `setsid sleep 60 >/dev/null 2>&1 </dev/null & echo $! > ${folder}/service`,
          `echo $$ > ${folder}/pid; echo begun; sleep 60; echo never`,
        ],
      },
      sshd.access(),
      { signal: cancel.signal, onLine: (line) => line === 'output: begun' && cancel.abort() },
    );
    expect(message(run)).toContain('cancelled');
    const pid = (name: string) => Number(readFileSync(join(folder, name), 'utf8'));
    await vi.waitFor(() => expect(() => process.kill(pid('pid'), 0)).toThrow('ESRCH'), { timeout: 20_000 });
    expect(process.kill(pid('service'), 0)).toBe(true);
    process.kill(pid('service'));
  });

  test('output of megabytes is cut and the exit code still arrives', async () => {
    const sshd = await startSshd();
    const run = await runStep({ ssh: 'seq 1 900000; exit 5', commandTimeout: '15s' }, sshd.access());
    expect(message(run)).toContain('exit 5');
    expect(run.lines).toContain('output: 1');
    expect(run.lines.filter((line) => line.startsWith('output: ')).length).toBeLessThan(20_000);
    expect(run.lines.join('\n')).toMatch(/\d{7} more bytes of output were cut/);
  });

  test('a command reads the end of its input at once', async () => {
    const sshd = await startSshd();
    expect((await runStep({ ssh: 'cat; echo end' }, sshd.access())).lines).toContain('output: end');
  });

  test('a service that stays behind with the output open does not hold the step', async () => {
    const sshd = await startSshd();
    const run = await runStep({ ssh: ['sleep 3 & echo started', 'echo next'] }, sshd.access());
    expect(run.result).toEqual({ ok: true });
    expect(run.tookMs).toBeLessThan(2_900);
  });

  test('a command that ends its own session is a success where that is expected', async () => {
    const sshd = await startSshd();
    const run = await runStep({ ssh: [{ run: 'kill -9 $PPID', expectDisconnect: true }] }, sshd.access());
    expect(run.result).toEqual({ ok: true });
  });

  test('a session that ends behind a jump host is noticed at once, and not when its time is up', async () => {
    const [jump, target] = [await startSshd(), await startSshd()];
    const access = target.access({ via: [jump.access({ name: 'bastion' })] });
    const run = await runStep({ ssh: [{ run: 'kill -9 $PPID', expectDisconnect: true }] }, access);
    expect(run.result).toEqual({ ok: true });
    expect(run.lines.at(-1)).toContain('the session dropped');
  });

  test('a step ssh-shell types into a real shell, one session for all commands', async () => {
    const sshd = await startSshd();
    const folder = temporaryFolder();
    const run = await runStep(
      {
        'ssh-shell': [
          `cd ${folder}`,
          'echo here > proof',
          'printf "no newline"',
          'cat proof',
          'nonsense-command',
        ],
      },
      sshd.access({ dialect: 'linux' }),
    );
    expect(run.result).toMatchObject({
      ok: false,
      acted: true,
      message: expect.stringContaining('nonsense-command: command not found'),
    });
    expect(readFileSync(join(folder, 'proof'), 'utf8')).toBe('here\n');
    expect(run.lines).toContain('output: here');
  });

  test('doctor finds everything in order', async () => {
    const sshd = await startSshd();
    const found = await sshHealer().diagnose?.(sshd.access(), AbortSignal.timeout(5_000));
    expect(found?.ok).toBe(true);
    expect(found?.lines[1]).toContain(`known from ${sshd.knownHosts}:1`);
  });
});

/** A real ssh-agent that holds both keys; ends after the test. */
async function startAgent(sshd: Sshd): Promise<string> {
  const socket = join(temporaryFolder(), 'agent');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  const ended = new Promise((resolve) => agent.once('exit', resolve));
  cleanUp(() => {
    agent.kill('SIGTERM');
    return ended;
  });
  await vi.waitFor(() => expect(existsSync(socket)).toBe(true), { timeout: 20_000 });
  const env = { ...process.env, SSH_AUTH_SOCK: socket };
  // ssh-add asks nobody: it gets an opened copy of the encrypted key.
  const copy = join(temporaryFolder(), 'copy');
  writeFileSync(copy, readFileSync(sshd.encryptedKey), { mode: 0o600 });
  execFileSync('ssh-keygen', ['-q', '-p', '-P', 'open sesame', '-N', '', '-f', copy], { stdio: 'ignore' });
  execFileSync('ssh-add', ['-q', copy], { env });
  return socket;
}
