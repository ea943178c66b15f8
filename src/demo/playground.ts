import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoConfig } from './config.ts';
import { DemoDevice } from './device.ts';
import { DEMO_DEVICES } from './devices.ts';
import { type DemoSsh, startSsh } from './ssh-server.ts';

/** A fleet on loopback: real services, real SSH servers, nothing from outside, no root. */
export type Playground = Readonly<{
  devices: readonly DemoDevice[];
  /** The config, unparsed, as a person would write it. */
  config: unknown;
  dir: string;
  stop: () => Promise<void>;
}>;

export async function startPlayground(dashboardPort: number): Promise<Playground> {
  const dir = mkdtempSync(join(tmpdir(), 'netheal-demo-'));
  const password = randomBytes(12).toString('base64url');
  const manyAddresses = await canListenOn('127.0.0.11');
  const devices = DEMO_DEVICES.map(
    // Linux answers on all of 127.0.0.0/8; elsewhere the devices share one address and differ by port.
    (spec, index) => new DemoDevice(spec, manyAddresses ? `127.0.0.${11 + index}` : '127.0.0.1'),
  );
  for (const device of devices) {
    devices.find(({ spec }) => spec.id === device.spec.parent)?.children.push(device);
  }
  const servers: { device: DemoDevice; ssh: DemoSsh }[] = [];
  for (const device of devices) {
    await device.start();
    servers.push({ device, ssh: await startSsh(device, password) });
  }
  return {
    devices,
    dir,
    config: demoConfig(servers, { password, stateDir: dir, dashboardPort }),
    stop: async () => {
      await Promise.all(servers.flatMap(({ device, ssh }) => [device.stop(), ssh.stop()]));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Can this machine listen there? With port 0 any port will do. */
export function canListenOn(address: string, port = 0): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, address, () => server.close(() => resolve(true)));
  });
}
