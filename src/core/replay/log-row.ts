import { parseTime } from '../local-time.ts';

/** One row of `uptime.csv`, in local time or ISO 8601. */
export type LogRow = Readonly<{
  at: number;
  address: string;
  label: string;
  ok: boolean;
  rttMs: number | null;
}>;

/** Parses a line of the log; null for the header, an empty or a torn line. */
export function parseLogRow(line: string): LogRow | null {
  const fields = splitCsv(line.trimEnd());
  if (fields.length !== 5) return null;
  const [time, address, label, status, rtt] = fields as [string, string, string, string, string];
  const at = parseTime(time);
  if (Number.isNaN(at) || (status !== 'online' && status !== 'offline')) return null;
  const rttMs = rtt === '' ? null : Number(rtt);
  return { at, address, label, ok: status === 'online', rttMs: Number.isFinite(rttMs) ? rttMs : null };
}

/** Fields of one line; quoted ones may hold commas and doubled quotes, never line breaks. */
function splitCsv(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}
