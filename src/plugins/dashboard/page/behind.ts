import type { DeviceRow } from './wire.ts';

/** The devices whose way leads through this one: they are cut off while it restarts. */
export function devicesBehind(id: string, devices: ReadonlyMap<string, DeviceRow>): DeviceRow[] {
  const found = new Set([id]);
  // In the order they were found, and growing while it is gone through.
  for (const parent of found) {
    for (const device of devices.values()) if (device.parents.includes(parent)) found.add(device.id);
  }
  found.delete(id);
  return [...found].map((one) => devices.get(one)!);
}
