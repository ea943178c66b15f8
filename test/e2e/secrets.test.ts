import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import type { ServerChannel } from 'ssh2';
import { expect, it, onTestFinished } from 'vitest';
import { netheal as runTool } from '../cli/netheal.ts';
import { passwordIs, startSshServer } from '../plugins/ssh-healer/ssh-server.ts';
import { runNetheal } from './run-netheal.ts';

const PASSWORD = 'pw-canary-1';
const TOKEN = 'token-canary-2';
const ROUTES = [
  ...['/api/status', '/api/stats', '/api/devices', '/api/devices/a', '/api/heals', '/api/incidents'],
  ...[
    '/api/plugins',
    '/api/snapshot',
    '/metrics',
    '/api/plugins/history/heals',
    '/api/plugins/history/events',
  ],
];

function askSocket(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ socketPath, path }, (response) => resolve(textOf(response))).on('error', reject);
  });
}

/** Says the password back in every way in which a device may: in one piece, in two, coloured, with letters that do not show. */
function repeats(channel: ServerChannel): void {
  const half = PASSWORD.length / 2;
  channel.write(`you are ${PASSWORD}\n`);
  channel.write(`in two: ${PASSWORD.slice(0, half)}`);
  setTimeout(() => {
    channel.write(`${PASSWORD.slice(half)}\n`);
    channel.write(`coloured: ${[...PASSWORD].map((letter) => `\u001b[31m${letter}`).join('')}\u001b[0m\n`);
    channel.write(`hidden: ${[...PASSWORD].join('\u200b')}\n`);
    channel.stderr.write(`sudo: ${PASSWORD}: wrong\n`);
    channel.exit(1);
    channel.end();
  }, 100);
}

it('no secret is in any event, file, answer or log, however often devices and commands repeat it', async () => {
  const ssh = await startSshServer({ auth: passwordIs(PASSWORD), exec: (open) => repeats(open()) });
  onTestFinished(() => ssh.close());
  const http = createServer(({ headers }, response) => {
    response.writeHead(500, `no ${headers.authorization}`).end(`you said ${headers.authorization}`);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void http.close());
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
  const sealed = { file: './token' };
  const complains = { type: 'exec', command: ['/bin/sh', '-c', 'echo "401 for $TOKEN"; exit 2'] };
  const probes = [{ ...complains, env: { TOKEN: sealed } }];
  const access = { username: 'op', agent: false, hostKey: 'accept-new', knownHosts: './known_hosts' };
  const netheal = await runNetheal(
    {
      monitoring: { interval: '5s', timeout: '5s', retryInterval: '100ms', witnesses: [] },
      healing: { settle: '0s', verifyWindow: '300ms', maxAttempts: 1, maxUnhealthy: '100%' },
      defaults: { icmp: false, probes },
      devices: [
        {
          id: 'a',
          ip: '127.0.0.1',
          group: 'a',
          ssh: { ...access, port: ssh.port, password: { file: './password' } },
          heal: [{ name: 'both', steps: [{ ssh: [{ run: 'restart', sudo: true, continueOnError: true }] }] }],
        },
        {
          id: 'b',
          ip: '127.0.0.2',
          group: 'b',
          heal: [{ name: 'call', steps: [{ http: url, headers: { authorization: sealed } }] }],
        },
      ],
      plugins: { dashboard: false },
    },
    { password: PASSWORD, token: TOKEN },
  );
  let complaints = '';
  netheal.child.stderr!.on('data', (chunk) => {
    complaints += chunk;
  });
  for (const id of ['a', 'b'])
    await netheal.waitFor(
      `the end of the heal of ${id}`,
      ({ type, device }) => type === 'needs-human' && device === id,
    );

  const socket = join(netheal.dir, 'state/netheal.sock');
  const answers = await Promise.all(
    ROUTES.map(async (route) => `${route} ${await askSocket(socket, route)}`),
  );
  const tools = [
    ['config'],
    ['heals'],
    ['heals', '1'],
    ['heals', '2'],
    ['status'],
    ['report'],
    ['doctor', 'a'],
  ];
  const said: string[] = [];
  for (const tool of tools) {
    const { stdout, stderr } = await runTool(netheal.dir, '-c', 'netheal.yaml', ...tool);
    said.push(`${tool.join(' ')}: ${stdout}${stderr}`);
  }
  // What shows that the secrets did come by.
  expect(said.join('\n')).toContain('you are <secret>');
  expect(said.join('\n')).toContain('you said <secret>');
  expect(JSON.stringify(netheal.events)).toContain('401 for <secret>');

  netheal.child.kill('SIGTERM');
  await new Promise((resolve) => netheal.child.once('exit', resolve));
  const files = readdirSync(netheal.dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name !== 'password' && name !== 'token')
    .filter((name) => statSync(join(netheal.dir, name)).isFile())
    .map((name) => `${name}: ${readFileSync(join(netheal.dir, name), 'latin1')}`);
  expect(files.join('\n')).toContain('history.db');
  const bare = (text: string) => text.replaceAll(/\\u001b\[\d+m|\\u200b|[\u001b\u200b]/g, '');
  for (const text of [...answers, ...said, ...files, JSON.stringify(netheal.events), complaints])
    expect(bare(text).includes('canary'), text.slice(0, 80)).toBe(false);
  await netheal.stop('SIGTERM');
});
