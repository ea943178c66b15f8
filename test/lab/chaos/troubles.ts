import { copyFileSync } from 'node:fs';
import * as faults from '../faults.ts';
import type { LabDevice } from '../lab-device.ts';
import { parentOf } from './fleet.ts';
import type { KindName } from './plan.ts';
import type { World } from './world.ts';

/** Undoes a trouble, whether or not netheal has healed it meanwhile. */
type Undo = () => Promise<unknown>;
type OfDevice = (device: LabDevice, world: World) => Promise<Undo>;

/** What each trouble really does to a device, and how it ends at the latest. */
export const DEVICE_TROUBLES: Readonly<Partial<Record<KindName, OfDevice>>> = {
  'link down': cutLink,
  'switch down': cutLink,
  'pings dropped': async (device, { watch }) => {
    watch.expectRules(device, 'dropped');
    await faults.dropIcmp(device);
    return () => faults.stopDropping(device);
  },
  'a third of the pings lost': async (device, { watch }) => {
    watch.expectRules(device, 'lossy');
    await faults.losePings(device, 33);
    return () => faults.stopDropping(device);
  },
  'link flaps': async (device) => faults.flap(device, 700),
  reboot,
  'switch reboots': reboot,
  'port of the switch down': async (device, { lab }) => {
    const theSwitch = lab.device(parentOf(device.id)!);
    await faults.portDown(theSwitch, device);
    return () => faults.portUp(theSwitch, device);
  },
  'service stopped': async (device) => {
    await faults.stopService(device);
    return () => device.run('svc start');
  },
  'service hangs': async (device) => {
    await faults.hangService(device);
    // Unless it was started again: then it is another process, and runs.
    return () => device.run('kill -CONT $(cat /srv/svc/pid)');
  },
  'service lies': async (device) => {
    await faults.lyingService(device);
    return () => device.run('rm -f /srv/svc/lies; svc start');
  },
  'sshd hangs': async (device) => {
    await faults.muteSshd(device);
    return () => faults.unmuteSshd(device);
  },
  'sshd killed': async (device) => {
    await faults.killSshd(device);
    return () => faults.startSshd(device);
  },
  'sshd speaks garbage': async (device) => {
    await faults.garbageSshd(device);
    return async () => {
      await device.run(
        'kill -KILL $(cat /srv/garbage.pid); rm /srv/garbage.pid; while ss -Hltn "sport = :22" | grep -q .; do sleep 0.02; done',
      );
      await faults.startSshd(device);
    };
  },
  'wrong host key': async (device) => {
    const key = `${device.dir}/host_key`;
    copyFileSync(key, `${key}.right`);
    await faults.changeHostKey(device);
    return async () => {
      copyFileSync(`${key}.right`, key);
      await faults.killSshd(device);
      await faults.startSshd(device);
    };
  },
  'login changed': async (device, { lab }) => {
    const keys = `${device.dir}/authorized_keys`;
    copyFileSync(keys, `${keys}.right`);
    await faults.forgetKey(device);
    await faults.changePassword(device, 'another');
    return async () => {
      copyFileSync(`${keys}.right`, keys);
      await faults.changePassword(device, lab.password);
    };
  },
  downtime: async ({ id }, world) => {
    await world.ask(`/api/devices/${id}/downtime`, { reason: 'chaos', durationMs: 600_000 });
    const release = world.hold('downtime', id);
    return () => world.askAndRelease(`/api/devices/${id}/end-downtime`, release);
  },
  'device paused': async ({ id }, world) => {
    await world.ask(`/api/devices/${id}/pause`);
    const release = world.hold('paused', id);
    return () => world.askAndRelease(`/api/devices/${id}/resume`, release);
  },
  acknowledged: async ({ id }, world) => {
    const waiting = new AbortController();
    const acknowledging = world.acknowledgeNext(id, waiting.signal);
    return async () => {
      waiting.abort();
      const takeBack = await acknowledging;
      await takeBack?.();
    };
  },
};

type OfFleet = (world: World, devices: readonly LabDevice[], number: number) => Promise<Undo>;

/** Troubles that are not one device's. */
export const FLEET_TROUBLES: Readonly<Partial<Record<KindName, OfFleet>>> = {
  'own uplink down': async ({ lab }, _, number) => {
    const [, lose, regain] = faults.ownUplinks[number % faults.ownUplinks.length]!;
    await lose(lab);
    return () => regain(lab);
  },
  'all paused': async (world) => {
    await world.ask('/api/pause');
    world.hold('paused', null);
    return () => world.resumeAll();
  },
  'netheal killed': async (world) => {
    await world.restart();
    return async () => {};
  },
  'mass outage': async (_, devices) => {
    await Promise.all(devices.map(faults.linkDown));
    return () => Promise.all(devices.map(faults.linkUp));
  },
};

async function cutLink(device: LabDevice): Promise<Undo> {
  await faults.linkDown(device);
  return () => faults.linkUp(device);
}

/** As from outside: nothing answers on any network for a while, and then all of it is back. */
async function reboot(device: LabDevice): Promise<Undo> {
  await faults.allLinks(device, 'down');
  return () => faults.allLinks(device, 'up');
}
