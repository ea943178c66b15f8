import type { Lab } from './lab.ts';
import type { LabDevice } from './lab-device.ts';

/** Durations short enough for a test and long enough for a busy machine. */
export const fast = { intervalMs: 1_000, timeoutMs: 500, retryIntervalMs: 500 };

/** A config in netheal's own shape: key login over the management address, short durations, iso times in the CSV. */
export function fastConfig(lab: Lab, devices: readonly object[], healing: object = {}) {
  return {
    stateDir: './state',
    monitoring: {
      interval: `${fast.intervalMs}ms`,
      timeout: `${fast.timeoutMs}ms`,
      retryInterval: `${fast.retryIntervalMs}ms`,
      witnesses: [lab.gateway],
    },
    healing: {
      settle: '200ms',
      verifyWindow: '8s',
      waitBetweenAttempts: '500ms',
      minHealthyPeriod: '2s',
      ...healing,
    },
    defaults: {
      ssh: {
        username: lab.username,
        privateKey: lab.privateKey,
        knownHosts: lab.knownHosts,
        hostKey: 'strict',
      },
    },
    devices,
    plugins: { 'csv-logger': { path: 'uptime.csv', timestamps: 'iso' }, dashboard: false },
  };
}

/** A device as such a config lists it; in a group of its own, so that heals of one test never wait for another's. */
export function watched(device: LabDevice, more: object = {}) {
  return {
    id: device.id,
    label: `Device ${device.id}`,
    ip: device.address,
    group: device.id,
    ssh: { host: device.management },
    ...more,
  };
}
