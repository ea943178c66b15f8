import { createHmac } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SshAccess } from 'netheal/plugin';
import ssh2 from 'ssh2';
import { describe, expect, test } from 'vitest';
import {
  entriesFor,
  fingerprintOf,
  judge,
  knownHostName,
  parseKnownHosts,
} from '../../../src/plugins/ssh-healer/known-hosts.ts';
import { accessTo, closing, pinOf, runStep, sshHealer, temporaryFolder } from './harness.ts';
import { ed25519Pair, hostKey, startSshServer } from './ssh-server.ts';

const other = ed25519Pair();
const line = (pair: { public: string }) => pair.public.trim();
const blob = (pair: { public: string }) => Buffer.from(pair.public.split(' ')[1] ?? '', 'base64');

function verdict(text: string, host: string, port = 22) {
  return judge(entriesFor(parseKnownHosts(text, 'known_hosts'), knownHostName(host, port)), blob(hostKey))
    .state;
}

function hashed(name: string): string {
  const salt = Buffer.from('0123456789abcdefghij');
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

describe('known_hosts', () => {
  test.each([
    ['a plain name', 'web.example', 'web.example', 22, 'known'],
    ['a name in capitals', 'WEB.example', 'web.EXAMPLE', 22, 'known'],
    ['one name of several', 'a,web.example,b', 'web.example', 22, 'known'],
    ['another name', 'web.example', 'db.example', 22, 'unknown'],
    ['a name with a port', '[web.example]:2222', 'web.example', 2222, 'known'],
    ['a plain name when the port differs', 'web.example', 'web.example', 2222, 'unknown'],
    ['an IPv6 address with a port', '[fe80::1]:2222', 'fe80::1', 2222, 'known'],
    ['a wildcard', '*.example', 'web.example', 22, 'known'],
    ['a single-character wildcard', 'web?.example', 'web1.example', 22, 'known'],
    ['a wildcard that is too short', 'web?.example', 'web12.example', 22, 'unknown'],
    ['a wildcard with a negation', '*.example,!web.example', 'web.example', 22, 'unknown'],
    ['a negation that does not apply', '*.example,!web.example', 'db.example', 22, 'known'],
    ['a hashed name', hashed('web.example'), 'web.example', 22, 'known'],
    ['a hashed name with a port', hashed('[web.example]:2222'), 'web.example', 2222, 'known'],
    ['the hash of another name', hashed('db.example'), 'web.example', 22, 'unknown'],
  ])('reads %s', (_what, patterns, host, port, state) => {
    expect(verdict(`${patterns} ${line(hostKey)} a comment\n`, host, port)).toBe(state);
  });

  test('tells a changed key from an unknown one and a revoked one from both', () => {
    expect(verdict(`web ${line(other)}\n`, 'web')).toBe('changed');
    expect(verdict(`web ${line(other)}\nweb ${line(hostKey)}\n`, 'web')).toBe('known');
    expect(verdict(`web ${line(hostKey)}\n@revoked * ${line(hostKey)}\n`, 'web')).toBe('revoked');
    expect(verdict(`@revoked * ${line(other)}\n`, 'web')).toBe('unknown');
    expect(verdict(`@cert-authority * ${line(hostKey)}\n`, 'web')).toBe('unknown');
  });

  test('takes a key of a type that was never seen for a changed one, not for a new one', () => {
    const rsa = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 });
    expect(verdict(`web ${line(rsa)}\n`, 'web')).toBe('changed');
  });

  test('passes over comments, empty lines and lines that make no sense', () => {
    const text = `# comment\n\nweb\nweb ssh-ed25519 AAAA\n@what web ${line(hostKey)}\r\nweb ${line(hostKey)}\r\n`;
    const entries = parseKnownHosts(text, '/etc/known');
    expect(entries.map((entry) => entry.place)).toEqual(['/etc/known:6']);
  });

  test('a pattern of many stars takes no time', () => {
    expect(verdict(`${'*a'.repeat(60)}b ${line(hostKey)}`, 'a'.repeat(250))).toBe('unknown');
  });
});

describe('the host key of a login', () => {
  const message = (run: Awaited<ReturnType<typeof runStep>>) =>
    'message' in run.result ? run.result.message : '';
  const got = pinOf(hostKey.private);

  async function loginWith(knownHosts: string | null, changes: Partial<SshAccess>) {
    const server = await closing(startSshServer());
    const file = join(temporaryFolder(), 'deep', 'known_hosts');
    const name = `[127.0.0.1]:${server.port}`;
    if (knownHosts !== null) {
      mkdirSync(join(file, '..'));
      writeFileSync(file, knownHosts.replaceAll('HOST', name));
    }
    const access = accessTo(server.port, { knownHosts: [file], hostKey: 'strict', ...changes });
    return { run: await runStep({ ssh: 'true' }, access), server, file, name, access };
  }

  test('strict accepts what is known', async () => {
    const { run } = await loginWith(`HOST ${line(hostKey)}\n`, {});
    expect(run.result).toEqual({ ok: true });
  });

  test('strict refuses the unknown with its fingerprint and the mend, before any login', async () => {
    const { run, server, file } = await loginWith('', {});
    expect(run.result).toMatchObject({ ok: false, acted: false });
    expect(message(run)).toContain(`failed at host key: the host key is unknown: got ${got} (ssh-ed25519)`);
    expect(message(run)).toContain(`ssh-keyscan -p ${server.port} 127.0.0.1 >> ${file}`);
    expect(server.tried).toEqual([]);
  });

  test.each(['strict', 'accept-new'])(
    '%s refuses a changed key with both fingerprints and the place',
    async (policy) => {
      const { run, server, file, name } = await loginWith(`# first\nHOST ${line(other)}\n`, {
        hostKey: policy,
      });
      expect(run.result).toMatchObject({ ok: false, acted: false });
      expect(message(run)).toContain(
        `the host key has CHANGED: expected ${pinOf(other.private)} (ssh-ed25519, ${file}:2), got ${got} (ssh-ed25519)`,
      );
      expect(message(run)).toContain(`ssh-keygen -R '${name}' -f ${file}`);
      expect(server.tried).toEqual([]);
      expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(3);
    },
  );

  test('accept-new writes a new key down once, readable to its owner alone', async () => {
    const { run, file, name, access } = await loginWith(null, { hostKey: 'accept-new' });
    expect(run.result).toEqual({ ok: true });
    expect(run.lines).toContain(`info: new host key ${got} written to ${file}`);
    expect(readFileSync(file, 'utf8')).toBe(`${name} ssh-ed25519 ${blob(hostKey).toString('base64')}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const again = await Promise.all([1, 2, 3].map(() => runStep({ ssh: 'true' }, access)));
    expect(again.map((one) => one.result)).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
    expect((await runStep({ ssh: 'true' }, { ...access, hostKey: 'strict' })).result).toEqual({ ok: true });
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(2);
  });

  test('accept-new by several logins at once writes one line, after a last line without newline', async () => {
    const { file, access, name } = await loginWith(`other ${line(other)}`, { hostKey: 'strict' });
    await Promise.all([1, 2, 3].map(() => runStep({ ssh: 'true' }, { ...access, hostKey: 'accept-new' })));
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe(`other ${line(other)}`);
    expect(lines[1]?.startsWith(`${name} ssh-ed25519 `)).toBe(true);
  });

  test('accept-new without a file to write to logs in nowhere', async () => {
    const { run, server } = await loginWith('', { hostKey: 'accept-new', knownHosts: [] });
    expect(message(run)).toContain('accept-new needs a knownHosts file');
    expect(server.tried).toEqual([]);
    expect(run.result).toMatchObject({ acted: false });
  });

  test('a revoked key is refused whatever the policy', async () => {
    for (const hostKeyPolicy of ['strict', 'accept-new', got]) {
      const { run, file } = await loginWith(`HOST ${line(hostKey)}\n@revoked HOST ${line(hostKey)}\n`, {
        hostKey: hostKeyPolicy,
      });
      expect(message(run)).toContain(`the host key ${got} (ssh-ed25519) is marked @revoked in ${file}:2`);
    }
  });

  test('a certificate authority is told as unsupported', async () => {
    const { run, file } = await loginWith(`@cert-authority HOST ${line(other)}\n`, {});
    expect(message(run)).toContain(`${file}:1 names a certificate authority, which is not supported`);
  });

  test('a pinned fingerprint needs no file, and a wrong one is refused', async () => {
    expect((await loginWith(null, { hostKey: got, knownHosts: [] })).run.result).toEqual({ ok: true });
    const { run } = await loginWith(null, { hostKey: pinOf(other.private) });
    expect(message(run)).toContain(
      `the host key is not the pinned one: expected ${pinOf(other.private)} (hostKey in the config), got ${got}`,
    );
  });

  test('of a server with several keys the known one is asked for', async () => {
    const rsa = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 });
    const server = await closing(startSshServer({ hostKeys: [hostKey.private, rsa.private] }));
    const file = join(temporaryFolder(), 'known_hosts');
    writeFileSync(file, `[127.0.0.1]:${server.port} ${line(rsa)}\n`);
    const access = accessTo(server.port, { hostKey: 'strict', knownHosts: [file] });
    expect((await runStep({ ssh: 'true' }, access)).result).toEqual({ ok: true });
  });

  test('doctor tells each state and leaves no trace', async () => {
    const server = await closing(startSshServer());
    const file = join(temporaryFolder(), 'known_hosts');
    const access = accessTo(server.port, { hostKey: 'accept-new', knownHosts: [file] });
    const look = (ssh: SshAccess) => sshHealer().diagnose?.(ssh, AbortSignal.timeout(5_000));
    const fresh = await look(access);
    expect(fresh?.ok).toBe(true);
    expect(fresh?.lines.join('\n')).toContain(`host key ${got} (ssh-ed25519, new)`);
    expect(existsSync(file)).toBe(false);
    expect(await look({ ...access, hostKey: 'strict' })).toMatchObject({ ok: false });
    appendFileSync(file, `[127.0.0.1]:${server.port} ${line(hostKey)}\n`);
    const known = await look({ ...access, hostKey: 'strict' });
    expect(known?.lines.join('\n')).toContain(`known from ${file}:1`);
    expect(await look({ ...access, dialect: 'cisco-ios' })).toMatchObject({ ok: false });
    expect(server.commands).toEqual([]);
  });

  test('fingerprints read as ssh-keygen prints them', () => {
    expect(fingerprintOf(blob(hostKey))).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  });
});
