const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** "40s", "4m", "3h", "9d": coarse on purpose, a ticking second would redraw every row of the table. */
export function coarseDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < MINUTE) return `${Math.floor(seconds / 10) * 10}s`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)}m`;
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)}h`;
  return `${Math.floor(seconds / DAY)}d`;
}

/** "2m 11s", "3d 4h": two units, for the one device that is looked at. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < MINUTE) return `${seconds}s`;
  if (seconds < HOUR) return pair(seconds, MINUTE, 'm', 1, 's');
  if (seconds < DAY) return pair(seconds, HOUR, 'h', MINUTE, 'm');
  return pair(seconds, DAY, 'd', HOUR, 'h');
}

function pair(seconds: number, big: number, bigUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((seconds % big) / small);
  return `${Math.floor(seconds / big)}${bigUnit}${rest === 0 ? '' : ` ${rest}${smallUnit}`}`;
}

/** "4:31", for what runs out. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  return `${Math.floor(seconds / MINUTE)}:${String(seconds % MINUTE).padStart(2, '0')}`;
}

/** Local time of day, "14:02:31". */
export function clock(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** An RTT in milliseconds without the unit: "0.84", "21.4", "310"; "-" where there is none. */
export function rtt(ms: number | null): string {
  if (ms === null) return '-';
  if (ms < 10) return ms.toFixed(2);
  if (ms < 100) return ms.toFixed(1);
  return ms.toFixed(0);
}

/** Uptime: two decimals, but never "100" for something that was down. */
export function uptime(percent: number | null): string {
  if (percent === null) return '-';
  if (percent === 100) return '100';
  return (Math.floor(percent * 100) / 100).toFixed(2);
}

/** Loss in whole percent; the least loss is never "0%". */
export function loss(percent: number): string {
  return `${percent > 0 && percent < 1 ? 1 : Math.round(percent)}%`;
}

/** "1 incident", "3 incidents". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The value below which 95 of 100 values are; null where there are none. */
export function p95(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null;
}
