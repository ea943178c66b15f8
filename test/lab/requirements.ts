import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { describe, test } from 'vitest';
import { searchPath } from './shell.ts';

/** Every program the lab runs, with the Debian package that holds it. */
const packageOf: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  ss: 'iproute2',
  ping: 'iputils-ping',
  '/usr/sbin/sshd': 'openssh-server',
  'ssh-keygen': 'openssh-client',
  sysctl: 'procps',
  openssl: 'openssl',
  nft: 'nftables',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  hostname: 'hostname',
  perl: 'perl-base',
};

/** Why the lab cannot be built here; null where it can. */
function labProblem(): string | null {
  if (process.platform !== 'linux') return 'network namespaces need Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const missing = Object.keys(packageOf).filter((program) => !isInstalled(program));
  if (missing.length > 0) {
    const packages = [...new Set(missing.map((program) => packageOf[program]))];
    return `${missing.join(', ')} not installed (Debian: apt-get install ${packages.join(' ')})`;
  }
  return namespaceProblem();
}

function isInstalled(program: string): boolean {
  const folders = program.startsWith('/') ? [''] : searchPath.split(':').map((dir) => `${dir}/`);
  return folders.some((folder) => {
    try {
      accessSync(`${folder}${program}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Containers give root without the right to make namespaces: only a try tells. */
function namespaceProblem(): string | null {
  // Named as a lab's, so that it is cleared away as one should this very moment be the last.
  const name = `nh${process.pid}-0000-try`;
  const ip = (...args: string[]) =>
    execFileSync('ip', args, { stdio: 'pipe', env: { ...process.env, PATH: searchPath } });
  try {
    ip('netns', 'add', name);
    try {
      ip('netns', 'exec', name, 'unshare', '--mount', '--uts', '--pid', '--fork', 'true');
      ip('-n', name, 'link', 'add', 'name', 'one', 'type', 'veth', 'peer', 'name', 'two');
      ip('-n', name, 'link', 'add', 'name', 'three', 'type', 'bridge');
    } finally {
      ip('netns', 'del', name);
    }
    return null;
  } catch (error) {
    const said = (error as { stderr?: Buffer }).stderr?.toString().trim();
    return `network namespaces are not permitted here (${said || String(error)})`;
  }
}

const problem = labProblem();
if (problem !== null) console.warn(`The lab is skipped: ${problem}`);

/** A group of tests that needs the lab: skipped with its reason where there can be none, unless it is required. */
export function describeLab(title: string, define: () => void): void {
  if (problem === null) {
    // Every wait in these tests has a deadline of its own, which says what was waited for.
    describe(title, { timeout: 90_000 }, define);
  } else if (process.env.NETHEAL_REQUIRE_LAB === '1') {
    test(`${title}: the lab is required`, () => {
      throw new Error(`NETHEAL_REQUIRE_LAB=1, but ${problem}`);
    });
  } else {
    describe.skip(`${title} (skipped: ${problem})`, define);
  }
}
