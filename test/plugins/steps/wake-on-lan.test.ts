import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, expect, it } from 'vitest';
import { until } from '../../plugin-harness.ts';
import { device, healerOf, runStep } from './harness.ts';

const wol = await healerOf('wake-on-lan');
const received: Buffer[] = [];
const socket = createSocket('udp4', (message) => received.push(message)).bind(0, '127.0.0.1');
await once(socket, 'listening');
afterAll(() => void socket.close());

it.each(['00:11:22:AA:bb:cc', '00-11-22-aa-bb-cc'])(
  'sends the magic packet of %s three times',
  async (mac) => {
    received.length = 0;
    const step = { 'wake-on-lan': mac, broadcast: '127.0.0.1', port: socket.address().port };
    expect((await runStep(wol, step)).result).toEqual({ ok: true });
    await until('three packets', () => received.length === 3);
    const expected = `${'ff'.repeat(6)}${'001122aabbcc'.repeat(16)}`;
    expect(received.map((packet) => packet.toString('hex'))).toEqual([expected, expected, expected]);
  },
);

it('goes to everybody on port 9 by default, and is harmless', () => {
  const spec = wol.spec.parse({ 'wake-on-lan': 'aa:bb:cc:dd:ee:ff' });
  expect(wol.describe(spec, device)).toEqual(['magic packet for aa:bb:cc:dd:ee:ff to 255.255.255.255:9']);
  expect(wol.risk!(spec)).toBe('low');
});

it('that is cancelled before it begins sends nothing', async () => {
  const { result } = await runStep(
    wol,
    { 'wake-on-lan': 'aa:bb:cc:dd:ee:ff' },
    { signal: AbortSignal.abort() },
  );
  expect(result).toMatchObject({ ok: false, acted: false });
});

it.each(['aa:bb:cc:dd:ee', 'aabbccddeeff', 'gg:bb:cc:dd:ee:ff', 'aa:bb:cc:dd:ee:ff:00'])(
  'refuses %s',
  (mac) => {
    expect(wol.spec.safeParse({ 'wake-on-lan': mac }).success).toBe(false);
  },
);
