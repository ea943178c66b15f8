import { chmodSync, existsSync, mkdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseFile } from '../../../src/core/config/parse-file.ts';
import { errorOf, folderWith } from './folder.ts';

async function parse(text: string | Uint8Array, name = 'c.yaml') {
  const folder = folderWith({ [name]: text });
  return parseFile(join(folder, name), folder, false);
}

async function complaint(text: string | Uint8Array, name = 'c.yaml'): Promise<string> {
  const error = await errorOf(() => parse(text, name));
  expect(error.code).toBe('NH_CONFIG_INVALID');
  expect(error.message).not.toContain('\n');
  return error.message;
}

describe('what is read', () => {
  test('YAML and JSON give the same data', async () => {
    const data = { devices: [{ id: 'a', ip: '10.0.0.1' }] };
    expect((await parse('devices:\n  - id: a\n    ip: 10.0.0.1\n')).raw).toEqual(data);
    expect((await parse(JSON.stringify(data), 'c.json')).raw).toEqual(data);
    expect((await parse(JSON.stringify(data, null, '\t'), 'c.json')).raw).toEqual(data);
  });

  test('a file without an ending may be either', async () => {
    expect((await parse('a: 1\n', '.nethealrc')).raw).toEqual({ a: 1 });
    expect((await parse('{"a": 1}', '.nethealrc')).raw).toEqual({ a: 1 });
  });

  test('a byte-order mark and Windows line ends change nothing', async () => {
    const { raw, locate } = await parse('\uFEFFa: 1\r\nb:\r\n  c: 2\r\n');
    expect(raw).toEqual({ a: 1, b: { c: 2 } });
    expect(locate(['b', 'c'])).toBe('c.yaml:3:3');
    expect((await parse('\uFEFF{"a": 1}', 'c.json')).raw).toEqual({ a: 1 });
  });

  test('words that older YAML took for yes and no stay words, and so does an address', async () => {
    expect((await parse('a: no\nb: on\nip: 010.0.0.1\n')).raw).toEqual({ a: 'no', b: 'on', ip: '010.0.0.1' });
  });

  test('"<<" merges the map that an alias names', async () => {
    const { raw } = await parse('base: &b { x: 1, y: 1 }\nd:\n  <<: *b\n  y: 2\n');
    expect(raw).toEqual({ base: { x: 1, y: 1 }, d: { x: 1, y: 2 } });
  });

  test('a mistake in what an alias names is told where that stands', async () => {
    const { locate } = await parse('a: &a { b: 1 }\nc: [*a, { <<: *a, d: 2 }]\n');
    expect(locate(['c', 0, 'b'])).toBe('c.yaml:1:9');
    expect(locate(['c', 1, 'd'])).toBe('c.yaml:2:19');
  });

  test('a large fleet may share one alias', async () => {
    const devices = Array.from({ length: 5_000 }, (_, n) => `  - { id: d${n}, ssh: *ssh, password: *p }`);
    const { raw } = await parse(
      `ssh: &ssh { username: me, port: 22 }\np: &p word\ndevices:\n${devices.join('\n')}\n`,
    );
    expect((raw as { devices: unknown[] }).devices).toHaveLength(5_000);
  });

  test('of a package.json only the key "netheal" counts, and places are those of the whole file', async () => {
    const { raw, locate } = await parse(
      '{\n  "name": "x",\n  "netheal": {\n    "devices": []\n  }\n}\n',
      'package.json',
    );
    expect(raw).toEqual({ devices: [] });
    expect(locate(['devices'])).toBe('package.json:4:5');
  });
});

describe('the place of a value', () => {
  const TEXT = ['devices:', '  - id: a', '    ip: 10.0.0.1', '  - {id: b, ssh: {port: 22}}', '1: x', ''].join(
    '\n',
  );

  test.each([
    [[], '1:1'],
    [['devices'], '1:1'],
    [['devices', 0], '2:5'],
    [['devices', 0, 'ip'], '3:5'],
    [['devices', 1, 'ssh', 'port'], '4:19'],
    [[1], '5:1'],
    // What is not there is told at the nearest thing above it.
    [['devices', 0, 'label'], '2:5'],
    [['devices', 1, 'ssh', 'username', 'deeper'], '4:13'],
    [['devices', 7], '1:1'],
    [['nothing', 'here'], '1:1'],
  ])('%j is at %s', async (path, place) => {
    expect((await parse(TEXT)).locate(path)).toBe(`c.yaml:${place}`);
  });

  test('a file elsewhere is named by its whole path', async () => {
    const folder = folderWith({ 'c.yaml': 'a: 1\n' });
    const { locate } = await parseFile(join(folder, 'c.yaml'), '/somewhere/else', false);
    expect(locate(['a'])).toBe(`${folder}/c.yaml:1:1`);
  });
});

describe('what is told about a broken file, in one line with its place', () => {
  test.each([
    ['an empty file', '', '1:1: the file is empty'],
    ['a file of comments', '# nothing\n', '1:1: the file is empty'],
    ['a byte-order mark and nothing else', '\uFEFF', '1:1: the file is empty'],
    ['a list', '- id: a\n', '1:1: a config is a map of keys (devices, monitoring, ...), not a list'],
    ['a word', 'hello\n', '1:1: a config is a map of keys (devices, monitoring, ...), not a string'],
    ['a key twice', 'a: 1\nb:\n  c: 1\n  c: 2\n', '4:3: the key stands here a second time'],
    ['a tab', 'a:\n\tb: 1\n', '2:1: a tab cannot indent in YAML: use spaces'],
    ['two documents', 'a: 1\n---\nb: 1\n', '2:1: one config is one document; a second one begins here'],
    [
      'a second ":"',
      'a:\n  - b: Core: gateway\n',
      '2:8: a second ":" stands on this line: put the text in quotes',
    ],
    ['an open quote', 'a: "b\nc: 1\n', '3:1: a quote that was opened above is never closed'],
    ['an open brace', 'a: {b: 1\nc: 2\n', '2:1: a "{" that was opened above is not closed before here'],
    ['an open bracket', 'a: [1, 2\nc: 2\n', '2:1: a "[" that was opened above is not closed before here'],
    [
      'a word without a colon',
      'devices\nhealing: 1\n',
      '1:1: a ":" is missing behind this, or a "," before it',
    ],
    [
      'an uneven indentation',
      'a:\n  b: 1\n c: 2\n',
      '3:1: this line does not begin below the ones it belongs to: check the spaces before it',
    ],
    ['a reserved sign', 'a: @b\n', '1:4: no value may begin with this character: put it in quotes'],
    [
      'an alias of nothing',
      'a: 1\nb: *c\n',
      '2:4: a value that begins with "*" is a YAML alias, and nothing above has this name: put it in quotes',
    ],
    ['an alias inside itself', 'a: &a\n  b: *a\n', '2:6: an alias cannot stand inside of what it names'],
    ['a merge of no map', 'a:\n  <<: 5\n', '2:3: "<<" takes the alias of a map, or a list of them'],
    [
      'a tag',
      'a: !vault b\n',
      '1:4: a value that begins with "!" is a YAML tag, and this one is not known: put it in quotes',
    ],
    ['bottomless nesting', `a: ${'['.repeat(150)}${']'.repeat(150)}`, '1:104: the nesting is too deep'],
  ])('%s', async (_what, text, said) => {
    expect(await complaint(text)).toBe(`c.yaml:${said}`);
  });

  test('ten thousand brackets are too deep too, and do not end the process', async () => {
    expect(await complaint(`a: ${'['.repeat(10_000)}`)).toMatch(/^c\.yaml:1:\d+: the nesting is too deep$/);
  });

  test.each([
    ['a missing comma', '{\n  "a": 1\n  "b": 2\n}\n', "3:3: expected ',' or '}' after property value"],
    ['a missing end', '{\n  "a": {\n    "b": 1\n', '3:10: the file ends here, before its last "}" or "]"'],
    ['a missing colon', '{\n  "a" {"b": 1}\n}\n', "2:7: expected ':' after property name"],
    ['a wrong bracket', '{\n  "a": [1}\n}\n', "2:10: expected ',' or ']' after array element"],
    ['a key twice', '{\n  "a": 1,\n  "a": 2\n}\n', '3:3: the key stands here a second time'],
    ['null', 'null', '1:1: the file is empty'],
    ['a list', '[1]', '1:1: a config is a map of keys (devices, monitoring, ...), not a list'],
  ])('JSON with %s', async (_what, text, said) => {
    expect(await complaint(text, 'c.json')).toBe(`c.json:${said}`);
  });

  test('a package.json without the key, or with no map below it', async () => {
    expect(await complaint('{"name": "x"}', 'package.json')).toBe(
      'package.json:1:1: there is no config under the key "netheal"',
    );
    expect(await complaint('{\n  "netheal": "x"\n}', 'package.json')).toBe(
      'package.json:2:3: a config is a map of keys (devices, monitoring, ...), not a string',
    );
  });

  test('a file that its aliases blow up to billions of values', async () => {
    const levels = Array.from({ length: 12 }, (_, n) => {
      const below = n === 0 ? 'x' : `*l${n - 1}`;
      return `l${n}: &l${n} [${Array.from({ length: 10 }, () => below).join(', ')}]`;
    });
    expect(await complaint(levels.join('\n'))).toBe('c.yaml:7:9: its aliases ("*") make this grow too large');
  });

  test('bytes that are not UTF-8', async () => {
    expect(await complaint(Buffer.from('label: M\xfcnchen\n', 'latin1'))).toBe('c.yaml: is not UTF-8 text');
    expect(await complaint(Buffer.from('\uFEFFa: 1\n', 'utf16le'))).toBe('c.yaml: is not UTF-8 text');
  });

  test('a folder', async () => {
    const folder = folderWith({});
    mkdirSync(join(folder, 'c.yaml'));
    const error = await errorOf(() => parseFile(join(folder, 'c.yaml'), folder, false));
    expect(error.message).toBe('c.yaml: is a folder, not a file');
  });

  test('more than 64 MB, without reading it', async () => {
    const folder = folderWith({ 'c.yaml': '' });
    truncateSync(join(folder, 'c.yaml'), 64 * 1024 * 1024 + 1);
    const error = await errorOf(() => parseFile(join(folder, 'c.yaml'), folder, false));
    expect(error.message).toBe('c.yaml: is larger than 64 MB');
  });

  test.skipIf(process.getuid?.() === 0)(
    'a file that may not be read (not as root, who may read all)',
    async () => {
      const folder = folderWith({ 'c.yaml': 'a: 1\n' });
      chmodSync(join(folder, 'c.yaml'), 0);
      const error = await errorOf(() => parseFile(join(folder, 'c.yaml'), folder, false));
      expect(error.message).toBe('c.yaml: cannot be read (EACCES)');
    },
  );

  test('never the password beside the mistake', async () => {
    const canary = 'hunter2canary';
    for (const text of [
      `password: *${canary}\n`,
      `password: !${canary} x\n`,
      `password: @${canary}\n`,
      `password: "${canary}" ${canary}\n`,
      `password: "${canary}\n`,
      `password: ${canary}: ${canary}\n`,
      `password: [${canary}\nx: 1\n`,
      `password: &${canary} *${canary}\n`,
      `{"password": "${canary}" "x": 1}`,
      `{"a": 1, "password": "${canary}`,
      `{"a": "${canary}", ]}`,
      `%${canary}\n---\na: 1\n`,
      `a: |${canary}\n x\n`,
      `a: "\\x${canary}"\n`,
      `a: b\n${canary}\n`,
      `- a\n${canary}: b\n`,
      `a: 1 }${canary}\n] ${canary}\n`,
    ]) {
      expect(await complaint(text), text).not.toContain(canary);
    }
  });
});

describe('a config that is a program', () => {
  const CODE =
    "import { writeFileSync } from 'node:fs';\nwriteFileSync(new URL('./ran', import.meta.url), '');\n";

  test('is run when a person named it', async () => {
    const folder = folderWith({
      'netheal.config.ts': 'const ip: string = "10.0.0.1";\nexport default { devices: [{ ip }] };\n',
      'later.mjs': 'export default async () => ({ devices: [] });\n',
    });
    const { raw, locate } = await parseFile(join(folder, 'netheal.config.ts'), folder, true);
    expect(raw).toEqual({ devices: [{ ip: '10.0.0.1' }] });
    expect(locate(['devices', 0, 'ip'])).toBe('netheal.config.ts');
    expect((await parseFile(join(folder, 'later.mjs'), folder, true)).raw).toEqual({ devices: [] });
  });

  test('is not run when it was only found', async () => {
    const folder = folderWith({ 'netheal.config.ts': CODE });
    const error = await errorOf(() => parseFile(join(folder, 'netheal.config.ts'), folder, false));
    expect(error.message).toBe(
      'netheal.config.ts: a config that is a program is only run when named with --config',
    );
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  test('that throws or exports nothing is told so', async () => {
    const folder = folderWith({
      'throws.mjs': "throw new Error('no such luck');\n",
      'nothing.mjs': 'export const a = 1;\n',
    });
    expect((await errorOf(() => parseFile(join(folder, 'throws.mjs'), folder, true))).message).toBe(
      'throws.mjs: no such luck',
    );
    expect((await errorOf(() => parseFile(join(folder, 'nothing.mjs'), folder, true))).message).toBe(
      'nothing.mjs: has no default export that is a config',
    );
  });
});
