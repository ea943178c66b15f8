/** What can go wrong with a host, each really done to it, and undone where a test needs that. */
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Lab, makeHostKey, shadow } from './lab.ts';
import type { LabDevice } from './lab-device.ts';
import { ip, run } from './shell.ts';

// ---------------------------------------------------------------- network

/** Cuts the data link in the device; on a switch that is the uplink. The management address stays. */
export const linkDown = (device: LabDevice) =>
  run(['ip', '-n', device.namespace, 'link', 'set', 'eth0', 'down']);
export const linkUp = (device: LabDevice) => run(['ip', '-n', device.namespace, 'link', 'set', 'eth0', 'up']);

/** The switch turns the port off that another device hangs on: `ip link set PORT up` on the switch heals that. */
export const portDown = (theSwitch: LabDevice, child: LabDevice) =>
  run(['ip', '-n', theSwitch.namespace, 'link', 'set', child.port, 'down']);

export const portUp = (theSwitch: LabDevice, child: LabDevice) =>
  run(['ip', '-n', theSwitch.namespace, 'link', 'set', child.port, 'up']);

/** Both of its links at once: from outside, a machine that is off or starts again. */
export const allLinks = (device: LabDevice, state: 'up' | 'down') =>
  ip([`link set eth0 ${state}`, `link set eth1 ${state}`], device.namespace);

/** The device answers no pings but everything else: `sysctl -w net.ipv4.icmp_echo_ignore_all=0` heals it. */
export const icmpOff = (device: LabDevice) => device.run('sysctl -qw net.ipv4.icmp_echo_ignore_all=1');

/** A firewall rule drops pings: `nft delete table inet fault` heals it. */
export const dropIcmp = (device: LabDevice) => dropInput(device, 'icmp type echo-request drop');

/** Loses a share of the pings at random. Needs no sch_netem, which many kernels lack. */
export const losePings = (device: LabDevice, percent: number) =>
  dropInput(device, `icmp type echo-request numgen random mod 100 < ${percent} drop`);

/** Takes away whatever `dropIcmp` and `losePings` did. */
export const stopDropping = (device: LabDevice) => device.tryRun('nft delete table inet fault');

async function dropInput(device: LabDevice, rule: string): Promise<void> {
  await stopDropping(device);
  await device.run(
    `nft 'table inet fault { chain input { type filter hook input priority 0; policy accept; ${rule}; }; }'`,
  );
}

/** The link goes down and up again, for so long each, until the returned function is called; then it stays up. */
export function flap(device: LabDevice, eachMs: number): () => Promise<void> {
  const stopping = new AbortController();
  const pause = () => sleep(eachMs, undefined, { signal: stopping.signal }).catch(() => {});
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await linkDown(device);
      await pause();
      await linkUp(device);
      await pause();
    }
  })();
  return async () => {
    stopping.abort();
    await running;
  };
}

/** The monitor's cable to the data network is cut: its interface stays, without a carrier. Every device is well. */
const cutOwnCable = (lab: Lab) => run(['ip', '-n', lab.fabric, 'link', 'set', 'mon-data', 'down']);
const mendOwnCable = (lab: Lab) => run(['ip', '-n', lab.fabric, 'link', 'set', 'mon-data', 'up']);

/** The monitor's interface is switched off, and its routes are gone with it: the kernel says "unreachable" at once. */
const ownInterfaceDown = (lab: Lab) => run(['ip', '-n', lab.monitor, 'link', 'set', 'eth0', 'down']);
const ownInterfaceUp = (lab: Lab) =>
  ip(['link set dev eth0 up', `route add default via ${lab.gateway}`], lab.monitor);

/** Both ways to lose the monitor's own uplink, each with the way to get it back. */
export const ownUplinks = [
  ['its cable is cut', cutOwnCable, mendOwnCable],
  ['its interface is off', ownInterfaceDown, ownInterfaceUp],
] as const;

// ---------------------------------------------------------------- service

export const stopService = (device: LabDevice) => device.run('svc stop');
/** It takes connections and answers nothing; only `svc restart` helps. */
export const hangService = (device: LabDevice) => device.run('kill -STOP $(cat /srv/svc/pid)');
/** It is stopped, and `svc start` says "started" without doing it. */
export const lyingService = (device: LabDevice) => device.run('svc stop && touch /srv/svc/lies');

// ---------------------------------------------------------------- sshd

/** The listener is stopped: connections are taken by the kernel, no banner ever comes. */
export const muteSshd = (device: LabDevice) => device.run(`kill -STOP $(cat ${device.dir}/sshd.pid)`);
export const unmuteSshd = (device: LabDevice) => device.run(`kill -CONT $(cat ${device.dir}/sshd.pid)`);
/** Gone, and its port is free when this returns. */
export const killSshd = (device: LabDevice) =>
  device.run(
    `kill -KILL $(cat ${device.dir}/sshd.pid)
     rm ${device.dir}/sshd.pid
     while [ -n "$(ss -Hltn 'sport = :22')" ]; do sleep 0.02; done`,
  );

/** After `killSshd`, with the configuration and the keys that it had. */
export async function startSshd(device: LabDevice): Promise<void> {
  await device.run(
    `/usr/sbin/sshd -f ${device.dir}/sshd_config -E ${device.dir}/sshd.log
     until [ -s ${device.dir}/sshd.pid ]; do sleep 0.02; done`,
  );
}

/** Something that speaks no SSH sits on port 22. */
export async function garbageSshd(device: LabDevice): Promise<void> {
  await killSshd(device);
  await device.run(
    `setsid perl /usr/local/bin/garbage.pl </dev/null >/dev/null 2>&1 &
     until [ -s /srv/garbage.pid ]; do sleep 0.02; done`,
  );
}

/** The device has another host key than known_hosts says: perhaps it is another machine. */
export async function changeHostKey(device: LabDevice): Promise<void> {
  await makeHostKey(device.dir);
  await killSshd(device);
  await startSshd(device);
}

export async function changePassword(device: LabDevice, password: string): Promise<void> {
  const hash = (await run(['openssl', 'passwd', '-6', password])).trim();
  // In place: the device has this very file mounted over its /etc/shadow.
  writeFileSync(`${device.dir}/shadow`, shadow(hash));
}

/** The operator's key is no longer let in. */
export async function forgetKey(device: LabDevice): Promise<void> {
  writeFileSync(`${device.dir}/authorized_keys`, '');
}
