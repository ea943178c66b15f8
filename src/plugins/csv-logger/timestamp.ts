/** How the first column tells the time: as the wall clock here does, or as ISO 8601 in UTC. */
export type TimestampStyle = 'local' | 'iso';

/** `2025-10-14 10:30:00` in local time, or `2025-10-14T08:30:00.000Z`. */
export function timestamp(atMs: number, style: TimestampStyle): string {
  const at = new Date(atMs);
  if (style === 'iso') return at.toISOString();
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
