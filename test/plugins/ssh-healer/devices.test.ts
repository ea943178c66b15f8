import { Secret } from 'netheal/plugin';
import { describe, expect, test, vi } from 'vitest';
import { type Case, CORPUS } from './corpus.ts';
import { type DeviceServer, startDevice } from './device-server.ts';
import { expectAsWritten } from './expected.ts';
import type { FakeDevice } from './fake-device.ts';
import { randomly, whole } from './fake-session.ts';
import { accessTo, closing, runStep, sshHealer } from './harness.ts';

/** A case of the data files by the words of its title. */
function caseOf(title: string): Case {
  const found = CORPUS.find((one) => one.title === title);
  if (found === undefined) throw new Error(`there is no case "${title}"`);
  return found;
}

async function device(title: string, changes: Partial<Case> = {}): Promise<DeviceServer & { one: Case }> {
  const one = { ...caseOf(title), ...changes };
  return { ...(await closing(startDevice(one, whole))), one };
}

const cisco = (changes: Partial<Case> = {}) =>
  device('cisco-ios: commands run one after the other, paging off first', changes);

/** Key exchanges are dear: one conversation in five, unless NETHEAL_SPLITS asks for more of everything. */
const STRIDE = process.env.NETHEAL_SPLITS ? 1 : 5;
const AT_ONCE = 25;

describe('the conversations of the data files, through a real SSH server', () => {
  const chosen = CORPUS.filter((_, index) => index % STRIDE === 0);
  const parts = Array.from({ length: Math.ceil(chosen.length / AT_ONCE) }, (_, part) =>
    chosen.slice(part * AT_ONCE, (part + 1) * AT_ONCE),
  );
  test.each(parts.map((cases, part) => [part + 1, cases] as const))(
    'part %i',
    { timeout: 60_000 },
    async (part, cases) => {
      await Promise.all(
        cases.map(async (one, index) => {
          const server = await startDevice(one, randomly(part * 1_000 + index));
          const access = accessTo(server.port, { ...one.access, dialect: one.dialect });
          const { result, lines } = await runStep(one.step, access, { timeoutMs: 45_000 });
          // What frees the line is on its way when the step is over.
          await vi.waitFor(() => expect(server.connections.size).toBe(0), { timeout: 20_000 });
          await server.close();
          expectAsWritten(one, { result, lines, device: server.terminals[0] as FakeDevice });
          expect(server.terminals).toHaveLength(1);
        }),
      );
    },
  );
});

describe('a network device over SSH', () => {
  test('gets one login and one shell a step, and never a command by exec once it is recognised', async () => {
    const server = await cisco();
    const run = await runStep({ ssh: ['show clock', 'show clock'] }, accessTo(server.port));
    expect(run.result).toEqual({ ok: true });
    expect(server.terminals).toHaveLength(1);
    expect(server.tried).toEqual(['none', 'password']);
    expect(server.commands).toEqual([]);
  });

  test('RouterOS is logged in to with what turns colours and questions off', async () => {
    const server = await device('mikrotik-routeros: an interface is bounced');
    const run = await runStep({ ssh: '/interface print' }, accessTo(server.port));
    expect(run.result).toEqual({ ok: true });
    expect(server.names).toEqual(['admin+ct511w4098h', 'admin+ct511w4098h']);
    expect(run.lines).toContain('info: dialect mikrotik-routeros, by SSH-2.0-ROSSSH');
  });

  test.each([
    ['command: reload in 1', false],
    ['info: answered "no"', true],
  ])('a step cancelled at "%s" closes the connection at once and sends nothing more', async (at, acted) => {
    const server = await cisco();
    const cancel = new AbortController();
    const run = await runStep({ ssh: ['reload in 1', 'show clock'] }, accessTo(server.port), {
      signal: cancel.signal,
      onLine: (line) => line === at && cancel.abort(),
    });
    expect(run.result).toEqual({
      ok: false,
      acted,
      message: '`reload in 1`: cancelled; 1 more not run',
    });
    expect(run.tookMs).toBeLessThan(2_000);
    await vi.waitFor(() => expect(server.connections.size).toBe(0));
    expect(server.terminals[0]?.answers).toEqual(acted ? ['no'] : []);
  });

  test('a pager without an end meets the deadline, and 64 KB are kept', async () => {
    const page = `${'x'.repeat(100)}\n`.repeat(50);
    const { device: data } = caseOf('cisco-ios: a plain pager turns its pages');
    const commands = {
      ...data.commands,
      'show run': [{ pages: new Array(2_000).fill(page) as string[], pager: '--More--', erase: '\r\x1b[K' }],
    };
    const server = await cisco({ device: { ...data, commands } });
    let kept = 0;
    const run = await runStep({ ssh: [{ run: 'show run', timeout: '2500ms' }] }, accessTo(server.port), {
      onLine: (line) => {
        if (line.startsWith('output: ')) kept += line.length - 7;
      },
    });
    expect(run.result).toMatchObject({ ok: false, acted: true });
    expect(kept).toBeGreaterThan(50 * 1024);
    expect(kept).toBeLessThanOrEqual(66 * 1024);
    expect(run.lines.some((line) => /^info: \.\.\. \d+ more bytes of output were cut$/.test(line))).toBe(
      true,
    );
  });

  test.each([
    [{ run: 'show ?' }, 'holds what acts at once'],
    [{ run: 'show\tclock' }, 'one line without tabs'],
    [{ run: 'show clock\nreload' }, 'one line without tabs'],
    [{ run: 'description {{label}}' }, '{{label}} holds more than plain letters'],
    [{ run: 'reload', sudo: true }, 'sudo is for commands by exec'],
  ])('%j is not typed', async (command, reason) => {
    const server = await cisco();
    const run = await runStep({ ssh: [command] }, accessTo(server.port));
    expect(run.result).toMatchObject({ ok: false, acted: false, message: expect.stringContaining(reason) });
    expect(server.terminals).toEqual([]);
  });

  test('dialogues and configuration mode are not for commands by exec', async () => {
    const server = await cisco();
    const run = await runStep({ ssh: 'uptime', config: true }, accessTo(server.port, { dialect: 'linux' }));
    expect(run.result).toMatchObject({ ok: false, acted: false });
    expect(server.connections.size).toBe(0);
  });

  test('a dialect of the config itself is recognised and spoken', async () => {
    const own = new Map([
      [
        'acme-os',
        {
          like: 'cisco-ios',
          ident: ['^Acme_'],
          open: ['terminal length 0'],
          modes: { enable: { prompt: '<{host}>', ready: true } },
        },
      ],
    ]);
    const { device: data } = caseOf('cisco-ios: commands run one after the other, paging off first');
    const server = await cisco({ ident: 'Acme_1.0', device: { ...data, modes: { enable: '<{host}>' } } });
    const run = await runStep({ ssh: 'show clock' }, accessTo(server.port, { ownDialects: own }));
    expect(run.result).toEqual({ ok: true });
    expect(run.lines).toContain('info: dialect acme-os, by SSH-2.0-Acme_1.0');
    await vi.waitFor(() =>
      expect(server.terminals[0]?.commands).toEqual(['terminal length 0', 'show clock', 'exit']),
    );
  });
});

describe('doctor', () => {
  const diagnose = async (server: DeviceServer, changes: Parameters<typeof accessTo>[1] = {}) => {
    const found = await sshHealer().diagnose?.(accessTo(server.port, changes), AbortSignal.timeout(10_000));
    // Whatever it found out: nothing was typed.
    expect(server.terminals.map(({ received }) => received).join('')).toBe('');
    expect(server.commands).toEqual([]);
    return { ok: found?.ok, text: found?.lines.join('\n') ?? '' };
  };

  test('tells the dialect by the identification string, and the mode of the prompt', async () => {
    const found = await diagnose(await cisco());
    expect(found.ok).toBe(true);
    expect(found.text).toContain('dialect cisco-ios, by SSH-2.0-Cisco-1.25\n  prompt of "R1", mode enable');
  });

  test('tells what a heal would type to become privileged, and that it has no secret for it', async () => {
    const server = await device('cisco-ios: user mode becomes privileged with the named secret');
    expect((await diagnose(server, { enableSecret: new Secret('x') })).text).toMatch(
      /types `enable` to come to mode enable$/,
    );
    expect((await diagnose(server)).text).toContain('there is no ssh.enableSecret');
  });

  test('tells where a dialogue would stop', async () => {
    const found = await diagnose(
      await device('mikrotik-routeros: a new password is asked for and not given'),
    );
    expect(found.ok).toBe(false);
    expect(found.text).toContain(
      'a heal would stop at the login: unanswered-prompt: it asks "new password>"',
    );
  });

  test('tells a declared question from one that stops', async () => {
    const found = await diagnose(await device('mikrotik-routeros: the licence is declined with one key'));
    expect(found.ok).toBe(true);
    expect(found.text).toContain('at the login, which the dialect answers');
  });

  test('tells what the prompt behind a server of a common kind looks like', async () => {
    const found = await diagnose(await device('juniper-junos: the reboot dialogue'));
    expect(found.ok).toBe(true);
    expect(found.text).toContain(
      'its prompt "admin@mx1>" looks like juniper-junos: say which by ssh.dialect',
    );
  });
});
