/** A length of time in two units at most: `42s`, `3m 12s`, `2h 5m`, `9d 3h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return two(Math.floor(seconds / 60), 'm', seconds % 60, 's');
  if (seconds < 86_400) return two(Math.floor(seconds / 3_600), 'h', Math.floor((seconds % 3_600) / 60), 'm');
  return two(Math.floor(seconds / 86_400), 'd', Math.floor((seconds % 86_400) / 3_600), 'h');
}

/** The same, coarse: what stands in a table must not change every second. */
export function age(ms: number): string {
  return ms < 60_000 ? '<1m' : (duration(ms).split(' ')[0] ?? '');
}

/** Milliseconds with as many digits as they deserve. */
export function rtt(ms: number | null): string {
  if (ms === null) return '–';
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms).toLocaleString('en')} ms`;
}

/** Percent; never rounded up to a hundred, because an outage is an outage. */
export function percent(value: number | null, digits: number): string {
  if (value === null) return '–';
  const scale = 10 ** digits;
  return `${(Math.floor(value * scale) / scale).toFixed(digits)}%`;
}

/** Time of day, 24 h; with the date where it was not today. */
export function clock(at: number, now: number): string {
  const time = new Date(at);
  const isToday = time.toDateString() === new Date(now).toDateString();
  return isToday
    ? time.toLocaleTimeString('en-GB')
    : time.toLocaleDateString('en-GB', { day: '2-digit', month: 'short' });
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit} ${small}${smallUnit}`;
}
