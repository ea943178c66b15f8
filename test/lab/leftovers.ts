import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { ip, run, tryRun } from './shell.ts';

/** Home of every lab's files. Nothing is ever mounted over it, so devices see their own folder. */
export const labsDir = '/tmp/netheal-lab';

/** `nh<pid of the owner>-<random>`: what a lab's namespaces and folder start with. */
const labName = /^(nh(\d+)-[0-9a-f]{4})(-|$)/;

/** When a process began, in clock ticks since boot: with the pid it names a process for good. */
export function processStart(pid: number | string): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

/**
 * Names of all labs whose owner is gone. Found by looking at what is there, so that a lab is found whose owner was
 * killed at any moment of its set-up.
 */
export async function findLeftovers(): Promise<string[]> {
  const names = [...(await namespaces()), ...(existsSync(labsDir) ? readdirSync(labsDir) : [])];
  const owners = new Map<string, string>();
  for (const name of names) {
    const match = labName.exec(name);
    if (match?.[1] !== undefined && match[2] !== undefined) owners.set(match[1], match[2]);
  }
  return [...owners].filter(([lab, pid]) => !isOwned(lab, pid)).map(([lab]) => lab);
}

function isOwned(lab: string, pid: string): boolean {
  const start = processStart(pid);
  if (start === null) return false;
  try {
    return readFileSync(`${labsDir}/${lab}/owner`, 'utf8') === start;
  } catch {
    // No file yet: it is being set up this very moment by a living process.
    return true;
  }
}

/** Takes down everything a lab has: processes, namespaces, files. Safe to repeat. */
export async function demolish(lab: string): Promise<void> {
  const mine = (await namespaces()).filter((name) => name.startsWith(`${lab}-`));
  for (const name of mine) {
    const { stdout } = await tryRun(['ip', 'netns', 'pids', name]);
    for (const pid of stdout.split('\n').filter((line) => line !== '')) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // Gone already: it died with its device's process 1.
      }
    }
  }
  if (mine.length > 0) await ip(mine.map((name) => `netns del ${name}`));
  rmSync(`${labsDir}/${lab}`, { recursive: true, force: true, maxRetries: 5 });
}

async function namespaces(): Promise<string[]> {
  const listed = await run(['ip', 'netns', 'list']);
  return listed.split('\n').map((line) => line.split(' ')[0] ?? '');
}
