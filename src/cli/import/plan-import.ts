import { isIP } from 'node:net';
import { problemsOf } from '../../core/config/explain.ts';
import { idFrom, unknownDevice } from '../../core/config/name-devices.ts';
import { deviceSchema } from '../../core/config/schema.ts';
import { findCycle } from '../../core/model/topology.ts';
import { type FoundHop, type FoundHost, type FoundLogin, present, type Remark } from './found-host.ts';

/** A device of the config that is there, as it stands in the file. */
export type KnownDevice = Readonly<{
  id?: string;
  label?: string;
  ip?: string;
  host?: string;
  parents?: readonly string[];
  ssh?: unknown;
}>;

/** A device as it will stand in the config. */
export type NewDevice = Readonly<{
  id: string;
  label?: string;
  ip?: string;
  host?: string;
  group?: string;
  parents?: readonly string[];
  tags?: Readonly<Record<string, string>>;
  ssh?: FoundLogin & Readonly<{ via?: readonly (string | FoundLogin)[] }>;
}>;

/** What an import comes to: what is new, what is there already, and lines that cannot become a device. */
export type ImportPlan = Readonly<{
  devices: readonly NewDevice[];
  known: readonly Remark[];
  bad: readonly Remark[];
}>;

/** Hosts of a file as devices beside those that are there, which stay as they are. Pure. */
export function planImport(hosts: readonly FoundHost[], there: readonly KnownDevice[]): ImportPlan {
  const known: Remark[] = [];
  const bad: Remark[] = [];
  /** Where an address and an id are already. */
  const addresses = new Map<string, string>();
  const ids = new Map<string, string>();
  for (const [index, { id, label, ip, host }] of there.entries()) {
    const address = ip ?? host ?? '';
    const own = id ?? idFrom(label, address, index);
    addresses.set(keyOf(address), `is in the config, as ${own}`);
    ids.set(own, `device ${own} of the config`);
  }

  const taken: Taken[] = [];
  for (const host of hosts) {
    const { line, address, name } = host;
    const already = addresses.get(keyOf(address));
    if (already !== undefined) {
      known.push({ line, what: `${address} ${already}` });
      continue;
    }
    const id = host.id ?? idFrom(name ?? undefined, address, taken.length);
    const device = deviceOf(host, id);
    const via = host.via?.map(({ name: _, ...login }) => login);
    const mistake = mistakeIn(via ? { ...device, ssh: { ...device.ssh, via } } : device);
    if (mistake !== null) bad.push({ line, what: mistake });
    else if (ids.has(id)) {
      bad.push({ line, what: `the id "${id}" is taken by ${ids.get(id)}: give one of them another name` });
    } else {
      taken.push({ host, device });
      addresses.set(keyOf(address), `stands on line ${line} as well`);
      ids.set(id, `line ${line}`);
    }
  }

  const fit = withParents(taken, new Set(ids.keys()), bad);
  const byName = new Map(fit.flatMap(({ host, device }) => (host.name ? [[host.name, device.id]] : [])));
  const jumpable = new Map(
    there.flatMap(({ id, label, ip, host, ssh }, index) => {
      const address = ip ?? host ?? '';
      return ssh === undefined ? [] : [[keyOf(address), id ?? idFrom(label, address, index)]];
    }),
  );
  const hopOf = ({ name, ...login }: FoundHop) =>
    byName.get(name) ?? jumpable.get(keyOf(login.host)) ?? login;
  const devices = fit.map(({ host: { via }, device }) =>
    via ? { ...device, ssh: { ...device.ssh, via: via.map(hopOf) } } : device,
  );
  return { devices, known, bad };
}

type Taken = Readonly<{ host: FoundHost; device: NewDevice }>;

/** Without those whose parents are nowhere or go round in a circle, and without those behind them. */
function withParents(taken: readonly Taken[], ids: Set<string>, bad: Remark[]): readonly Taken[] {
  const stranger = ({ device }: Taken) => device.parents?.find((parent) => !ids.has(parent));
  const circle = findCycle(taken.map(({ device: { id, parents = [] } }) => ({ id, parents }))) ?? [];
  const wrong = new Set(taken.filter((one) => circle.includes(one.device.id) || stranger(one) !== undefined));
  if (wrong.size === 0) return taken;
  for (const one of wrong) {
    const missing = stranger(one);
    const what =
      missing === undefined ? `go round in a circle: ${circle.join(' -> ')}` : unknownDevice(missing, ids);
    bad.push({ line: one.host.line, what: `parents: ${what}` });
  }
  for (const { device } of wrong) ids.delete(device.id);
  return withParents(
    taken.filter((one) => !wrong.has(one)),
    ids,
    bad,
  );
}

function deviceOf({ address, name, group, parents, tags, ssh }: FoundHost, id: string): NewDevice {
  return {
    id,
    ...present({ label: name !== null && name !== id ? name : null }),
    ...(isIP(address) === 0 ? { host: address } : { ip: address }),
    ...present({ group, parents, tags, ssh }),
  };
}

/** What the config's own schema has against a device. */
function mistakeIn(device: NewDevice): string | null {
  const { error } = deviceSchema.safeParse(device);
  const [first] = error ? problemsOf(error.issues, [], device, deviceSchema) : [];
  if (!first) return null;
  return first.path.length > 0 ? `${first.path.join('.')}: ${first.message}` : first.message;
}

/** Addresses and names are the same in capitals. */
function keyOf(address: string): string {
  return address.toLowerCase();
}
