import { benchHealLatency } from './heal-latency.ts';
import { benchHealStorm } from './heal-storm.ts';
import { isInstalled } from './native.ts';
import { printTable } from './table.ts';

const NEEDED = ['/usr/sbin/sshd', 'ssh', 'fping', 'nft', 'nsenter'];

/** Heals of real hosts, from the fault to the proof: one after the other beside the OpenSSH client, and fifty at once. */
export async function benchHeals(): Promise<void> {
  const missing = NEEDED.filter((program) => !isInstalled(program));
  const problem =
    process.getuid?.() !== 0
      ? 'needs root, for the lab of test/lab'
      : missing.length > 0
        ? `needs ${missing}`
        : null;
  if (problem !== null) {
    printTable('Heals', [{ figure: 'heals of real hosts', value: problem }]);
    return;
  }
  await benchHealLatency();
  await benchHealStorm();
}
