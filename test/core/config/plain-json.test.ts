import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parsePlainJson } from '../../../src/core/config/plain-json.ts';

describe('a config that is JSON', () => {
  it('is read as the YAML parser reads it, or left to that one', () => {
    const key = fc.constantFrom('a', 'b', '<<', '__proto__', 'with "quotes"', 'back\\slash', ': {');
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        tie('map'),
        tie('list'),
      ),
      map: fc.dictionary(key, tie('any'), { maxKeys: 4 }),
      list: fc.array(tie('any'), { maxLength: 4 }),
    }));
    fc.assert(
      fc.property(value.map, fc.constantFrom(0, 2), (map, indent) => {
        const text = JSON.stringify(map, null, indent);
        const read = parsePlainJson(text);
        if (read !== undefined) expect(read).toEqual(parse(text, { merge: true }));
        else expect(text).toContain('"<<"');
      }),
    );
  });

  it.each([
    ['a key twice', '{"a": 1, "b": {"c": 2, "c": 3}}'],
    ['a key twice in other letters', '{"a": 1, "\\u0061": 2}'],
    ['a comma too many', '{"a": 1,}'],
    ['YAML', 'a: 1'],
    ['flow YAML', '{a: 1}'],
    ['a list', '[1]'],
    ['nothing', ''],
  ])('%s is left to the parser that knows the place', (_what, text) => {
    expect(parsePlainJson(text)).toBeUndefined();
  });

  it('may have keys and colons in its strings', () => {
    const config = { a: '"b": 1, "c":', 'd": ': [':', '"', '\\"', '\\'] };
    expect(parsePlainJson(JSON.stringify(config))).toEqual(config);
  });
});
