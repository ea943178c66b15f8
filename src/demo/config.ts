import type { DemoDevice } from './device.ts';
import { DEMO_USER, type DemoSsh } from './ssh-server.ts';

/** The config of the playground, in the very shape that a person writes. */
export function demoConfig(
  devices: readonly Readonly<{ device: DemoDevice; ssh: DemoSsh }>[],
  options: Readonly<{ password: string; stateDir: string; dashboardPort: number }>,
): unknown {
  return {
    stateDir: options.stateDir,
    monitoring: { interval: '3s', timeout: '1s', retryInterval: '500ms', witnesses: [] },
    healing: {
      settle: '1s',
      verifyWindow: '10s',
      waitBetweenAttempts: '3s',
      minHealthyPeriod: '10s',
      // A playground: what waits for an approval must not stop the show for the rest of its little group.
      maxUnhealthy: '75%',
      maxPerHour: 500,
    },
    devices: devices.map(({ device, ssh }) => deviceConfig(device, ssh, options.password)),
    plugins: {
      'csv-logger': false,
      dashboard: { host: '127.0.0.1', port: options.dashboardPort },
    },
  };
}

function deviceConfig({ spec, address, port }: DemoDevice, ssh: DemoSsh, password: string): unknown {
  const { id, label, group, role, service, parent, approval } = spec;
  return {
    id,
    label,
    ip: address,
    group,
    tags: { site: group, role },
    ...(parent && { parents: [parent] }),
    icmp: false,
    probes: [
      spec.probe === 'http'
        ? { type: 'http', url: `http://${address}:${port}/health`, expectStatus: 200 }
        : { type: 'tcp', port },
    ],
    ssh: { host: address, port: ssh.port, username: DEMO_USER, password, hostKey: ssh.fingerprint },
    heal: [
      role === 'switch'
        ? { name: 'raise the uplink', steps: [{ ssh: ['ip link set uplink0 up'] }] }
        : {
            name: `restart ${service}`,
            steps: [
              {
                ssh: [
                  { run: `systemctl status ${service}`, continueOnError: true },
                  `systemctl restart ${service}`,
                ],
              },
            ],
          },
    ].map((strategy) => ({ ...strategy, ...(approval && { approval }) })),
  };
}
