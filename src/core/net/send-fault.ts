import { createSocket } from 'node:dgram';
import { wordsOfSystemError } from './system-error.ts';

/** RFC 863: nobody is disturbed there. */
const DISCARD_PORT = 9;

/**
 * Why this machine cannot send to an IP address at all (its firewall, no route, no buffers, no descriptors), in words;
 * `undefined` where it can. One empty datagram is handed to the kernel, whose refusal comes at once: nothing of the
 * network's answer is waited for. For probes that see silence where our own firewall drops (TCP connects, iputils).
 */
export function sendFault(address: string, family: 4 | 6): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    const end = (error: Error | null) => {
      resolve(error ? wordsOfSystemError(error) : undefined);
      socket.removeAllListeners('error').on('error', () => undefined);
      try {
        socket.close();
      } catch {
        // It could not even be opened.
      }
    };
    socket.on('error', end);
    socket.send('', DISCARD_PORT, address, end);
  });
}
