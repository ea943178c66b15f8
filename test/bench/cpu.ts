import { readFileSync } from 'node:fs';

/** Clock ticks a second of /proc: 100 on every Linux that matters. */
const TICK_MS = 10;

/** utime, stime, cutime and cstime of proc(5), milliseconds. */
function times(pid: number | 'self'): number[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).map((ticks) => Number(ticks) * TICK_MS);
}

/** CPU milliseconds of all children that this process has waited for (10 ms steps). */
export function childrenCpuMs(): number {
  const [, , user = 0, system = 0] = times('self');
  return user + system;
}

/** CPU milliseconds of this process and of all children that it has waited for. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000 + childrenCpuMs();
}

/** CPU milliseconds of another process and its waited-for children (10 ms steps). */
export function cpuMsOf(pid: number): number {
  return times(pid).reduce((sum, ms) => sum + ms, 0);
}

/** Resident memory of a process in MB. */
export function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
}
