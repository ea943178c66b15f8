import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, NethealError } from '../errors.ts';

/** One daemon a state directory: two would heal the same device twice. */
export function lockStateDir(stateDir: string): () => void {
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  } catch (thrown) {
    throw new NethealError(
      'NH_STATE_DIR',
      `the state directory ${stateDir} cannot be made: ${messageOf(thrown)}`,
      {
        mend: 'name another with `stateDir` in the config',
        cause: thrown,
      },
    );
  }
  const path = join(stateDir, 'lock');
  const mine = identity(process.pid);
  for (let tries = 0; tries < 3; tries++) {
    if (create(path, mine)) return () => release(path, mine);
    const holder = holderOf(path);
    if (holder !== null) {
      throw new NethealError('NH_STATE_LOCKED', `another netheal (pid ${holder}) runs on ${stateDir}`, {
        mend: `attach to it with netheal-tui, stop it (kill ${holder}), or use another stateDir`,
      });
    }
    // Its owner is dead (kill -9, power cut): take it over.
    removeStale(path);
  }
  throw new NethealError('NH_STATE_LOCKED', `the lock ${path} keeps being taken by others`);
}

/**
 * Of two that find the same stale lock, the slower must not remove the lock that the quicker has just made: it is moved
 * aside first, looked at, and put back where it turns out to be alive.
 */
function removeStale(path: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (holderOf(aside) !== null) {
    try {
      linkSync(aside, path);
    } catch {
      // A third one was quicker still: its lock stands.
    }
  }
  rmSync(aside, { force: true });
}

/** Pid of the live daemon on a state directory, or null. */
export function holderOf(lockPath: string): number | null {
  let text: string;
  try {
    text = readFileSync(lockPath, 'utf8');
  } catch {
    return null;
  }
  const pid = Number.parseInt(text, 10);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return text === identity(pid) ? pid : null;
}

/** Linking a finished file into place is atomic: nobody ever reads half a lock. */
function create(path: string, content: string): boolean {
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, content, { mode: 0o600 });
    linkSync(draft, path);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new NethealError('NH_STATE_DIR', `the lock ${path} cannot be made: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  } finally {
    rmSync(draft, { force: true });
  }
}

function release(path: string, mine: string): void {
  try {
    if (readFileSync(path, 'utf8') === mine) rmSync(path);
  } catch {
    // Someone removed it by hand; there is nothing left to release.
  }
}

/** Pid and start time: a pid alone may have been given to another process since. Empty for a dead process. */
function identity(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22 is the start time; the command in field 2 may hold spaces and brackets.
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${pid} ${startTime}\n`;
  } catch {
    return isAlive(pid) ? `${pid}\n` : '';
  }
}

/** For systems without /proc. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}
