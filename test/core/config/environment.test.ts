// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the very syntax that is tested here
import { describe, expect, test } from 'vitest';
import { interpolate } from '../../../src/core/config/environment.ts';
import type { ConfigPath } from '../../../src/core/config/types.ts';

const ENV = { HOST: '10.0.0.1', EMPTY: '', DOLLAR: '${HOST}' };

function run(raw: unknown) {
  const failures: [ConfigPath, string][] = [];
  return { value: interpolate(raw, ENV, (...failure) => failures.push(failure)), failures };
}

describe('a reference to the environment', () => {
  test.each([
    ['${HOST}', '10.0.0.1'],
    ['http://${HOST}:80/${HOST}', 'http://10.0.0.1:80/10.0.0.1'],
    ['${NOPE:-fallback}', 'fallback'],
    ['${NOPE:-}', ''],
    ['${HOST:-fallback}', '10.0.0.1'],
    ['${EMPTY:-fallback}', 'fallback'],
    ['${EMPTY}', ''],
    ['${NOPE:-a:-b}', 'a:-b'],
    // Not ours: a shell's own variables, and the literal form.
    ['$HOST', '$HOST'],
    ['$(hostname)', '$(hostname)'],
    ['a $ b', 'a $ b'],
    ['$${HOST}', '${HOST}'],
    ['$$${HOST}', '$${HOST}'],
    ['{{ip}}', '{{ip}}'],
    // A value is not looked at again: what stands in the environment is data.
    ['${DOLLAR}', '${HOST}'],
  ])('%s becomes %s', (text, value) => {
    expect(run(text)).toEqual({ value, failures: [] });
  });

  test('that is unset is told by name, with its place', () => {
    const { failures } = run({ devices: [{ ip: '${HOST}' }, { ip: '${NOPE}' }] });
    expect(failures).toEqual([
      [['devices', 1, 'ip'], 'the environment variable NOPE is not set; set it, or write ${NOPE:-default}'],
    ]);
  });

  test.each(['${', '${}', '${1A}', '${HOST', '${a-b}', '${HOST?}'])(
    'that is malformed is told: %s',
    (text) => {
      const [failure] = run({ a: text }).failures;
      expect(failure).toEqual([
        ['a'],
        '"${" begins a reference to the environment: write ${NAME}, ${NAME:-default}, or $${ for the characters',
      ]);
    },
  );

  test('is looked for in every string and nowhere else', () => {
    const raw = { '${HOST}': { list: ['${HOST}', 1, true, null, ['${HOST}']] } };
    expect(run(raw).value).toEqual({ '${HOST}': { list: ['10.0.0.1', 1, true, null, ['10.0.0.1']] } });
  });
});

test('a key "__proto__" stays a key and changes no object', () => {
  const { value } = run(JSON.parse('{"__proto__": {"polluted": "${HOST}"}}'));
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(Object.keys(value as object)).toEqual(['__proto__']);
  expect(({} as { polluted?: string }).polluted).toBeUndefined();
});
