import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

const MARK = 'NETHEAL_BENCH_NAMESPACE';

/** Its own loopback, where every user may open ICMP sockets; nothing of it is left when the last process ends. */
const SET_UP = `
ip link set lo up &&
echo '0 2147483647' > /proc/sys/net/ipv4/ping_group_range &&
exec "$@"`;

/** Why what needs a namespace is not measured. */
export const NEEDS_NAMESPACE = 'needs root, for a network namespace of its own';

/** Whether this process runs in a network namespace of its own: routes, devices and firewall may be changed. */
export function inOwnNamespace(): boolean {
  return process.env[MARK] === '1';
}

/**
 * As root, runs this very command once more in a network namespace of its own and ends with its exit code. Without
 * root, or where namespaces are not permitted, what does not need one goes on here.
 */
export async function enterOwnNamespace(): Promise<void> {
  if (inOwnNamespace() || process.getuid?.() !== 0) return;
  if (spawnSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up']).status !== 0) return;
  const again = spawn(
    'unshare',
    ['--net', 'sh', '-c', SET_UP, 'bench', process.execPath, ...process.argv.slice(1)],
    { stdio: 'inherit', env: { ...process.env, [MARK]: '1' } },
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => again.kill(signal));
  const [code] = await once(again, 'exit');
  process.exit(code ?? 1);
}
