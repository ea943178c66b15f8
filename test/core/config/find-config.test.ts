import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findConfig, searchFolders } from '../../../src/core/config/find-config.ts';
import { errorOf, folderWith } from './folder.ts';

const YAML = 'devices: []\n';
const PACKAGE = JSON.stringify({ name: 'x', netheal: { devices: [] } });

/** A folder with `cwd`, `home` and `xdg` inside, and a search that sees nothing else. */
function place(files: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}) {
  const root = folderWith({ 'cwd/.keep': '', 'home/.keep': '', 'xdg/.keep': '', ...files });
  const base = { HOME: join(root, 'home'), XDG_CONFIG_HOME: join(root, 'xdg') };
  const find = (file?: string) =>
    findConfig({
      cwd: join(root, 'cwd'),
      env: { ...base, ...env },
      ...(file === undefined ? {} : { file }),
    });
  return { root, find };
}

describe('the search', () => {
  // In the order of the contract: each is found as long as none of those above it is there.
  const ORDER = [
    'cwd/.nethealrc',
    'cwd/.nethealrc.yaml',
    'cwd/.nethealrc.yml',
    'cwd/.nethealrc.json',
    'cwd/package.json',
    'cwd/.config/nethealrc',
    'cwd/.config/nethealrc.yaml',
    'cwd/.config/nethealrc.yml',
    'cwd/.config/nethealrc.json',
    'xdg/netheal/nethealrc',
    'xdg/netheal/nethealrc.yaml',
    'xdg/netheal/.nethealrc',
    'xdg/netheal/config.yaml',
    'xdg/netheal/config.json',
    'home/.nethealrc',
    'home/.nethealrc.json',
  ];

  test.each(ORDER.map((path, index) => [path, index] as const))(
    '%s comes before everything behind it',
    async (path, index) => {
      const files = ORDER.slice(index).map((at) => [at, at.endsWith('package.json') ? PACKAGE : YAML]);
      const { root, find } = place(Object.fromEntries(files));
      expect(await find()).toBe(join(root, path));
    },
  );

  test('/etc/netheal is the last place', () => {
    const folders = searchFolders({ cwd: '/here', env: { HOME: '/home/me' } });
    expect(folders.map(({ dir }) => dir)).toEqual([
      '/here',
      '/home/me/.config/netheal',
      '/home/me',
      '/etc/netheal',
    ]);
  });

  test('a config in a folder above the current one is not ours', async () => {
    const { root, find } = place({ '.nethealrc': YAML, '.config/nethealrc': YAML, 'package.json': PACKAGE });
    expect(existsSync(join(root, '.nethealrc'))).toBe(true);
    expect(await find()).toBeNull();
  });

  test('a package.json without the key "netheal" is passed over, and so is a broken one', async () => {
    for (const text of ['{"name":"x"}', '{"name":', '[]', '"x"', 'null']) {
      const { root, find } = place({ 'cwd/package.json': text, 'home/.nethealrc': YAML });
      expect(await find()).toBe(join(root, 'home/.nethealrc'));
    }
  });

  test('an empty config is found, so that it can be told and not be passed over', async () => {
    const { root, find } = place({ 'cwd/.nethealrc': '', 'home/.nethealrc': YAML });
    expect(await find()).toBe(join(root, 'cwd/.nethealrc'));
  });

  test('a broken config is found as well', async () => {
    const { root, find } = place({ 'cwd/.nethealrc.json': '{', 'home/.nethealrc': YAML });
    expect(await find()).toBe(join(root, 'cwd/.nethealrc.json'));
  });

  test('where nothing is, nothing is found', async () => {
    expect(await place({}).find()).toBeNull();
  });

  test.each(['', 'relative/folder'])(
    'XDG_CONFIG_HOME=%j never means a folder below the current one',
    async (xdg) => {
      const { root, find } = place(
        { 'cwd/netheal/config.yaml': YAML, 'cwd/relative/folder/netheal/config.yaml': YAML },
        { XDG_CONFIG_HOME: xdg },
      );
      const before = process.cwd();
      process.chdir(join(root, 'cwd'));
      try {
        expect(await find()).toBeNull();
      } finally {
        process.chdir(before);
      }
    },
  );

  test('the current folder stays what it was', async () => {
    const before = process.cwd();
    await place({ 'cwd/.nethealrc': YAML }).find();
    expect(process.cwd()).toBe(before);
  });

  test.skipIf(process.getuid?.() === 0)(
    'a config that may not be read is found, so that no other decides unnoticed (not as root, who may read all)',
    async () => {
      const { root, find } = place({ 'cwd/.nethealrc.yaml': YAML, 'home/.nethealrc': YAML });
      chmodSync(join(root, 'cwd/.nethealrc.yaml'), 0);
      expect(await find()).toBe(join(root, 'cwd/.nethealrc.yaml'));
    },
  );
});

describe('a file that a person named', () => {
  test('--config comes before everything, relative to the current folder', async () => {
    const { root, find } = place(
      { 'cwd/mine.yaml': YAML, 'cwd/.nethealrc': YAML, 'other.yaml': YAML },
      { NETHEAL_CONFIG: '../other.yaml' },
    );
    expect(await find('mine.yaml')).toBe(join(root, 'cwd/mine.yaml'));
    expect(await find()).toBe(join(root, 'other.yaml'));
  });

  test('one that does not exist is told with who named it, and nothing else is taken', async () => {
    const { root, find } = place({ 'cwd/.nethealrc': YAML }, { NETHEAL_CONFIG: 'gone.yaml' });
    const byEnv = await errorOf(() => find());
    expect(byEnv.code).toBe('NH_CONFIG_NOT_FOUND');
    expect(byEnv.message).toBe(`${root}/cwd/gone.yaml: there is no such file (named by $NETHEAL_CONFIG)`);
    const byOption = await errorOf(() => find('nope.yaml'));
    expect(byOption.message).toBe(`${root}/cwd/nope.yaml: there is no such file (named by --config)`);
  });

  test('an empty $NETHEAL_CONFIG is as good as none', async () => {
    const { root, find } = place({ 'cwd/.nethealrc': YAML }, { NETHEAL_CONFIG: '' });
    expect(await find()).toBe(join(root, 'cwd/.nethealrc'));
  });
});

describe('a hostile folder', () => {
  test.each([
    ['.config/config.js', (mark: string) => `require('fs').writeFileSync(${JSON.stringify(mark)}, 'ran')`],
    ['.config/config.cjs', (mark: string) => `require('fs').writeFileSync(${JSON.stringify(mark)}, 'ran')`],
    [
      '.config/config.mjs',
      (mark: string) => `import fs from 'fs'; fs.writeFileSync(${JSON.stringify(mark)}, 'ran')`,
    ],
    ['nethealrc.js', (mark: string) => `require('fs').writeFileSync(${JSON.stringify(mark)}, 'ran')`],
    ['.nethealrc.js', (mark: string) => `require('fs').writeFileSync(${JSON.stringify(mark)}, 'ran')`],
    ['.nethealrc.ts', (mark: string) => `require('fs').writeFileSync(${JSON.stringify(mark)}, 'ran')`],
    ['netheal.config.js', (mark: string) => `require('fs').writeFileSync(${JSON.stringify(mark)}, 'ran')`],
    ['netheal.config.ts', (mark: string) => `require('fs').writeFileSync(${JSON.stringify(mark)}, 'ran')`],
  ])('does not get its %s run', async (path, code) => {
    const mark = join(folderWith({}), 'ran');
    const { root, find } = place({ [`cwd/${path}`]: code(mark), 'cwd/.nethealrc': YAML });
    const before = process.cwd();
    process.chdir(join(root, 'cwd'));
    try {
      expect(await find()).toBe(join(root, 'cwd/.nethealrc'));
    } finally {
      process.chdir(before);
    }
    expect(existsSync(mark)).toBe(false);
  });

  test('does not decide by .config/config.yaml what is searched', async () => {
    const evil = 'cosmiconfig:\n  searchPlaces: [evil.js]\n  mergeSearchPlaces: false\n';
    const { root, find } = place({ 'cwd/.config/config.yaml': evil, 'cwd/.nethealrc': YAML });
    mkdirSync(join(root, 'ran'));
    const before = process.cwd();
    process.chdir(join(root, 'cwd'));
    try {
      expect(await find()).toBe(join(root, 'cwd/.nethealrc'));
    } finally {
      process.chdir(before);
    }
  });

  test('cannot import another file by the "$import" of its package.json', async () => {
    const { root, find } = place({
      'cwd/package.json': JSON.stringify({ netheal: { $import: './evil.json', devices: [] } }),
    });
    expect(await find()).toBe(join(root, 'cwd/package.json'));
  });
});
