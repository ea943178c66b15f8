import { expect, test } from 'vitest';
import { FpingEngine } from '../../../src/plugins/pinger/fping-engine.ts';
import { describeWith, pingOf } from './fixtures.ts';

const addressOf = (i: number) => `127.1.${i >> 7}.${1 + (i & 127)}`;

describeWith(['fping'], 'a fleet in one burst', () => {
  test('all of 20,000 are answered, by few children', async () => {
    let children = 0;
    const engine = new FpingEngine({
      intervalMs: 0.1,
      onFault: (fault) => {
        expect(fault).toBeUndefined();
        children++;
      },
    });
    const results = await Promise.all(
      Array.from({ length: 20_000 }, (_, i) => engine.ping(pingOf(addressOf(i), { timeoutMs: 8_000 }))),
    );
    // A busy machine may lose a reply in its own buffers; half a per cent would be a fault.
    expect(results.filter(({ ok }) => ok === true).length).toBeGreaterThanOrEqual(19_900);
    expect(children).toBeLessThanOrEqual(25);
    engine.stop();
  }, 60_000);

  test('what cannot be sent in time is unknown, and nothing is down', async () => {
    const engine = new FpingEngine({ intervalMs: 1 });
    const results = await Promise.all(
      Array.from({ length: 3_000 }, (_, i) => engine.ping(pingOf(addressOf(i), { timeoutMs: 1_000 }))),
    );
    const kinds = Object.groupBy(results, ({ ok }) => String(ok));
    expect(kinds.true!.length).toBeGreaterThan(100);
    expect(kinds.unknown!.length).toBeGreaterThan(1_000);
    expect(kinds.unknown![0]).toMatchObject({
      reason: 'local-error',
      message: expect.stringMatching(/more/),
    });
    expect(kinds.false ?? []).toEqual([]);
    engine.stop();
  });

  test('devices that come and go while children run lose no check', async () => {
    const engine = new FpingEngine({ intervalMs: 0.1 });
    const gone = new AbortController();
    const stays = [1, 2, 3].map((i) => engine.ping(pingOf(addressOf(i), { timeoutMs: 3_000 })));
    const leaves = [4, 5].map((i) =>
      engine.ping(pingOf(addressOf(i), { signal: gone.signal, timeoutMs: 3_000 })),
    );
    gone.abort();
    expect(await stays[0]).toMatchObject({ ok: true });
    const comes = [6, 7].map((i) => engine.ping(pingOf(addressOf(i), { timeoutMs: 3_000 })));
    for (const result of await Promise.all([...stays, ...comes])) expect(result).toMatchObject({ ok: true });
    for (const result of await Promise.all(leaves)) expect(result).toMatchObject({ reason: 'skipped' });
    engine.stop();
  });
});
