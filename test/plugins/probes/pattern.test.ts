import { describe, expect, test } from 'vitest';
import { Pattern, pattern } from '../../../src/plugins/probes/pattern.ts';

describe('an expected text', () => {
  test.each([
    ['ok', 'all is ok', true],
    ['OK', 'all is ok', false],
    ['a.c', 'abc', false],
    ['/a.c/', 'abc', true],
    ['/OK$/i', 'all is ok', true],
    ['/^b/m', 'a\nb', true],
    ['/usr/bin', 'in /usr/bin', true],
    ['/', 'a/b', true],
  ])('%s in %j: %s', (wanted, text, found) => {
    expect(new Pattern(wanted).isIn(text)).toBe(found);
  });

  test('a search without end is ended, and the next one works', () => {
    const began = performance.now();
    expect(new Pattern('/^(a+)+$/').isIn(`${'a'.repeat(60)}!`)).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(new Pattern('/a/').isIn('a')).toBe(true);
  });

  test('a regular expression that is none is refused when the config is read', () => {
    const { error } = pattern.safeParse('/(/');
    expect(error?.issues[0]?.message).toContain('is no regular expression');
  });
});
