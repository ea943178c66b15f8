/** Asks the kernel how things are, past netheal, SSH and the device's own tools. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabDevice } from './lab-device.ts';
import { run } from './shell.ts';

/** Is the device's data link up, with a carrier? */
export async function linkIsUp(device: LabDevice): Promise<boolean> {
  const [link] = JSON.parse(await run(['ip', '-n', device.namespace, '-j', 'link', 'show', 'eth0']));
  return link.flags.includes('UP') && link.flags.includes('LOWER_UP');
}

/** Does the device's kernel leave pings unanswered? */
export async function ignoresPings(device: LabDevice): Promise<boolean> {
  return (await device.run('cat /proc/sys/net/ipv4/icmp_echo_ignore_all')).trim() === '1';
}

/** Does the service listen on its port, and is its process not stopped? */
export async function serviceRuns(device: LabDevice): Promise<boolean> {
  const listening = await device.run('ss -Hltn "sport = :80"');
  const state = await device.tryRun('grep ^State: /proc/$(cat /srv/svc/pid)/status');
  return listening.trim() !== '' && state.code === 0 && !state.stdout.includes('(stopped)');
}

/** Waits for something to become true in the kernel; false once the time is over. */
export async function eventually(holds: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(10)) {
    if (await holds()) return true;
  }
  return holds();
}
