import { describe, expect, test } from 'vitest';
import { NameResolver, type ResolvedAddress } from '../../../src/core/net/name-resolver.ts';

const GOOD: readonly ResolvedAddress[] = [{ address: '10.0.0.1', family: 4 }];
const coded = (code: string) => Object.assign(new Error(code), { code });

function resolverWith(lookup: (name: string) => Promise<readonly ResolvedAddress[]>) {
  const clock = { nowMs: 0 };
  return { resolver: new NameResolver({ lookup, monoMs: () => clock.nowMs }), clock };
}

describe('a name', () => {
  test('is looked up once for many checks at once, and not again while fresh', async () => {
    let lookups = 0;
    const { resolver } = resolverWith(async () => {
      lookups++;
      return GOOD;
    });
    await Promise.all([resolver.resolve('a.example', 100), resolver.resolve('a.example', 100)]);
    expect(await resolver.resolve('a.example', 100)).toEqual({ ok: true, address: '10.0.0.1', family: 4 });
    expect(lookups).toBe(1);
  });

  test.each(['ENOTFOUND', 'EAI_AGAIN'])(
    'keeps its last good address when the resolver says %s',
    async (code) => {
      let answer = async () => GOOD;
      const { resolver, clock } = resolverWith(() => answer());
      await resolver.resolve('a.example', 100);
      answer = () => Promise.reject(coded(code));
      clock.nowMs = 60_000;
      expect(await resolver.resolve('a.example', 100)).toMatchObject({ ok: true, address: '10.0.0.1' });
      clock.nowMs = 120_000;
      expect(await resolver.resolve('a.example', 100)).toMatchObject({ ok: true, address: '10.0.0.1' });
    },
  );

  test('follows a new address at the check after the refresh', async () => {
    let answer = GOOD;
    const { resolver, clock } = resolverWith(async () => answer);
    await resolver.resolve('a.example', 100);
    answer = [{ address: '10.0.0.2', family: 4 }];
    clock.nowMs = 60_000;
    await resolver.resolve('a.example', 100);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await resolver.resolve('a.example', 100)).toMatchObject({ address: '10.0.0.2' });
  });

  test('that never was is a dns failure; a resolver that fails or hangs is our fault', async () => {
    const { resolver } = resolverWith((name) => {
      if (name === 'hangs.example') return new Promise(() => undefined);
      return Promise.reject(coded(name === 'none.example' ? 'ENOTFOUND' : 'EAI_AGAIN'));
    });
    expect(await resolver.resolve('none.example', 100)).toMatchObject({ ok: false, reason: 'dns' });
    expect(await resolver.resolve('again.example', 100)).toMatchObject({ ok: false, reason: 'local-error' });
    expect(await resolver.resolve('hangs.example', 20)).toMatchObject({ ok: false, reason: 'local-error' });
  });

  test('at most two lookups run at once', async () => {
    let running = 0;
    let most = 0;
    const { resolver } = resolverWith(async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return GOOD;
    });
    await Promise.all(Array.from({ length: 9 }, (_, i) => resolver.resolve(`n${i}.example`, 1_000)));
    expect(most).toBe(2);
  });

  test.each(['-f', 'a b', 'a\nb', '', 'a..b', '127.0.0.1\n-f', `${'a'.repeat(64)}.example`])(
    'that is none (%j) is never looked up',
    async (name) => {
      const { resolver } = resolverWith(() => Promise.reject(new Error('looked up')));
      expect(await resolver.resolve(name, 100)).toMatchObject({ ok: false, message: 'not a valid address' });
    },
  );
});
