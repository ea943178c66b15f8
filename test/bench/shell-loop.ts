import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measured } from './contestants.ts';
import { childrenCpuMs } from './cpu.ts';
import { addressAt, temporaryFolder } from './fleet.ts';

/** What someone who knows the shell writes in ten minutes: fping over a list, its output turned into the same CSV. */
const LOOPS = {
  bash: `
    while read -r ip _ rtt; do
      if [ "$rtt" = - ]; then printf '%s,%s,%s,offline,\\n' "$now" "$ip" "$ip"
      else printf '%s,%s,%s,online,%s\\n' "$now" "$ip" "$ip" "$rtt"; fi
    done`,
  awk: `awk -v now="$now" '{ print now "," $1 "," $1 "," ($3 == "-" ? "offline," : "online," $3) }'`,
} as const;

/** Rounds of `count` checks, one begun each second after the one before has ended; CPU of everything in it. */
export function shellLoop(kind: keyof typeof LOOPS, count: number, rounds: number): Measured {
  const folder = temporaryFolder();
  const list = join(folder.path, 'list');
  writeFileSync(list, Array.from({ length: count }, (_, i) => `${addressAt(i)}\n`).join(''));
  const script = `
    for ((round = 0; round < ${rounds}; round++)); do
      printf -v now '%(%F %T)T'
      fping -q -C 1 -i 0 -t 1000 -f ${list} 2>&1 | ${LOOPS[kind]} >> ${list}.csv
      sleep 1
    done`;
  const before = childrenCpuMs();
  const started = performance.now();
  spawnSync('bash', ['-c', script], { stdio: 'ignore' });
  const tookMs = performance.now() - started;
  const written = spawnSync('wc', ['-l', `${list}.csv`], { encoding: 'utf8' }).stdout;
  const checks = count * rounds;
  folder.remove();
  return {
    checks,
    lost: 0,
    unknown: checks - Number.parseInt(written, 10),
    cpuMs: childrenCpuMs() - before,
    perSecond: (checks / tookMs) * 1_000,
  };
}
