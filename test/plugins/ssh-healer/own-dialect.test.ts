import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Dialect, dialectSchema, Secret } from 'netheal/plugin';
import { describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { BUILT_IN_DIALECTS } from '../../../src/plugins/ssh-healer/built-in-dialects.ts';
import { dialectNamed } from '../../../src/plugins/ssh-healer/compiled-dialect.ts';
import { startDevice } from './device-server.ts';
import type { DeviceData } from './fake-device.ts';
import { randomly } from './fake-session.ts';
import { accessTo, closing, runStep } from './harness.ts';

const DOCS = readFileSync(fileURLToPath(new URL('../../../docs/dialects.md', import.meta.url)), 'utf8');

/** The switch that docs/dialects.md tells of. */
const ACME: DeviceData = {
  hostname: 'sw7',
  mode: 'user',
  modes: { user: '<{host}>', system: '[{host}]', port: '[{host}-port1/1]' },
  unknown: ['Error: no such command\n'],
  commands: {
    super: [{ ask: 'Password:', hidden: true, answers: { 'acme-canary': [{ mode: 'system' }] } }],
    'screen-length disable': [],
    'port 1/1': [{ mode: 'port' }],
    shutdown: ['%01PORT/4/DOWN: port 1/1 went down\n'],
    'undo shutdown': [{ pages: ['one\n', 'two\n'], pager: '---- More ----', erase: '\r              \r' }],
    reboot: [
      { ask: 'Save the configuration? [Y/N]:', answers: { N: [] } },
      { ask: 'Reboot now? [Y/N]:', answers: { Y: [{ drop: true }] } },
    ],
  },
};

describe('the worked example of docs/dialects.md', () => {
  const yaml = /## A dialect of your own[\s\S]*?```yaml\n([\s\S]*?)```/.exec(DOCS)?.[1] ?? '';
  const acme = dialectSchema.parse(parse(yaml).dialects.acme);

  test('leads the device it tells of', async () => {
    const server = await closing(startDevice({ device: ACME, ident: 'Acme-1.0' }, randomly(7)));
    const access = accessTo(server.port, {
      ownDialects: new Map([['acme', acme]]),
      enableSecret: new Secret('acme-canary'),
    });
    const { result, lines } = await runStep(
      { ssh: ['port 1/1', 'shutdown', 'undo shutdown', 'reboot'] },
      access,
    );
    expect(result, lines.join('\n')).toEqual({ ok: true });
    expect(server.terminals[0]?.answers).toEqual(['acme-canary', ' ', 'N', 'Y']);
    expect(lines.join('\n')).not.toContain('canary');
    await vi.waitFor(() => expect(server.connections.size).toBe(0));
  });
});

describe('the data of dialects', () => {
  test.each(Object.entries(BUILT_IN_DIALECTS))(
    '%s passes the schema that own dialects pass',
    (_name, dialect) => {
      expect(dialectSchema.parse(dialect)).toEqual(dialect);
    },
  );

  test('every key is explained in the docs', () => {
    const explained = DOCS.slice(DOCS.indexOf('## The keys'));
    for (const key of Object.keys(dialectSchema.shape))
      expect(explained).toMatch(new RegExp(`\`${key}[.\`]`));
  });

  test('what a dialect is like is added to what it says itself', () => {
    const own: Dialect = { like: 'cisco-ios', errors: ['^Oops'], open: ['no page'], title: 'Mine' };
    const mine = dialectNamed('mine', new Map([['mine', own]]));
    const ios = dialectNamed('cisco-ios', undefined);
    expect(mine).toMatchObject({ name: 'mine', title: 'Mine', open: ['no page'], ident: [], close: 'exit' });
    expect(mine?.errors).toEqual([/^Oops/i, ...(ios?.errors ?? [])]);
    expect(mine?.modes.map(({ name }) => name)).toEqual(['exec', 'enable', 'config']);
  });
});
