import { realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { NethealError } from '../errors.ts';

const OTHERS_WRITE = 0o022;
const OTHERS_READ = 0o044;
const STICKY = 0o1000;

/**
 * netheal holds SSH keys and may run as root: a file that others may change must not say whom it logs in to.
 *
 * @throws NethealError NH_CONFIG_UNTRUSTED with the command that mends it
 */
export function checkTrust(file: string): void {
  const stats = statSync(file);
  const problem =
    changeableByOthers(file, stats) ?? folderProblem(dirname(file)) ?? folderProblem(dirname(targetOf(file)));
  if (problem)
    throw new NethealError('NH_CONFIG_UNTRUSTED', `${file}: ${problem.what}`, { mend: problem.mend });
}

/** May group or others read it? Then passwords should not stand in it. */
export function readableByOthers(file: string): boolean {
  return (statSync(file).mode & OTHERS_READ) !== 0;
}

/** Where a symbolic link leads: who may replace the target decides as well. */
function targetOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    // A pipe (`-c <(command)`) has no path of its own.
    return file;
  }
}

type Problem = Readonly<{ what: string; mend: string }>;

function changeableByOthers(path: string, stats: Stats): Problem | null {
  if ((stats.mode & OTHERS_WRITE) !== 0) {
    return { what: 'group or others may change it', mend: `chmod go-w ${path}` };
  }
  const me = process.getuid?.();
  if (me !== undefined && stats.uid !== 0 && stats.uid !== me) {
    return {
      what: `it belongs to uid ${stats.uid}, neither to root nor to you`,
      mend: `chown ${me} ${path}`,
    };
  }
  return null;
}

/** Whoever may write to the folder may put another file in its place; the sticky bit (as on /tmp) forbids that. */
function folderProblem(folder: string): Problem | null {
  const { mode } = statSync(folder);
  if ((mode & 0o002) === 0 || (mode & STICKY) !== 0) return null;
  return {
    what: `anybody may replace it, because ${folder} is writable for all`,
    mend: `chmod o-w ${folder}`,
  };
}
