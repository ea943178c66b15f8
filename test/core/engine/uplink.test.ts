import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { defaultGateway, Uplink } from '../../../src/core/engine/uplink.ts';
import { VirtualClock } from './virtual-clock.ts';

type Heard = boolean | null;

/** An uplink whose witnesses answer as the test says; by default all are heard. */
function setUp(witnesses: readonly string[]) {
  const clock = new VirtualClock();
  const asked: string[] = [];
  const world = { heard: (_address: string): Heard => true, fleet: null as Heard };
  const changes: boolean[] = [];
  const words: string[] = [];
  const uplink = new Uplink({
    clock,
    witnesses,
    ask: async (address) => {
      asked.push(address);
      return world.heard(address);
    },
    askFleet: async () => {
      asked.push('fleet');
      return world.fleet;
    },
    onChange: (offline, why) => {
      changes.push(offline);
      words.push(why);
    },
  });
  onTestFinished(() => uplink.stop());
  return { clock, asked, world, changes, words, uplink };
}

describe('the uplink', () => {
  it('is lost when all witnesses are silent, twice in a row, and it says so once', async () => {
    const { clock, asked, world, changes, words, uplink } = setUp(['gw', 'far']);
    uplink.start();
    world.heard = () => false;
    await clock.advance(20_000);
    expect(uplink.offline).toBe(true);
    expect(changes).toEqual([true]);
    expect(words[0]).toContain('gw, far');
    expect(asked.slice(0, 4)).toEqual(['gw', 'far', 'gw', 'far']);
    world.heard = () => true;
    await clock.advance(2_000);
    expect(changes).toEqual([true, false]);
  });

  it('is there while one of the witnesses answers', async () => {
    const { clock, world, changes, uplink } = setUp(['gw', 'far']);
    uplink.start();
    world.heard = (address) => address === 'far';
    await clock.advance(60_000);
    expect(changes).toEqual([]);
  });

  it('is not lost with one lost packet: the witness is asked again at once', async () => {
    const { world, changes, uplink } = setUp(['gw']);
    let questions = 0;
    world.heard = () => ++questions !== 1;
    expect(await uplink.confirm()).toBe(false);
    expect(questions).toBe(2);
    expect(changes).toEqual([]);
  });

  it('stays as it is where nothing could be asked', async () => {
    const { clock, world, uplink } = setUp(['gw']);
    world.heard = () => null;
    expect(await uplink.confirm()).toBe(false);
    world.heard = () => false;
    await clock.advance(1_000);
    expect(await uplink.confirm()).toBe(true);
    world.heard = () => null;
    await clock.advance(5_000);
    expect(uplink.offline).toBe(true);
  });

  it('is asked for once when many devices fail in the same moment', async () => {
    const { clock, asked, uplink } = setUp(['gw']);
    await Promise.all(Array.from({ length: 50 }, () => uplink.confirm()));
    await uplink.confirm();
    expect(asked).toEqual(['gw']);
    await clock.advance(300);
    await uplink.confirm();
    expect(asked).toEqual(['gw', 'gw']);
  });

  it('is looked at every few seconds, and more often while it is lost', async () => {
    const { clock, asked, world, uplink } = setUp(['gw']);
    uplink.start();
    await clock.advance(60_000);
    const calm = asked.length;
    world.heard = () => false;
    await clock.advance(60_000);
    expect(calm).toBe(12);
    expect(asked.length - calm).toBeGreaterThan(4 * calm);
  });

  it('is looked at no more once it is stopped, and tells nothing', async () => {
    const { clock, asked, world, changes, uplink } = setUp(['gw']);
    uplink.start();
    uplink.stop();
    world.heard = () => false;
    await clock.advance(60_000);
    await uplink.confirm();
    expect(changes).toEqual([]);
    expect(asked.length).toBeLessThanOrEqual(2);
  });
});

describe('an uplink without witnesses', () => {
  it('asks the fleet, only before a hard verdict, and while it is lost until somebody answers', async () => {
    const { clock, asked, world, changes, words, uplink } = setUp([]);
    uplink.start();
    world.fleet = false;
    await clock.advance(60_000);
    expect(asked).toEqual([]);
    expect(await uplink.confirm()).toBe(true);
    expect(words[0]).toContain('this fleet');
    world.fleet = true;
    await clock.advance(2_000);
    expect(changes).toEqual([true, false]);
    const then = asked.length;
    await clock.advance(60_000);
    expect(asked).toHaveLength(then);
  });

  it('believes in itself where the fleet cannot tell', async () => {
    const { uplink } = setUp([]);
    expect(await uplink.confirm()).toBe(false);
  });

  it('takes a gateway as its witness once that has answered', async () => {
    const { clock, asked, world, uplink } = setUp([]);
    world.heard = () => false;
    await uplink.adopt('mute');
    world.heard = () => true;
    await uplink.adopt('gw');
    await uplink.adopt('another');
    await clock.advance(11_000);
    expect(asked).toEqual(['mute', 'gw', 'gw', 'gw']);
    expect(uplink.offline).toBe(false);
  });
});

describe('the default gateway', () => {
  const HEADER = 'Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT';
  const gatewayIn = (...lines: string[]) => {
    const dir = mkdtempSync(join(tmpdir(), 'netheal-route-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    writeFileSync(join(dir, 'route'), `${[HEADER, ...lines].join('\n')}\n`);
    return defaultGateway(join(dir, 'route'));
  };

  it('is read from the table of the kernel', () => {
    expect(
      gatewayIn(
        'eth0 0001A8C0 00000000 0001 0 0 0 00FFFFFF 0 0 0',
        'eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
      ),
    ).toBe('192.168.1.1');
  });

  it('is none where there is no such route, only a device, or no table', () => {
    expect(gatewayIn('eth0 0001A8C0 00000000 0001 0 0 0 00FFFFFF 0 0 0')).toBeNull();
    expect(gatewayIn('ppp0 00000000 00000000 0001 0 0 0 00000000 0 0 0')).toBeNull();
    expect(gatewayIn('half a line')).toBeNull();
    expect(defaultGateway('/nonexistent/route')).toBeNull();
  });
});
