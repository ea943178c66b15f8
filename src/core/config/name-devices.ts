import { findCycle } from '../model/topology.ts';
import { nearest } from '../nearest.ts';
import type { ParsedConfig, ParsedDevice } from './schema.ts';
import type { Scope } from './scope.ts';
import { isSecretRef } from './secrets.ts';

/** A device with the defaults merged under it, and what it is called. */
export type NamedDevice = Readonly<{
  id: string;
  label: string;
  address: string;
  parsed: ParsedDevice;
  index: number;
}>;

/** All devices of a config, in its order. */
export type NamedFleet = Readonly<{
  devices: readonly NamedDevice[];
  byId: ReadonlyMap<string, NamedDevice>;
}>;

/** Gives every device its id, address and label, and looks at what they call each other by. */
export function nameDevices(config: ParsedConfig, scope: Scope): NamedFleet {
  const byId = new Map<string, NamedDevice>();
  const devices = config.devices.map((_, index) => {
    const device = named(index, config, byId, scope);
    if (!byId.has(device.id)) byId.set(device.id, device);
    return device;
  });
  checkParents(devices, byId, scope);
  return { devices, byId };
}

function named(
  index: number,
  { devices, defaults }: ParsedConfig,
  byId: NamedFleet['byId'],
  { problems, seed }: Scope,
): NamedDevice {
  const path = ['devices', index];
  const own = devices[index]!;
  if (own.ip === undefined && own.host === undefined)
    problems.add(path, 'needs an address: ip, or host with a name');
  if (own.ip !== undefined && own.host !== undefined)
    problems.add([...path, 'host'], 'ip and host are one thing: give one of them');
  const address = own.ip ?? own.host ?? '';
  const label = own.label ?? own.id ?? address;
  let id = own.id ?? idFrom(own.label, address, index);
  // The seed knew no ids, so two devices of one label are no mistake there.
  if (seed && byId.has(id)) id = `${id}-${slug(address)}`;
  const first = byId.get(id);
  if (first) {
    const place = problems.place(['devices', first.index]);
    problems.add(
      own.id === undefined ? path : [...path, 'id'],
      `the id "${id}" is taken by the device at ${place}; give one of them another id`,
    );
  }
  return { id, label, address, index, parsed: defaults ? (merged(defaults, own) as ParsedDevice) : own };
}

/** Maps are merged deeply, everything else of the device wins over the default; what only one of them has is shared. */
function merged(below: unknown, above: unknown): unknown {
  // A secret has one source: half of a default's reference must never be mixed into a device's own.
  if (!isMap(below) || !isMap(above) || isSecretRef(above)) return above === undefined ? below : above;
  const result = { ...below, ...above };
  for (const [key, value] of Object.entries(above)) {
    if (key in below) result[key] = merged(below[key], value);
  }
  return result;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The id of a device that gives itself none. */
export function idFrom(label: string | undefined, address: string, index: number): string {
  return slug(label ?? '') || slug(address) || `device-${index + 1}`;
}

/** `Core gateway` -> `core-gateway`. */
function slug(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
}

function checkParents(
  devices: readonly NamedDevice[],
  byId: NamedFleet['byId'],
  { problems }: Pick<Scope, 'problems'>,
): void {
  for (const { parsed, index } of devices) {
    for (const [at, parent] of (parsed.parents ?? []).entries()) {
      if (!byId.has(parent))
        problems.add(['devices', index, 'parents', at], unknownDevice(parent, byId.keys()));
    }
  }
  const cycle = findCycle(devices.map(({ id, parsed }) => ({ id, parents: parsed.parents ?? [] })));
  if (!cycle) return;
  const { index } = byId.get(cycle[0]!)!;
  problems.add(['devices', index, 'parents'], `parents go round in a circle: ${cycle.join(' -> ')}`);
}

/** Words for a reference to a device that does not exist. */
export function unknownDevice(id: string, known: Iterable<string>): string {
  const ids = [...known];
  const near = nearest(id, ids);
  if (near) return `there is no device "${id}", did you mean "${near}"?`;
  const some = ids.slice(0, 10).join(', ') + (ids.length > 10 ? ', ...' : '');
  return `there is no device "${id}"; there are: ${some || 'none'}`;
}
