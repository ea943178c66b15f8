import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { type Healer, messageOf, z } from 'netheal/plugin';
import { notActed } from './results.ts';

const spec = z.strictObject({
  'wake-on-lan': z
    .string()
    .regex(/^[\da-f]{2}([:-][\da-f]{2}){5}$/i, 'is no MAC address; write it like aa:bb:cc:dd:ee:ff'),
  broadcast: z
    .ipv4()
    .default('255.255.255.255')
    .describe('Where the packet goes; a directed broadcast crosses routers.'),
  port: z.int().min(1).max(65_535).default(9),
});
type WakeOnLan = z.output<typeof spec>;

/** UDP promises nothing, and a sleeping network card answers nothing: send it more than once. */
const TIMES = 3;

/** `{ wake-on-lan: "aa:bb:cc:dd:ee:ff" }`: wakes a machine that is switched off. */
export const wakeOnLan: Healer<WakeOnLan> = {
  kind: 'wake-on-lan',
  spec,
  describe: (step) => [`magic packet for ${step['wake-on-lan']} to ${step.broadcast}:${step.port}`],
  risk: () => 'low',
  async run({ spec: step, transcript, signal }) {
    if (signal.aborted) return notActed('was cancelled');
    const socket = createSocket('udp4');
    try {
      await bindForBroadcast(socket);
      const send = promisify<Buffer, number, string, unknown>(socket.send.bind(socket));
      for (let sent = 0; sent < TIMES; sent++) {
        await send(magicPacket(step['wake-on-lan']), step.port, step.broadcast);
      }
      transcript.write(
        'info',
        `sent ${TIMES} magic packets for ${step['wake-on-lan']} to ${step.broadcast}:${step.port}`,
      );
      return { ok: true };
    } catch (thrown) {
      return notActed(`the magic packet could not be sent: ${messageOf(thrown)}`);
    } finally {
      socket.close();
    }
  },
};

async function bindForBroadcast(socket: Socket): Promise<void> {
  socket.bind(0);
  await once(socket, 'listening');
  socket.setBroadcast(true);
}

/** Six times ff, then sixteen times the address. */
function magicPacket(mac: string): Buffer {
  const address = Buffer.from(mac.replace(/[:-]/g, ''), 'hex');
  return Buffer.concat([Buffer.alloc(6, 0xff), ...Array<Buffer>(16).fill(address)]);
}
