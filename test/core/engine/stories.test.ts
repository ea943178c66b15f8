import { describe, expect, it } from 'vitest';
import type { HealView } from '../../../src/core/api/types.ts';
import type { ProbeResult } from '../../../src/core/plugin.ts';
import { type World, world } from './world.ts';

const MINUTE = 60_000;

describe('a device that fails', () => {
  it('is noticed within three quick retries, healed once, verified, and its incident closes after the healthy period', async () => {
    const w = await world([{ id: 'a' }, { id: 'b' }]).start();
    await w.clock.advance(5_000);
    w.down.add('a');
    // Checked every 10 s, the first miss is at 10 s; two quick retries and the timeout of the last follow.
    await w.clock.advance(5_000 + 2 * 2_000 + 1_500);
    expect(w.device('a').reachability).toBe('down');
    expect(w.thresholds).toHaveLength(1);
    await w.clock.advance(15_000);
    expect(w.healed).toEqual(['a']);
    expect(w.outcomes).toMatchObject([{ outcome: 'healed' }]);
    expect(w.device('a')).toMatchObject({ reachability: 'up', healing: { phase: 'idle', attempts: 1 } });
    await w.clock.advance(2 * MINUTE);
    expect(w.told('incident-closed')).toHaveLength(1);
    expect(w.device('b').stats.onlineChecks).toBe(w.device('b').stats.totalChecks);
  });

  it('is healed at once even where the time for an answer is longer than the wait between checks', async () => {
    const w = await world([{ id: 'a' }], { monitoring: { timeout: '3s', retryInterval: '1s' } }).start();
    await w.clock.advance(12_000);
    w.down.add('a');
    await w.clock.advance(30_000);
    expect(w.told('heal-refused')).toEqual([]);
    expect(w.healed).toEqual(['a']);
  });

  it('that comes back before it is hard down alerts nobody', async () => {
    const w = await world([{ id: 'a' }]).start();
    await w.clock.advance(5_000);
    w.down.add('a');
    await w.clock.advance(8_000);
    w.down.delete('a');
    await w.clock.advance(MINUTE);
    expect(w.told('incident-opened')).toEqual([]);
    expect(w.told('status-change')).toHaveLength(1);
  });

  it('and is not helped gets its attempts with a wait between them, then one call for a person, and probing goes on', async () => {
    const w = await world([{ id: 'a' }]).start();
    w.heal = () => ({ ok: true });
    w.down.add('a');
    await w.clock.advance(10 * MINUTE);
    expect(w.healed).toEqual(['a', 'a']);
    expect(w.outcomes.map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
    expect(w.told('needs-human')).toHaveLength(1);
    expect(w.device('a').healing.phase).toBe('needs-human');
    const before = w.checks.length;
    await w.clock.advance(MINUTE);
    expect(w.checks.length).toBeGreaterThan(before + 4);

    w.down.delete('a');
    await w.clock.advance(3 * MINUTE);
    expect(w.told('incident-closed')).toHaveLength(1);
    expect(w.device('a').healing).toMatchObject({ phase: 'idle', attempts: 0 });
  });

  it('again before its healthy period is over continues the same incident and its count', async () => {
    const w = await world([{ id: 'a' }]).start();
    await w.clock.advance(5_000);
    w.down.add('a');
    await w.clock.advance(40_000);
    expect(w.healed).toHaveLength(1);
    w.down.add('a');
    await w.clock.advance(40_000);
    expect(w.healed).toHaveLength(2);
    w.down.add('a');
    await w.clock.advance(MINUTE);
    expect(w.healed).toHaveLength(2);
    expect(w.told('incident-opened')).toHaveLength(1);
    expect(w.told('needs-human')).toHaveLength(1);
  });

  it('and recovers by itself while its heal waits is left alone', async () => {
    const w = await world([{ id: 'a' }], {
      more: { downtimes: [{ devices: ['a'], from: '2026-11-01', to: '2026-12-01', reason: 'works' }] },
    }).start();
    w.down.add('a');
    await w.clock.advance(MINUTE);
    expect(w.told('heal-refused').join()).toContain('downtime');
    w.down.delete('a');
    await w.clock.advance(3 * MINUTE);
    expect(w.healed).toEqual([]);
    expect(w.told('incident-closed')).toHaveLength(1);
  });

  it('where nothing could be run spends no attempt, and a person is asked at once', async () => {
    const w = await world([{ id: 'a' }]).start();
    w.heal = () => ({ ok: false, acted: false, message: 'the host key has CHANGED' });
    w.down.add('a');
    await w.clock.advance(5 * MINUTE);
    expect(w.healed).toEqual(['a']);
    expect(w.outcomes).toMatchObject([{ outcome: 'refused' }]);
    expect(w.device('a').healing).toMatchObject({
      phase: 'needs-human',
      attempts: 0,
      reason: 'the host key has CHANGED',
    });
    expect(w.told('needs-human')).toHaveLength(1);
  });

  it('is healed by the strategy of its attempt', async () => {
    const heal = [
      { name: 'restart', when: { attempt: 1 }, steps: [{ wait: '1s' }] },
      { name: 'reboot', when: { attempt: 2 }, steps: [{ wait: '2s' }] },
    ];
    const w = await world([{ id: 'a', heal }]).start();
    w.heal = () => ({ ok: true });
    w.down.add('a');
    await w.clock.advance(5 * MINUTE);
    const names = w.told('heal-started').map((message) => /"(.+)"/.exec(message)![1]);
    expect(names).toEqual(['restart', 'reboot']);
  });
});

describe('the root of an outage', () => {
  const family = [{ id: 'sw' }, ...['c1', 'c2', 'c3', 'c4', 'c5'].map((id) => ({ id, parents: ['sw'] }))];

  it('is the switch: one incident, one heal, and no child is touched', async () => {
    const w = await world(family).start();
    await w.clock.advance(12_000);
    for (const { id } of family) w.down.add(id);
    w.heal = ({ target }, { down }) => {
      expect(target.id).toBe('sw');
      down.clear();
      return { ok: true };
    };
    await w.clock.advance(2 * MINUTE);
    expect(w.told('incident-opened')).toHaveLength(1);
    expect(w.healed).toEqual(['sw']);
    // Its children fail for its sake: they are no mass outage to wait for.
    expect(w.told('heal-refused')).toEqual([]);
    expect(
      w.events
        .filter(({ type, to }) => type === 'status-change' && to === 'unreachable')
        .map(({ device }) => device)
        .sort(),
    ).toEqual(['c1', 'c2', 'c3', 'c4', 'c5']);
    expect(family.every(({ id }) => w.device(id).reachability === 'up')).toBe(true);
  });

  it('is the switch also while it is being healed, comes back and goes again: a reboot', async () => {
    const w = await world(family, { healing: { settle: '2m' } }).start();
    await w.clock.advance(12_000);
    w.down.add('sw');
    for (const { id } of family) w.down.add(id);
    const healing = Promise.withResolvers<void>();
    w.heal = async () => {
      await healing.promise;
      return { ok: true };
    };
    await w.clock.advance(30_000);
    expect(w.healed).toEqual(['sw']);
    // It answers once more before it goes down for its reboot: its failures are expected and count for nothing.
    w.down.clear();
    await w.clock.advance(30_000);
    expect(w.device('sw').reachability).toBe('up');
    for (const { id } of family) w.down.add(id);
    healing.resolve();
    await w.clock.advance(MINUTE);
    expect(w.told('incident-opened')).toHaveLength(1);
    w.down.clear();
    await w.clock.advance(3 * MINUTE);
    expect(w.healed).toEqual(['sw']);
    expect(w.told('incident-opened')).toHaveLength(1);
  });

  it('is the child where its parent answers', async () => {
    const w = await world(family).start();
    await w.clock.advance(12_000);
    w.down.add('c3');
    await w.clock.advance(MINUTE);
    expect(w.healed).toEqual(['c3']);
  });
});

describe('our own side', () => {
  it('with all witnesses silent says nothing of anybody and heals nobody, and says so once', async () => {
    const w = await world([{ id: 'a' }, { id: 'b' }]).start();
    await w.clock.advance(12_000);
    w.cut = true;
    await w.clock.advance(3 * MINUTE);
    expect(w.told('self-offline')).toHaveLength(1);
    expect(w.told('incident-opened')).toEqual([]);
    w.cut = false;
    await w.clock.advance(MINUTE);
    expect(w.told('self-online')).toHaveLength(1);
    expect(w.device('a')).toMatchObject({ reachability: 'up', stats: { uptimePercent: 100 } });
  });

  it.each([0, 150, 300, 450, 600, 750, 900])(
    'that comes back in the middle of checks declares nobody down for what was sent before (%d ms later)',
    async (laterMs) => {
      const devices = Array.from({ length: 8 }, (_, i) => ({ id: `d${i}` }));
      const w = await world(devices, { monitoring: { interval: '1s', retryInterval: '400ms' } }).start();
      await w.clock.advance(5_000);
      w.cut = true;
      await w.clock.advance(20_000 + laterMs);
      expect(w.told('self-offline')).toHaveLength(1);
      w.cut = false;
      await w.clock.advance(MINUTE);
      expect(w.told('self-online')).toHaveLength(1);
      expect(w.told('incident-opened')).toEqual([]);
    },
  );

  it('takes back the failures from before its loss was noticed: one more after its return is the first', async () => {
    const w = await world([{ id: 'a' }, { id: 'b' }]).start();
    await w.clock.advance(5_000);
    w.cut = true;
    await w.clock.advance(20_000);
    expect(w.told('self-offline')).toHaveLength(1);
    w.down.add('a');
    w.cut = false;
    // Its first check that counts fails, and the next one is answered.
    const back = w.checks.length;
    while (w.checks.filter(({ id }, index) => index >= back && id === 'a').length < 2)
      await w.clock.advance(100);
    w.down.delete('a');
    await w.clock.advance(MINUTE);
    expect(w.told('incident-opened')).toEqual([]);
  });

  it('is asked for right before an attempt: nobody is touched in the seconds before its loss is noticed', async () => {
    const w = await world([{ id: 'a' }]).start();
    await w.clock.advance(5_000);
    await w.act({ type: 'pause', by: 'op' });
    w.down.add('a');
    await w.clock.advance(30_000);
    // The witnesses are asked every five seconds; the gate of the pause is asked again as often.
    await w.act({ type: 'resume', by: 'op' });
    const asked = w.checks.length;
    w.cut = true;
    await w.clock.advance(20_000);
    expect(w.checks.length).toBeGreaterThan(asked);
    expect(w.told('self-offline')).toHaveLength(1);
    expect(w.healed).toEqual([]);
    w.cut = false;
    await w.clock.advance(20_000);
    expect(w.healed).toEqual(['a']);
  });

  it('without witnesses is suspected when a whole fleet of four falls silent, and a fleet of three is healed', async () => {
    const four = await world([{ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' }], {
      monitoring: { witnesses: [] },
    }).start();
    await four.clock.advance(12_000);
    four.cut = true;
    await four.clock.advance(MINUTE);
    expect(four.told('self-offline')).toHaveLength(1);
    expect(four.told('incident-opened')).toEqual([]);

    const one = await world([{ id: 'a' }], { monitoring: { witnesses: [] } }).start();
    one.down.add('a');
    await one.clock.advance(MINUTE);
    expect(one.healed).toEqual(['a']);
  });

  it.each<[string, ProbeResult]>([
    ['an error of the service', { ok: false, reason: 'failed', message: 'status 500', rttMs: 3 }],
    ['a refused connection', { ok: false, reason: 'refused', message: 'connection refused' }],
    ['a bad certificate', { ok: false, reason: 'failed', message: 'expired', answered: true }],
  ])('without witnesses is not suspected where all that comes back is %s', async (_, answer) => {
    const ids = ['a', 'b', 'c', 'd'];
    const w = await world(
      ids.map((id) => ({ id })),
      { monitoring: { witnesses: [] } },
    ).start();
    await w.clock.advance(12_000);
    for (const id of ids) w.wrong.set(id, answer);
    await w.clock.advance(MINUTE);
    expect(w.told('self-offline')).toEqual([]);
    expect(w.told('incident-opened')).toHaveLength(4);
  });

  it('held up for three seconds declares nobody down', async () => {
    const w = await world([{ id: 'a' }, { id: 'b' }], {
      monitoring: { interval: '2s', retryInterval: '1s', failureThreshold: 1 },
    }).start();
    await w.clock.advance(5_000);
    w.down.add('a');
    await w.clock.advance(1_500);
    w.down.delete('a');
    w.clock.stall(3_000);
    await w.clock.advance(10_000);
    expect(w.told('incident-opened')).toEqual([]);
    expect(w.told('stalled')).toHaveLength(1);
  });

  it('a step of the wall clock changes nothing', async () => {
    const w = await world([{ id: 'a' }]).start();
    await w.clock.advance(5_000);
    w.clock.stepWall(86_400_000);
    await w.clock.advance(MINUTE);
    expect(w.told('incident-opened')).toEqual([]);
    expect(w.device('a').stats.uptimePercent).toBe(100);
  });
});

describe('gates', () => {
  it.each([24, -1])(
    'the cap of an hour lasts an hour, also where the clock is set by %i h',
    async (hours) => {
      const w = await world([{ id: 'a' }, { id: 'b' }], { healing: { maxPerHour: 1 } }).start();
      w.down.add('a');
      await w.clock.advance(MINUTE);
      expect(w.healed).toEqual(['a']);
      w.clock.stepWall(hours * 60 * MINUTE);
      w.down.add('b');
      await w.clock.advance(50 * MINUTE);
      expect(w.healed).toEqual(['a']);
      expect(w.events.findLast(({ type }) => type === 'heal-refused')).toMatchObject({ gate: 'hourly-cap' });
      await w.clock.advance(15 * MINUTE);
      expect(w.healed).toEqual(['a', 'b']);
    },
  );

  it.each([
    [
      'paused',
      (w: ReturnType<typeof world>) => w.act({ type: 'pause', by: 'op' }),
      (w: ReturnType<typeof world>) => w.act({ type: 'resume', by: 'op' }),
    ],
    [
      'paused',
      (w: ReturnType<typeof world>) => w.act({ type: 'pause', by: 'op', device: 'a' }),
      (w: ReturnType<typeof world>) => w.act({ type: 'resume', by: 'op', device: 'a' }),
    ],
    [
      'downtime',
      (w: ReturnType<typeof world>) =>
        w.act({ type: 'downtime', by: 'op', device: 'a', reason: 'works', durationMs: 2 * MINUTE }),
      (w: ReturnType<typeof world>) => w.clock.advance(2 * MINUTE),
    ],
  ])('%s holds the heal while it lasts and lets it go afterwards', async (gate, hold, release) => {
    const w = await world([{ id: 'a' }]).start();
    await w.clock.advance(5_000);
    await hold(w);
    w.down.add('a');
    await w.clock.advance(MINUTE);
    expect(w.events.filter(({ type }) => type === 'heal-refused').map((event) => event.gate)).toEqual([gate]);
    expect(w.healed).toEqual([]);
    await release(w);
    await w.clock.advance(20_000);
    expect(w.healed).toEqual(['a']);
  });

  it('an acknowledged device is not healed: a person is on it', async () => {
    const w = await world([{ id: 'a' }]).start();
    await w.act({ type: 'pause', by: 'op' });
    w.down.add('a');
    await w.clock.advance(MINUTE);
    await w.act({ type: 'ack', by: 'op', device: 'a', reason: 'mine' });
    await w.act({ type: 'resume', by: 'op' });
    await w.clock.advance(MINUTE);
    expect(w.healed).toEqual([]);
    await w.act({ type: 'unack', by: 'op', device: 'a' });
    await w.clock.advance(20_000);
    expect(w.healed).toEqual(['a']);
  });

  it('too many devices down at once stops all healing until a person resumes it', async () => {
    const devices = Array.from({ length: 10 }, (_, i) => ({ id: `d${i}` }));
    const w = await world(devices, { healing: { maxUnhealthy: '30%' } }).start();
    await w.clock.advance(12_000);
    for (const id of ['d0', 'd1', 'd2', 'd3', 'd4']) w.down.add(id);
    w.heal = () => ({ ok: true });
    await w.clock.advance(MINUTE);
    const touched = w.healed.length;
    expect(w.store.monitor.healingStopped).toContain('of 10 devices');
    for (const id of ['d1', 'd2', 'd3', 'd4']) w.down.delete(id);
    await w.clock.advance(5 * MINUTE);
    expect(w.healed).toHaveLength(touched);
    w.heal = ({ target }, { down }) => {
      down.delete(target.id);
      return { ok: true };
    };
    await w.act({ type: 'resume', by: 'op' });
    await w.clock.advance(MINUTE);
    expect(w.device('d0').reachability).toBe('up');
  });

  it('shows why a gate holds as it is now, and tells of it once', async () => {
    const w = await world([{ id: 'a' }, { id: 'b' }, { id: 'c' }], {
      healing: { maxUnhealthy: '30%' },
    }).start();
    await w.act({ type: 'downtime', by: 'op', device: 'a', reason: 'fans', durationMs: 5 * MINUTE });
    w.down.add('a');
    await w.clock.advance(MINUTE);
    await w.act({ type: 'end-downtime', by: 'op', device: 'a' });
    await w.act({ type: 'downtime', by: 'op', device: 'a', reason: 'roof', durationMs: 5 * MINUTE });
    await w.clock.advance(MINUTE);
    expect(w.device('a').healing.reason).toBe('downtime: in downtime: roof');
    expect(w.told('heal-refused')).toHaveLength(1);
  });

  it('never more heals at once than the limit, and never two in one group', async () => {
    const devices = Array.from({ length: 8 }, (_, i) => ({ id: `d${i}`, group: `g${i % 4}` }));
    const w = await world(devices, { healing: { maxConcurrent: 2 } }).start();
    await w.clock.advance(12_000);
    for (const { id } of devices) w.down.add(id);
    let peak = 0;
    w.heal = ({ target }, { down, engine, clock }) => {
      const groups = engine.gates.running.map(({ group }) => group);
      expect(new Set(groups).size).toBe(groups.length);
      peak = Math.max(peak, groups.length);
      return new Promise((resolve) => {
        clock.setTimer(() => {
          down.delete(target.id);
          resolve({ ok: true });
        }, 3_000);
      });
    };
    await w.clock.advance(10 * MINUTE);
    expect(peak).toBe(2);
    expect([...w.healed].sort()).toEqual(devices.map(({ id }) => id));
  });

  it('without any guardrails nothing is healed', async () => {
    const w = world([{ id: 'a' }]);
    await w.start();
    const silent = { beforeHeal: { isUsed: () => false, taps: [] } };
    const { Gates } = await import('../../../src/core/engine/gates.ts');
    expect(await new Gates(silent as never).ask({} as never)).toMatchObject({ gate: 'guardrails' });
  });
});

describe('a step that runs on another device', () => {
  const pair = [
    { id: 'ap', parents: [], heal: [{ name: 'bounce the port', steps: [{ wait: '1s', on: 'sw' }] }] },
    { id: 'sw', label: 'Switch' },
  ];

  it('is held while that device is in downtime, paused or acknowledged', async () => {
    const w = await world(pair).start();
    await w.act({ type: 'downtime', by: 'op', device: 'sw', reason: 'firmware', durationMs: 2 * MINUTE });
    w.down.add('ap');
    await w.clock.advance(MINUTE);
    expect(w.told('heal-refused')).toMatchObject([
      expect.stringContaining('Switch, on which a step would run'),
    ]);
    expect(w.healed).toEqual([]);
    w.heal = (_request, { down }) => {
      down.delete('ap');
      return { ok: true };
    };
    await w.clock.advance(2 * MINUTE);
    expect(w.healed).toEqual(['sw']);
  });

  it('is told with the place where its commands run', async () => {
    const w = await world(pair).start();
    w.down.add('ap');
    w.heal = ({ transcript }, { down }) => {
      transcript.write('command', 'poe off');
      down.delete('ap');
      return { ok: true };
    };
    await w.clock.advance(MINUTE);
    expect(w.told('heal-step')).toEqual(['ap: on Switch $ poe off']);
  });

  it('is held while that device is down, also where that was not known yet', async () => {
    const w = await world([pair[0]!, { ...pair[1], heal: [] }], { monitoring: { interval: '5m' } }).start();
    await w.clock.advance(5_000);
    w.down.add('sw');
    w.down.add('ap');
    void w.act({ type: 'ping', device: 'ap' });
    await w.clock.advance(30_000);
    expect(w.told('incident-opened')).toContainEqual(expect.stringContaining('ap is down'));
    await w.clock.advance(5 * MINUTE);
    expect(w.healed).toEqual([]);
    expect(w.told('heal-refused')).toContainEqual(
      expect.stringMatching(/\(unreachable\): Switch, on which a step would run: it (fails|is down)/),
    );
    w.down.delete('sw');
    w.heal = (_request, { down }) => {
      down.delete('ap');
      return { ok: true };
    };
    await w.clock.advance(5 * MINUTE);
    expect(w.healed).toEqual(['sw']);
  });
});

describe('a device without strategies', () => {
  it('is watched only: its outage is an incident and nobody is called to heal it', async () => {
    const w = await world([{ id: 'a', heal: [] }]).start();
    w.down.add('a');
    await w.clock.advance(5 * MINUTE);
    expect(w.told('incident-opened')).toHaveLength(1);
    expect(w.told('needs-human')).toEqual([]);
  });

  it('or none for this failure needs a person, but not while it is in downtime', async () => {
    const heal = [{ name: 'refused only', when: { failure: 'refused' }, steps: [{ wait: '1s' }] }];
    const w = await world([{ id: 'a', heal }]).start();
    await w.act({ type: 'downtime', by: 'op', device: 'a', reason: 'works', durationMs: MINUTE });
    w.down.add('a');
    await w.clock.advance(50_000);
    expect(w.told('needs-human')).toEqual([]);
    await w.clock.advance(MINUTE);
    expect(w.told('needs-human')).toMatchObject([expect.stringContaining('no strategy matches')]);
  });
});

describe('a reload of the config', () => {
  it('waits for an attempt that a restart has cut off: until its device has settled nothing is begun', async () => {
    const w = await world([{ id: 'a' }], { healing: { settle: '3m' } }).start();
    w.heal = () => new Promise(() => undefined);
    w.down.add('a');
    await w.clock.advance(30_000);
    const next = await w.crash().start();
    await next.clock.advance(5_000);
    const reloaded = next.engine.reload([...next.engine.fleet.all()], [], 'act');
    await next.clock.advance(MINUTE);
    expect(await reloaded).toContain('a heal is running');
    await next.clock.advance(MINUTE);
    expect(next.healed).toEqual([]);
  });

  it('lets nobody begin a heal of a device that is about to be replaced', async () => {
    const w = await world([{ id: 'a' }]).start();
    // The remedy is with its gates for three seconds.
    w.gate = () => new Promise((resolve) => void w.clock.setTimer(resolve, 3_000));
    w.down.add('a');
    while (w.told('incident-opened').length === 0) await w.clock.advance(100);
    const reloaded = w.engine.reload([...w.engine.fleet.all()], [], 'act');
    await w.clock.advance(1_500);
    const byHand = w.act({ type: 'heal', device: 'a', by: 'op', force: [] });
    await w.clock.advance(30_000);
    expect(await reloaded).toBeNull();
    expect(await byHand).toMatchObject({ ok: false, message: expect.stringContaining('being read again') });
    await w.clock.advance(MINUTE);
    expect(w.healed).toEqual(['a']);
  });
});

describe('turning healing down by a reload', () => {
  it('is obeyed at once', async () => {
    const w = await world([{ id: 'a' }]).start();
    await w.clock.advance(5_000);
    const devices = [...w.engine.fleet.all()];
    const reloaded = w.engine.reload(devices, [], 'observe');
    await w.clock.advance(2_000);
    expect(await reloaded).toBeNull();
    w.down.add('a');
    await w.clock.advance(MINUTE);
    expect(w.healed).toEqual([]);
    expect(w.told('heal-observed')).toContainEqual(expect.stringContaining('would have run "mend"'));
  });
});

describe('approval', () => {
  const asking = [
    {
      id: 'a',
      label: 'Core router',
      heal: [{ name: 'reboot', steps: [{ wait: '1s' }], approval: 'ask', risk: 'high' }],
    },
  ];
  const waiting = async () => {
    const w = await world(asking).start();
    w.down.add('a');
    await w.clock.advance(30_000);
    const heal = [...w.store.heals()].find(({ phase }) => phase === 'waiting-approval')!;
    expect(w.healed).toEqual([]);
    return { w, heal };
  };

  it('runs exactly the plan that was shown, by the person who approved it', async () => {
    const { w, heal } = await waiting();
    const say = (hash: string, typedLabel?: string) =>
      w.act({ type: 'approve', heal: heal.id, hash, by: 'op', ...(typedLabel && { typedLabel }) });
    expect(await say('other')).toMatchObject({ ok: false });
    expect(await say(heal.plan.hash)).toMatchObject({
      ok: false,
      message: expect.stringContaining('Core router'),
    });
    expect(await say(heal.plan.hash, 'Core router')).toMatchObject({ ok: true });
    await w.clock.advance(20_000);
    expect(w.healed).toEqual(['a']);
    expect(w.store.heal(heal.id)).toMatchObject({ outcome: 'healed', by: 'op' });
  });

  it('that is refused or not answered leaves it to a person', async () => {
    const { w, heal } = await waiting();
    await w.act({ type: 'reject', heal: heal.id, by: 'op' });
    await w.clock.advance(MINUTE);
    expect(w.healed).toEqual([]);
    expect(w.device('a').healing).toMatchObject({ phase: 'needs-human', reason: 'rejected by op' });

    const late = await waiting();
    await late.w.clock.advance(11 * MINUTE);
    expect(late.w.device('a').healing.reason).toContain('nobody approved it');
  });

  it('reads the gates again: a downtime that began meanwhile stops what was approved', async () => {
    const { w, heal } = await waiting();
    await w.act({ type: 'downtime', by: 'op', device: 'a', reason: 'works', durationMs: 10 * MINUTE });
    await w.act({
      type: 'approve',
      heal: heal.id,
      hash: heal.plan.hash,
      by: 'op',
      typedLabel: 'Core router',
    });
    await w.clock.advance(MINUTE);
    expect(w.healed).toEqual([]);
  });

  it('of an attempt that cannot be written down runs nothing, and the heal does not look as if it ran', async () => {
    const { w, heal } = await waiting();
    const append = w.journal.append.bind(w.journal);
    w.journal.append = (entry) => {
      if (entry.type === 'attempt') throw new Error('ENOSPC');
      append(entry);
    };
    await w.act({
      type: 'approve',
      heal: heal.id,
      hash: heal.plan.hash,
      by: 'op',
      typedLabel: 'Core router',
    });
    await w.clock.advance(2_500);
    expect(w.healed).toEqual([]);
    expect(w.store.heal(heal.id)).toMatchObject({
      phase: 'done',
      outcome: 'refused',
      reason: expect.stringContaining('ENOSPC'),
    });
  });

  it('of commands that a person has changed asks about those again when a gate held what was approved, after a restart too', async () => {
    const { w, heal } = await waiting();
    const steps = [['{"wait":"7s"}']];
    const edited = await w.act({ type: 'edit', heal: heal.id, hash: heal.plan.hash, by: 'ann', steps });
    const { plan } = edited as { plan: HealView['plan'] };
    await w.act({ type: 'pause', by: 'op' });
    const yes = { type: 'approve', hash: plan.hash, by: 'op', typedLabel: 'Core router' } as const;
    expect(await w.act({ ...yes, heal: heal.id })).toMatchObject({ ok: true });
    await w.clock.advance(MINUTE);
    await w.act({ type: 'resume', by: 'op' });
    await w.clock.advance(MINUTE);
    const asked = (of: World) => [...of.store.heals()].find(({ phase }) => phase === 'waiting-approval')!;
    expect(asked(w)).toMatchObject({ plan: { hash: plan.hash }, editedBy: 'ann' });
    expect(asked(w).id).not.toBe(heal.id);
    expect(await w.act({ type: 'dry-run', device: 'a', by: 'op' })).toMatchObject({
      plan: { hash: plan.hash },
    });

    const next = await w.crash().start();
    await next.clock.advance(MINUTE);
    expect(asked(next)).toMatchObject({ plan: { hash: plan.hash }, editedBy: 'ann' });
    // Nobody's yes to the commands of the config counts for these.
    expect(await next.act({ ...yes, heal: asked(next).id, hash: heal.plan.hash })).toMatchObject({
      ok: false,
    });
    const ran: unknown[] = [];
    next.heal = ({ spec }) => {
      ran.push(spec);
      next.down.clear();
      return { ok: true };
    };
    expect(await next.act({ ...yes, heal: asked(next).id })).toMatchObject({ ok: true });
    await next.clock.advance(10 * MINUTE);
    expect(ran).toEqual([{ wait: '7s' }]);

    // Another incident is another story.
    next.down.add('a');
    await next.clock.advance(MINUTE);
    expect(asked(next).plan.hash).toBe(heal.plan.hash);
    expect(asked(next).editedBy).toBeUndefined();
  });

  it('that a person overrides by force runs the commands of the config, and not what somebody else has typed', async () => {
    const { w, heal } = await waiting();
    const steps = [['{"wait":"7s"}']];
    await w.act({ type: 'edit', heal: heal.id, hash: heal.plan.hash, by: 'ann', steps });
    const ran: unknown[] = [];
    w.heal = ({ spec }) => {
      ran.push(spec);
      w.down.clear();
      return { ok: true };
    };
    void w.act({ type: 'heal', device: 'a', by: 'op', force: ['approval'] });
    await w.clock.advance(MINUTE);
    expect(ran).toEqual([{ wait: '1s' }]);
  });

  it('is withdrawn when the device comes back by itself', async () => {
    const { w, heal } = await waiting();
    w.down.delete('a');
    await w.clock.advance(MINUTE);
    expect(w.store.heal(heal.id)).toMatchObject({ phase: 'done', outcome: 'refused' });
    expect(w.device('a').healing.phase).toBe('idle');
  });
});

describe('after kill -9 in the middle of a heal', () => {
  const crashed = async () => {
    const w = await world([{ id: 'a' }]).start();
    w.heal = () => new Promise(() => undefined);
    w.down.add('a');
    await w.clock.advance(30_000);
    expect(w.healed).toEqual(['a']);
    return w.crash();
  };

  it('the attempt counts as interrupted, the device is verified first, and a device that is well is left alone', async () => {
    const next = await crashed();
    next.down.clear();
    await next.start();
    expect(next.told('heal-finished')).toMatchObject([expect.stringContaining('interrupted')]);
    await next.clock.advance(5 * MINUTE);
    expect(next.healed).toEqual([]);
    expect(next.told('incident-closed')).toHaveLength(1);
  });

  it('a device that is still down gets its second attempt and no third', async () => {
    const next = await (await crashed()).start();
    next.heal = () => ({ ok: true });
    await next.clock.advance(10 * MINUTE);
    expect(next.told('heal-started')).toMatchObject([expect.stringContaining('heal 2/2')]);
    expect(next.told('incident-opened')).toEqual([]);
    expect(next.told('needs-human')).toHaveLength(1);
  });

  it('the next attempt waits as it does after one that failed', async () => {
    const next = await (await crashed()).start();
    // 5 s of settling and 30 s of verification, then the wait of 10 s.
    await next.clock.advance(43_000);
    expect(next.healed).toEqual([]);
    expect(next.device('a').healing.phase).toBe('cooling-down');
    await next.clock.advance(MINUTE);
    expect(next.healed).toEqual(['a']);
  });

  it('cooldowns, pauses, downtimes and acknowledgements are still known', async () => {
    const w = await world([{ id: 'a' }, { id: 'b' }]).start();
    await w.act({ type: 'pause', by: 'op' });
    w.down.add('a');
    await w.clock.advance(MINUTE);
    await w.act({ type: 'ack', by: 'op', device: 'a', reason: 'mine' });
    await w.act({ type: 'downtime', by: 'op', device: 'b', reason: 'works', durationMs: 60 * MINUTE });
    const next = await w.crash().start();
    await next.clock.advance(MINUTE);
    expect(next.store.monitor.paused).toMatchObject({ by: 'op' });
    expect(next.device('a').flags.acknowledged).toMatchObject({ by: 'op', reason: 'mine' });
    expect(next.device('b').flags.downtime).toBe('works');
    expect(next.healed).toEqual([]);
  });
});

describe('a device that answers, but too slowly', () => {
  const speedUp = { name: 'speed up', when: { failure: 'rtt' }, steps: [{ wait: '2s' }] };

  it('is healed by a strategy that is for it, and verified by answers within the limits', async () => {
    const w = await world([{ id: 'a', heal: [speedUp] }, { id: 'b' }]).start();
    await w.clock.advance(5_000);
    w.heal = ({ target }, { slow }) => {
      slow.delete(target.id);
      return { ok: true };
    };
    w.slow.set('a', 700);
    await w.clock.advance(MINUTE);
    expect(w.healed).toEqual(['a']);
    expect(w.thresholds).toMatchObject([{ device: 'a', failure: { kind: 'rtt' } }]);
    expect(w.told('incident-opened')[0]).toContain('is degraded');
    expect(w.outcomes).toMatchObject([{ outcome: 'healed' }]);
    await w.clock.advance(3 * MINUTE);
    expect(w.device('a')).toMatchObject({ reachability: 'up', incident: null });
    expect(w.told('incident-closed')).toHaveLength(1);
  });

  it('and is not helped by it is not called healed because it answers', async () => {
    const w = await world([{ id: 'a', heal: [speedUp] }]).start();
    await w.clock.advance(5_000);
    w.heal = () => ({ ok: true });
    w.slow.set('a', 700);
    await w.clock.advance(10 * MINUTE);
    expect(w.outcomes.map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
    expect(w.told('needs-human')).toHaveLength(1);
  });

  it('is left alone by strategies that do not name it, and opens no incident', async () => {
    const w = await world([{ id: 'a' }]).start();
    await w.clock.advance(5_000);
    w.slow.set('a', 700);
    await w.clock.advance(10 * MINUTE);
    expect(w.device('a').reachability).toBe('degraded');
    expect(w.told('incident-opened')).toEqual([]);
    expect(w.healed).toEqual([]);
  });

  it('is not rebooted by the next rung of a ladder that is for devices that are down', async () => {
    const reboot = { name: 'reboot', steps: [{ wait: '3s' }] };
    const once = { ...speedUp, when: { failure: 'rtt', attempt: 1 } };
    const w = await world([{ id: 'a', heal: [once, reboot] }]).start();
    await w.clock.advance(5_000);
    const plans: unknown[] = [];
    w.heal = ({ spec }) => {
      plans.push(spec);
      return { ok: true };
    };
    w.slow.set('a', 700);
    await w.clock.advance(10 * MINUTE);
    expect(plans).toEqual([{ wait: '2s' }]);
    expect(w.told('needs-human')[0]).toContain('no strategy');
  });
});

it('a device that goes down within a flexible downtime is not healed for its length, and once after it', async () => {
  const from = '2026-11-23T00:00Z';
  const downtimes = [{ devices: ['a'], from, to: '2026-11-23T06:00Z', duration: '5m', flexible: true }];
  const w = await world([{ id: 'a' }], { more: { downtimes } }).start();
  await w.clock.advance(5_000);
  w.down.add('a');
  await w.clock.advance(4 * MINUTE);
  expect(w.device('a')).toMatchObject({ reachability: 'down', flags: { downtime: 'planned' } });
  expect(w.healed).toEqual([]);
  expect(w.events.find(({ type }) => type === 'heal-refused')).toMatchObject({ gate: 'downtime' });
  await w.clock.advance(4 * MINUTE);
  expect(w.healed).toEqual(['a']);
});

it('a device to which our own firewall lets nothing through is not down, and is again watched when it does', async () => {
  const w = await world([{ id: 'a', ip: '192.0.2.7' }]).start();
  await w.clock.advance(5_000);
  w.down.add('a');
  w.blocked.set('192.0.2.7', 'operation not permitted (EPERM)');
  await w.clock.advance(5 * MINUTE);
  expect(w.device('a').reachability).toBe('up');
  expect(w.told('incident-opened')).toEqual([]);
  w.blocked.clear();
  await w.clock.advance(MINUTE);
  expect(w.told('incident-opened')).toHaveLength(1);
});
