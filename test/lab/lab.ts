import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LabDevice } from './lab-device.ts';
import { demolish, findLeftovers, labsDir, processStart } from './leftovers.ts';
import { ip, run, searchPath } from './shell.ts';

/** A device; one that others are behind is a switch, comes before them in the list, and cuts them off with it. */
export type DeviceSpec = Readonly<{ id: string; behind?: string }>;

/**
 * A network of real hosts:
 *
 *     monitor ──eth0── [ data 10.77.0.0/16, fd77:77::/64 ] ──eth0── device (or switch ── its children)
 *             ──eth1── [ out-of-band 172.31.0.0/16       ] ──eth1── every device
 *
 * Both bridges live in a namespace of their own, so nothing of the host's network is touched.
 */
export type Lab = Readonly<{
  name: string;
  /** For files of tests; gone after `close`. */
  dir: string;
  /** Network namespace in which netheal runs. */
  monitor: string;
  /** Network namespace of the bridges. */
  fabric: string;
  /** An address on the data network that is no device: the monitor's default gateway and a witness. */
  gateway: string;
  /** Every device lets this user in (it is root there), with the password and with the key. */
  username: string;
  password: string;
  privateKey: string;
  /** known_hosts file with the keys of all devices, under both addresses. */
  knownHosts: string;
  devices: readonly LabDevice[];
  device(id: string): LabDevice;
  /** A new folder under `dir`. */
  makeDir(prefix: string): string;
  close(): Promise<void>;
}>;

const files = (name: string) => fileURLToPath(new URL(`./device/${name}`, import.meta.url));
const username = 'admin';
const password = 'lab-password-7f3a';
const gateway = '10.77.255.254';

/** Builds a lab and waits until every device answers on SSH and HTTP. First clears up after killed runs. */
export async function createLab(options: { devices: readonly (DeviceSpec | string)[] }): Promise<Lab> {
  for (const leftover of await findLeftovers()) await demolish(leftover);
  const name = `nh${process.pid}-${randomBytes(2).toString('hex')}`;
  const dir = `${labsDir}/${name}`;
  mkdirSync(dir, { recursive: true });
  writeFileSync(`${dir}/owner`, processStart(process.pid) ?? '');
  try {
    const specs = options.devices.map((spec) => (typeof spec === 'string' ? { id: spec } : spec));
    const plans = specs.map((spec, index) => planDevice(name, spec, index));
    await makeFabric(name, plans);
    await makeKeys(dir, plans);
    const devices = await Promise.all(plans.map(bootDevice));
    writeKnownHosts(dir, devices);
    return {
      name,
      dir,
      monitor: `${name}-mon`,
      fabric: `${name}-net`,
      gateway,
      username,
      password,
      privateKey: `${dir}/id_ed25519`,
      knownHosts: `${dir}/known_hosts`,
      devices,
      device: (id) => devices.find((device) => device.id === id) ?? noDevice(id),
      makeDir: (prefix) => mkdtempSync(`${dir}/${prefix}-`),
      close: () => demolish(name),
    };
  } catch (error) {
    await demolish(name);
    throw error;
  }
}

function noDevice(id: string): never {
  throw new Error(`no device ${id} in the lab`);
}

type DevicePlan = Readonly<{
  id: string;
  behind: string | undefined;
  port: string;
  index: number;
  namespace: string;
  dir: string;
  address: string;
  address6: string;
  management: string;
}>;

function planDevice(lab: string, spec: DeviceSpec, index: number): DevicePlan {
  const host = index + 11;
  return {
    id: spec.id,
    behind: spec.behind,
    port: `p${index}`,
    index,
    namespace: `${lab}-d${index}`,
    dir: `${labsDir}/${lab}/${spec.id}`,
    address: `10.77.${host >> 8}.${host & 255}`,
    address6: `fd77:77::${host.toString(16)}`,
    management: `172.31.${host >> 8}.${host & 255}`,
  };
}

// ---------------------------------------------------------------- network

/** A bridge that forwards at once: no spanning tree, and no snooping that would drop IPv6 neighbour discovery. */
const bridge = 'type bridge stp_state 0 forward_delay 0 mcast_snooping 0';

async function makeFabric(lab: string, plans: readonly DevicePlan[]): Promise<void> {
  const fabric = `${lab}-net`;
  const monitor = `${lab}-mon`;
  await ip([fabric, monitor, ...plans.map((plan) => plan.namespace)].map((name) => `netns add ${name}`));
  await ip(
    [
      `link add name data ${bridge}`,
      `link add name oob ${bridge}`,
      'link set dev data up',
      'link set dev oob up',
      `addr add ${gateway}/16 dev data`,
      ...cable('mon-data', 'data', 'eth0', monitor),
      ...cable('mon-oob', 'oob', 'eth1', monitor),
      ...plans.flatMap((plan) => [
        ...(plan.behind === undefined ? cable(plan.port, 'data', 'eth0', plan.namespace) : []),
        ...cable(`m${plan.index}`, 'oob', 'eth1', plan.namespace),
      ]),
    ],
    fabric,
  );
  await ip(
    [
      'link set dev lo up',
      'addr add 10.77.0.2/16 dev eth0',
      'addr add fd77:77::2/64 dev eth0 nodad',
      'addr add 172.31.0.2/16 dev eth1',
      'link set dev eth0 up',
      'link set dev eth1 up',
      `route add default via ${gateway}`,
    ],
    monitor,
  );
  for (const plan of plans) await connectDevice(plan, plans);
}

/** A veth pair from a port of a bridge to an interface in another namespace. */
function cable(port: string, bridgeName: string, end: string, namespace: string): string[] {
  return [
    `link add name ${port} type veth peer name ${end} netns ${namespace}`,
    `link set dev ${port} master ${bridgeName}`,
    `link set dev ${port} up`,
  ];
}

async function connectDevice(plan: DevicePlan, plans: readonly DevicePlan[]): Promise<void> {
  const children = plans.filter((other) => other.behind === plan.id);
  // A switch has its address on its bridge; eth0 is its uplink, so `ip link set dev eth0 down` cuts its children too.
  const isSwitch = children.length > 0;
  const face = isSwitch ? 'br0' : 'eth0';
  await ip(
    [
      'link set dev lo up',
      // A fixed hardware address: a bridge would take the lowest of its ports, and change it as ports are added.
      ...(isSwitch
        ? [`link add name br0 address ${hardwareAddress(plan.index)} ${bridge}`, 'link set dev br0 up']
        : []),
      ...(isSwitch ? ['link set dev eth0 master br0'] : []),
      ...children.flatMap((child) => cable(child.port, 'br0', 'eth0', child.namespace)),
      `addr add ${plan.address}/16 dev ${face}`,
      `addr add ${plan.address6}/64 dev ${face} nodad`,
      `addr add ${plan.management}/16 dev eth1`,
      'link set dev eth0 up',
      'link set dev eth1 up',
    ],
    plan.namespace,
  );
}

function hardwareAddress(index: number): string {
  const hex = index.toString(16).padStart(4, '0');
  return `02:77:00:00:${hex.slice(0, 2)}:${hex.slice(2)}`;
}

// ---------------------------------------------------------------- hosts

/** The files that all devices share: the operator's key pair and the hash of the password. */
async function makeKeys(dir: string, plans: readonly DevicePlan[]): Promise<void> {
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'lab', '-f', `${dir}/id_ed25519`]);
  const hash = (await run(['openssl', 'passwd', '-6', password])).trim();
  await Promise.all(plans.map((plan) => furnish(plan, hash, `${dir}/id_ed25519.pub`)));
}

async function furnish(plan: DevicePlan, passwordHash: string, publicKey: string): Promise<void> {
  const at = (name: string) => `${plan.dir}/${name}`;
  for (const folder of ['home', 'srv/svc', 'bin']) mkdirSync(at(folder), { recursive: true });
  for (const name of ['svc', 'httpd.pl', 'garbage.pl']) copyFileSync(files(name), at(`bin/${name}`));
  copyFileSync(publicKey, at('authorized_keys'));
  writeFileSync(at('passwd'), passwd);
  writeFileSync(at('shadow'), shadow(passwordHash), { mode: 0o600 });
  writeFileSync(at('sshd_config'), sshdConfig(plan.dir));
  await makeHostKey(plan.dir);
}

const passwd = `root:x:0:0::/root:/bin/sh
${username}:x:0:0::/root:/bin/sh
sshd:x:100:65534::/run/sshd:/usr/sbin/nologin
nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin
`;

/** The device's shadow file; root itself has no password. */
export function shadow(passwordHash: string): string {
  return `root:*:20000:0:99999:7:::\n${username}:${passwordHash}:20000:0:99999:7:::\n`;
}

/** StrictModes is off because the files lie under /tmp; nothing but what the lab gave lets anyone in. */
const sshdConfig = (dir: string) => `Port 22
HostKey ${dir}/host_key
PidFile ${dir}/sshd.pid
AuthorizedKeysFile ${dir}/authorized_keys
UsePAM no
UseDNS no
StrictModes no
PermitRootLogin yes
PasswordAuthentication yes
KbdInteractiveAuthentication no
MaxStartups 100
LogLevel VERBOSE
`;

/** A new host key in the place of the old one. */
export async function makeHostKey(deviceDir: string): Promise<void> {
  rmSync(`${deviceDir}/host_key`, { force: true });
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', `${deviceDir}/host_key`]);
}

async function bootDevice(plan: DevicePlan): Promise<LabDevice> {
  const inside = ['unshare', '--mount', '--uts', '--pid', '--fork', files('init.sh'), plan.dir, plan.id];
  const output = openSync(`${plan.dir}/console`, 'a');
  const child = spawn('ip', ['netns', 'exec', plan.namespace, ...inside], {
    detached: true,
    env: { ...process.env, PATH: searchPath },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  child.unref();
  for (const deadline = Date.now() + 20_000; !existsSync(`${plan.dir}/ready`); await sleep(10)) {
    if (child.exitCode === null && Date.now() < deadline) continue;
    throw new Error(`device ${plan.id} did not boot: ${readFileSync(`${plan.dir}/console`, 'utf8').trim()}`);
  }
  // `ip` and `unshare` have become one process; its only child is the device's process 1.
  const initPid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim());
  return new LabDevice({ ...plan, initPid });
}

function writeKnownHosts(dir: string, devices: readonly LabDevice[]): void {
  const lines = devices.map((device) => {
    const [type, key] = readFileSync(`${device.dir}/host_key.pub`, 'utf8').split(' ');
    return `${device.address},${device.address6},${device.management} ${type} ${key?.trim()}\n`;
  });
  writeFileSync(`${dir}/known_hosts`, lines.join(''));
}
