import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import ssh2 from 'ssh2';
import type { DemoDevice } from './device.ts';
import { runCommand } from './shell.ts';

/** A real SSH server in front of one device of the playground. */
export type DemoSsh = Readonly<{ port: number; fingerprint: string; stop: () => Promise<void> }>;

export const DEMO_USER = 'demo';

/** Accepts the demo's user with its password on a free port of the device's own address. */
export async function startSsh(device: DemoDevice, password: string): Promise<DemoSsh> {
  // Not ed25519: about one in two hundred of those that ssh2 makes cannot be parsed again.
  const key = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
  const server = new ssh2.Server({ hostKeys: [key.private] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      const right =
        context.method === 'password' && context.username === DEMO_USER && context.password === password;
      if (right) context.accept();
      else context.reject(['password']);
    });
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec, _reject, { command }) => {
        const channel = acceptExec();
        void answer(device, command, channel);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, device.address, resolve));
  const parsed = ssh2.utils.parseKey(key.public);
  if (parsed instanceof Error) throw parsed;
  const hash = createHash('sha256').update(parsed.getPublicSSH()).digest('base64').replace(/=+$/, '');
  return {
    port: (server.address() as AddressInfo).port,
    fingerprint: `SHA256:${hash}`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function answer(device: DemoDevice, command: string, channel: ssh2.ServerChannel): Promise<void> {
  channel.on('error', () => undefined);
  const { lines, exitCode, delayMs } = await runCommand(device, command);
  // A machine takes a moment, and the operator should be able to watch.
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  for (const line of lines) channel.write(`${line}\n`);
  channel.exit(exitCode);
  channel.end();
}
