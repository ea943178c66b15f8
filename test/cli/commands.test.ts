import { readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folder, netheal, ONE_DEVICE } from './netheal.ts';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
/** The second is down: nothing listens on its port. */
const TWO_DEVICES = ONE_DEVICE.replace(
  'plugins:',
  '  - { id: shut, ip: 127.0.0.1, icmp: false, probes: [{ type: tcp, port: 1 }] }\nplugins:',
);

describe('check', () => {
  test('ends with 0 where all are up, and says how fast', async () => {
    const { code, stdout, stderr } = await netheal(folder(), 'check');
    expect(stdout).toMatch(/^● Home sweet home \(127\.0\.0\.1\) is up, \d+\.\d ms\n$/);
    expect([code, stderr]).toEqual([0, '']);
  });

  test('ends with 1 where one is not, and --quiet says only that', async () => {
    const { code, stdout } = await netheal(folder(TWO_DEVICES), 'check', '--quiet');
    expect(stdout).toMatch(/^✖ shut \(127\.0\.0\.1\) is down: tcp:1: /);
    expect(stdout.split('\n')).toHaveLength(2);
    expect(code).toBe(1);
  });

  test('looks only at the devices it is given', async () => {
    expect((await netheal(folder(TWO_DEVICES), 'check', 'home')).code).toBe(0);
  });

  test('--json prints one object a line', async () => {
    const { stdout } = await netheal(folder(TWO_DEVICES), 'check', '--json');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['home', 'ok'],
      ['shut', 'failed'],
    ]);
  });

  test.each(['check', 'doctor', 'heal'])(
    '%s of an unknown device ends with 2 and the nearest known one',
    async (command) => {
      const { code, stderr } = await netheal(folder(), command, 'hoem');
      expect(stderr).toBe('there is no device "hoem"\n  did you mean "home"?\n');
      expect(code).toBe(2);
    },
  );
});

describe('without a daemon', () => {
  test.each([
    ['status'],
    ['pause'],
    ['resume'],
    ['ack', 'home'],
    ['heals'],
    ['approve', 'x'],
    ['downtime', 'home', '2h'],
  ])('%s ends with 1 and says how to start one', async (...args) => {
    const cwd = folder();
    const { code, stdout, stderr } = await netheal(cwd, ...args);
    expect(stderr).toBe(
      `no netheal is running on ${cwd}/state\n  start one with \`netheal run\` or \`netheal-tui\`\n`,
    );
    expect([code, stdout]).toEqual([1, '']);
    expect(readdirSync(cwd)).toEqual(['.nethealrc']);
  });

  test('heal --dry-run without a strategy is refused with 3', async () => {
    const { code, stderr } = await netheal(folder(), 'heal', 'home', '--dry-run');
    expect(stderr).toMatch(/no strategy matches/);
    expect(code).toBe(3);
  });
});

describe('config', () => {
  test('prints the config resolved, with its file, secrets masked, and makes nothing', async () => {
    const secret = 'hunter2';
    const cwd = folder(
      ONE_DEVICE.replace('ip: 127.0.0.1', `ip: 127.0.0.1, ssh: { username: me, password: ${secret} }`),
    );
    const { code, stdout, stderr } = await netheal(cwd, 'config');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')[0]).toBe(`# ${cwd}/.nethealrc`);
    const shown = JSON.parse(stdout.slice(stdout.indexOf('{')));
    expect(shown.devices[0].ssh.password).toBe('<secret>');
    expect(stdout).not.toContain(secret);
    expect(readdirSync(cwd)).toEqual(['.nethealrc']);
  });

  test('--json is JSON and nothing else, --quiet is nothing', async () => {
    const cwd = folder();
    expect(JSON.parse((await netheal(cwd, 'config', '--json')).stdout).devices).toHaveLength(1);
    expect(await netheal(cwd, 'config', '--quiet')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('--schema needs no config', async () => {
    const { code, stdout } = await netheal(folder(null), 'config', '--schema');
    expect(JSON.parse(stdout).properties).toHaveProperty('devices');
    expect(code).toBe(0);
  });

  test('--convert of a config in the new shape is a mistake', async () => {
    const cwd = folder();
    const { code, stderr } = await netheal(cwd, 'config', '--convert');
    expect(stderr).toBe(`${cwd}/.nethealrc has the new shape already\n`);
    expect(code).toBe(2);
  });
});

test('plugins lists what each contributes', async () => {
  const { code, stdout } = await netheal(folder(), 'plugins');
  expect(stdout).toMatch(/^pinger +probes: icmp$/m);
  expect(stdout).toMatch(/^steps +healers: wait, local, http, wake-on-lan$/m);
  expect(code).toBe(0);
});

test.each([
  ['throws', "throw new Error('no luck');\n", 1, 'could not be loaded: no luck'],
  [
    'exports nothing',
    'export const a = 1;\n',
    2,
    'has no default export; end its file with `export default definePlugin({ ... })`',
  ],
  [
    'is from the future',
    "export default { name: 'pager', apiVersion: 2, apply() {} };\n",
    2,
    'asks for apiVersion 2; this netheal has 1',
  ],
])(
  'a plugin file that %s is told with its place in the config, and nothing is made',
  async (_what, text, exit, said) => {
    const cwd = folder(ONE_DEVICE.replace('{ dashboard: false }', '\n  dashboard: false\n  ./pager.ts: {}'));
    writeFileSync(join(cwd, 'pager.ts'), text);
    const { code, stdout, stderr } = await netheal(cwd, 'run');
    expect(stderr).toBe(`.nethealrc:7:3 plugins../pager.ts: plugin ${cwd}/pager.ts ${said}\n`);
    expect([code, stdout]).toEqual([exit, '']);
    expect(readdirSync(cwd).sort()).toEqual(['.nethealrc', 'pager.ts']);
  },
);

describe('doctor', () => {
  test('names the config and what works, each in a line', async () => {
    const cwd = folder();
    const { stdout } = await netheal(cwd, 'doctor', '--json');
    const findings = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(findings).toContainEqual(
      expect.objectContaining({ what: 'config', ok: true, said: `${cwd}/.nethealrc: 1 device(s)` }),
    );
    expect(findings).toContainEqual(
      expect.objectContaining({ what: 'home: probes', ok: true, said: 'answers' }),
    );
  });

  test('a login that no heal needs is no failure: defaults give access to every device', async () => {
    const config = (heal: string) =>
      [
        'stateDir: ./state',
        'monitoring: { interval: 1s, timeout: 500ms, witnesses: [] }',
        'defaults: { icmp: false, ssh: { username: op, password: x, port: 1, knownHosts: ./known_hosts } }',
        'devices:',
        `  - { id: pdu, ip: 127.0.0.1, probes: [{ type: exec, command: [/bin/true] }]${heal} }`,
        'plugins: { dashboard: false }',
        '',
      ].join('\n');
    const unneeded = await netheal(folder(config('')), 'doctor');
    expect(unneeded.stdout).toMatch(/^! pdu: login: .*connection refused.*; no heal logs in to it$/m);
    const needed = await netheal(folder(config(', heal: [reboot]')), 'doctor');
    expect(needed.stdout).toMatch(/^✖ pdu: login: .*connection refused/m);
    expect([unneeded.code, needed.code]).toEqual([0, 1]);
  });

  test('only looks at the state directory: made by root, it would be closed to the daemon', async () => {
    const cwd = folder();
    const { stdout } = await netheal(cwd, 'doctor');
    expect(stdout).toContain(`${cwd}/state: will be made at the first start`);
    expect(readdirSync(cwd)).toEqual(['.nethealrc']);
  });

  test('a state directory that cannot be made is told with its mend', async () => {
    const cwd = folder(ONE_DEVICE.replace('./state', './.nethealrc/state'));
    const { code, stdout } = await netheal(cwd, 'doctor', '--quiet');
    expect(stdout).toContain(`${cwd}/.nethealrc is not a folder`);
    expect(stdout).toContain('set stateDir to a folder');
    expect(code).toBe(1);
  });

  test('a bad config ends with 2 and the place of the mistake', async () => {
    const { code, stderr } = await netheal(folder('devices:\n  - ipp: 10.0.0.1\n'), 'doctor');
    expect(stderr).toContain('.nethealrc:2:5 devices.0.ipp: unknown key, did you mean "ip"?\n');
    expect(code).toBe(2);
  });

  test('without a config ends with 1 and its mend', async () => {
    const { code, stdout } = await netheal(folder(null), 'doctor');
    expect(stdout).toContain('netheal demo');
    expect(code).toBe(1);
  });
});

describe('no config', () => {
  test.each(['run', 'check', 'config', 'plugins', 'status'])(
    '%s ends with 2 and says where it looked and what to do',
    async (command) => {
      const cwd = folder(null);
      const { code, stdout, stderr } = await netheal(cwd, command);
      expect(stderr).toBe(
        `no config was found; looked for ${cwd}/.nethealrc, ${cwd}/.config/netheal/nethealrc, ${cwd}/.nethealrc, /etc/netheal/nethealrc and their kin\n` +
          '  `netheal init` writes one; or name one with --config FILE, or try `netheal demo`\n',
      );
      expect([code, stdout]).toEqual([2, '']);
      expect(readdirSync(cwd)).toEqual([]);
    },
  );

  test('a named one that is not there ends with 2', async () => {
    const cwd = folder();
    const { code, stderr } = await netheal(cwd, 'check', '-c', 'gone.yaml');
    expect(stderr).toBe(`${cwd}/gone.yaml: there is no such file (named by --config)\n`);
    expect(code).toBe(2);
  });

  test('an empty name is a mistake and no wish for a search', async () => {
    const { code, stderr } = await netheal(folder(), 'check', '-c', '');
    expect(stderr).toBe('--config names no file: it is empty\n');
    expect(code).toBe(2);
  });
});

describe('the command line itself', () => {
  test.each([['--help'], ['run', '--help'], ['help', 'run']])(
    '%s ends with 0 and prints to stdout',
    async (...args) => {
      const { code, stdout, stderr } = await netheal(folder(null), ...args);
      expect(stdout).toMatch(/^Usage: netheal/);
      expect([code, stderr]).toEqual([0, '']);
    },
  );

  test('--version is that of the package', async () => {
    expect(await netheal(folder(null), '--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('options of all commands may stand before the command', async () => {
    const cwd = folder();
    expect((await netheal(cwd, '-c', '.nethealrc', '--json', 'check')).stdout).toMatch(/^\{"id":"home"/);
  });

  test.each([
    [['chekc'], "error: unknown command 'chekc'\n(Did you mean check?)\n"],
    [['run', '--no-hael'], "error: unknown option '--no-hael'\n(Did you mean --no-heal?)\n"],
    [['heal'], "error: missing required argument 'device'\n"],
    [['run', 'extra'], "error: too many arguments for 'run'. Expected 0 arguments but got 1: extra.\n"],
    [['check', '--config'], "error: option '-c, --config <file>' argument missing\n"],
    [
      ['status', '--log-level', 'loud'],
      "error: option '--log-level <level>' argument 'loud' is invalid. Allowed choices are debug, info, warn, error.\n",
    ],
  ])('%j ends with 2 and one clear message', async (args, message) => {
    const { code, stdout, stderr } = await netheal(folder(), ...args);
    const of = ['run', 'heal'].includes(args[0]!) ? ` ${args[0]}` : '';
    expect(stderr).toBe(`${message}(see netheal${of} --help)\n`);
    expect([code, stdout]).toEqual([2, '']);
  });

  test('a length that is none ends with 2', async () => {
    const { code, stderr } = await netheal(folder(), 'downtime', 'home', 'soon');
    expect(stderr).toMatch(/^"soon" is no duration; write it like /);
    expect(code).toBe(2);
  });
});
