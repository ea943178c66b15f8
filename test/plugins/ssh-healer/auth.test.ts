import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Secret, type SshAccess } from 'netheal/plugin';
import ssh2, { type AuthContext } from 'ssh2';
import { describe, expect, test } from 'vitest';
import { testNeeding } from '../../needs.ts';
import { accessTo, closing, runStep, temporaryFolder } from './harness.ts';
import { startSshServer, startTcpServer } from './ssh-server.ts';

const testWithKeys = testNeeding('ssh-keygen', 'openssh-client');

/** Makes a key pair with ssh-keygen and returns the path of the private key. */
function keyFile(passphrase = '', type = 'ed25519'): string {
  const path = join(temporaryFolder(), 'id');
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'test', '-f', path]);
  return path;
}

/** A server that lists these methods and asks `accept` about each try. */
function listing(methods: string[], accept: (context: AuthContext) => boolean) {
  return startSshServer({
    auth: (context) => (accept(context) ? context.accept() : context.reject(methods as never)),
  });
}

const message = (run: Awaited<ReturnType<typeof runStep>>) =>
  'message' in run.result ? run.result.message : '';

describe('a login', () => {
  testWithKeys.each([
    ['ed25519', ''],
    ['rsa', ''],
    ['ecdsa', ''],
    ['ed25519', 'open sesame'],
  ])('offers the configured key (%s, passphrase "%s") before a password', async (type, passphrase) => {
    const server = await closing(
      listing(['password', 'publickey'], (context) => context.method === 'publickey'),
    );
    const access = accessTo(server.port, {
      privateKey: keyFile(passphrase, type),
      passphrase: passphrase ? new Secret(passphrase) : undefined,
    });
    expect((await runStep({ ssh: 'true' }, access)).result).toEqual({ ok: true });
    expect(server.tried[1]).toBe('publickey');
    expect(server.tried).not.toContain('password');
  });

  test('offers only what the server lists', async () => {
    const server = await closing(listing(['publickey'], () => false));
    const run = await runStep({ ssh: 'true' }, accessTo(server.port));
    expect(run.result).toMatchObject({ ok: false, acted: false });
    expect(message(run)).toContain(
      'failed at login: admin was not let in: had nothing to offer; the server takes publickey',
    );
    expect(server.tried).toEqual(['none']);
  });

  test('sends a wrong password once and not again in another way', async () => {
    const server = await closing(listing(['password', 'keyboard-interactive'], () => false));
    const run = await runStep({ ssh: 'true' }, accessTo(server.port));
    expect(run.result).toMatchObject({ ok: false, acted: false });
    expect(server.tried).toEqual(['none', 'password']);
    expect(message(run)).toContain('tried password');
  });

  test('answers a keyboard-interactive question for the password', async () => {
    const server = await closing(
      startSshServer({
        auth: (context) => {
          if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive']);
          context.prompt([{ prompt: 'Password: ', echo: false }], ([answer]) =>
            answer === 'right' ? context.accept() : context.reject(),
          );
        },
      }),
    );
    expect((await runStep({ ssh: 'true' }, accessTo(server.port))).result).toEqual({ ok: true });
  });

  test('gives no password to a question for a one-time code', async () => {
    const answers: string[] = [];
    const server = await closing(
      startSshServer({
        auth: (context) => {
          if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive']);
          context.prompt([{ prompt: 'Verification code: ', echo: false }], (given) => answers.push(...given));
        },
      }),
    );
    const run = await runStep({ ssh: 'true' }, accessTo(server.port));
    expect(message(run)).toContain('the server asks "Verification code:", which only a person can answer');
    expect(run.result).toMatchObject({ acted: false });
    expect(answers).toEqual([]);
  });

  testWithKeys('goes through key and then password where the server wants both', async () => {
    const server = await closing(
      startSshServer({
        auth: (context) => {
          if (context.method === 'publickey' && !context.signature) context.accept();
          else if (context.method === 'publickey') context.reject(['password'], true);
          else if (context.method === 'password' && context.password === 'right') context.accept();
          else context.reject(['publickey']);
        },
      }),
    );
    const access = accessTo(server.port, { privateKey: keyFile() });
    expect((await runStep({ ssh: 'true' }, access)).result).toEqual({ ok: true });
    expect(server.tried.at(-1)).toBe('password');
  });

  testWithKeys('says what is wrong with a key that cannot be used, before anything is opened', async () => {
    const encrypted = keyFile('open sesame');
    const publicKey = join(temporaryFolder(), 'public');
    copyFileSync(`${encrypted}.pub`, publicKey);
    const tcp = await closing(startTcpServer(() => {}));
    const withKey = (privateKey: string, passphrase?: string) =>
      runStep(
        { ssh: 'true' },
        accessTo(tcp.port, {
          password: undefined,
          privateKey,
          passphrase: passphrase === undefined ? undefined : new Secret(passphrase),
        }),
      );
    expect(message(await withKey(encrypted))).toContain(
      `private key ${encrypted} is encrypted and no passphrase is given`,
    );
    expect(message(await withKey(encrypted, 'wrong'))).toContain(
      `the passphrase does not fit private key ${encrypted}`,
    );
    expect(message(await withKey('/nowhere/id'))).toContain('private key /nowhere/id cannot be read: ENOENT');
    expect(message(await withKey(publicKey))).toContain('is a public key; name the private one');
    expect((await withKey(encrypted)).result).toMatchObject({ ok: false, acted: false });
    expect(tcp.sockets.size).toBe(0);
  });

  test('an agent that never answers ends at the deadline and leaves no socket open', async () => {
    const server = await closing(listing(['publickey'], () => false));
    const { createServer } = await import('node:net');
    const path = join(temporaryFolder(), 'agent');
    let open = 0;
    const agent = createServer((socket) => {
      open++;
      socket
        .resume()
        .on('error', () => {})
        .on('close', () => open--);
    });
    await closing(
      new Promise<{ close(): unknown }>((resolve) =>
        agent.listen(path, () => resolve({ close: () => new Promise((done) => agent.close(done)) })),
      ),
    );
    const run = await runStep({ ssh: 'true' }, accessTo(server.port, { agent: path, connectTimeoutMs: 300 }));
    expect(message(run)).toContain('failed at login: the login was not finished within 300 ms');
    await expect.poll(() => open).toBe(0);
  });

  testWithKeys('no secret shows in a message, a transcript or an inspected object', async () => {
    const canary = 'canary-4711';
    const secrets: Partial<SshAccess> = {
      password: new Secret(canary),
      sudoPassword: new Secret(canary),
      enableSecret: new Secret(canary),
      passphrase: new Secret(canary),
      privateKey: keyFile('another'),
    };
    const good = await closing(listing(['password'], (context) => context.method === 'password'));
    const bad = await closing(listing(['password'], () => false));
    const runs = [
      await runStep({ ssh: 'true', sudo: true }, accessTo(good.port, secrets)),
      await runStep({ ssh: 'true' }, accessTo(bad.port, secrets)),
      await runStep({ ssh: 'true' }, accessTo(bad.port, { ...secrets, hostKey: 'strict' })),
    ];
    for (const run of runs) {
      expect(inspect([run.result, run.lines], { depth: 20 })).not.toContain(canary);
      expect(run.masked).toContain(canary);
    }
    expect(good.commands.join()).not.toContain(canary);
  });

  test('no secret shows in an inspected session', async () => {
    const { openRoute } = await import('../../../src/plugins/ssh-healer/jump.ts');
    const server = await closing(startSshServer());
    const route = await openRoute(accessTo(server.port), { signal: AbortSignal.timeout(5_000), pin: true });
    if ('stage' in route) throw new Error(route.message);
    expect(inspect(route, { depth: 20, showHidden: true })).not.toContain('right');
    route.close();
  });

  test('old algorithms are offered only with legacy: true, and with a warning', async () => {
    const rsa = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 });
    const old = () =>
      startSshServer({
        hostKeys: [rsa.private],
        algorithms: {
          kex: ['diffie-hellman-group14-sha1'],
          serverHostKey: ['ssh-rsa'],
          cipher: ['aes128-cbc'],
        },
      });
    const { pinOf } = await import('./harness.ts');
    const server = await closing(old());
    const access = accessTo(server.port, { hostKey: pinOf(rsa.private) });
    const refused = await runStep({ ssh: 'true' }, access);
    expect(message(refused)).toMatch(/failed at handshake: .*no matching.*legacy: true/);
    const allowed = await runStep({ ssh: 'true' }, { ...access, legacy: true });
    expect(allowed.result).toEqual({ ok: true });
    expect(allowed.lines[0]).toMatch(/^info: legacy: true allows/);
  });
});
