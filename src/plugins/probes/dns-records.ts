/** Types of DNS records that can be asked for, and their answers as zone files write them. */
import type { CaaRecord, MxRecord, SoaRecord, SrvRecord } from 'node:dns';
import { isIPv4, isIPv6 } from 'node:net';

const asItIs = (record: unknown) => String(record);

/** How each type's answers are written. */
const WRITERS = {
  A: asItIs,
  AAAA: asItIs,
  CNAME: asItIs,
  NS: asItIs,
  PTR: asItIs,
  TXT: (record: unknown) => (record as string[]).join(''),
  MX: (record: unknown) => {
    const { priority, exchange } = record as MxRecord;
    return `${priority} ${exchange}`;
  },
  SOA: (record: unknown) => {
    const { nsname, hostmaster, serial } = record as SoaRecord;
    return `${nsname} ${hostmaster} ${serial}`;
  },
  SRV: (record: unknown) => {
    const { priority, weight, port, name } = record as SrvRecord;
    return `${priority} ${weight} ${port} ${name}`;
  },
  CAA: (record: unknown) => {
    const { critical, ...property } = record as CaaRecord;
    const [tag, value] = Object.entries(property).find(([name]) => name !== 'type') ?? ['', ''];
    return `${critical} ${tag} ${value}`;
  },
} as const satisfies Record<string, (record: unknown) => string>;

export type RecordType = keyof typeof WRITERS;
export const RECORD_TYPES = Object.keys(WRITERS) as RecordType[];

/** All answers as text. */
export function writeRecords(type: RecordType, answers: unknown): string[] {
  return [answers].flat().map(WRITERS[type] as (record: unknown) => string);
}

/** What counts as the same answer: neither case nor the last dot of a name; of texts, every character does. */
export function comparable(type: RecordType, answer: string): string {
  if (type === 'TXT') return answer;
  const lower = answer.trim().toLowerCase().replace(/\.$/, '');
  return type === 'AAAA' && isIPv6(lower) ? new URL(`http://[${lower}]`).hostname.slice(1, -1) : lower;
}

/** The name that a PTR question for an address asks for; other names stay as they are. */
export function questionName(type: RecordType, name: string): string {
  if (type !== 'PTR') return name;
  if (isIPv4(name)) return `${name.split('.').reverse().join('.')}.in-addr.arpa`;
  if (!isIPv6(name)) return name;
  // As a URL it has neither zeros nor dotted quads left to think of, only one `::`.
  const [front = '', back = ''] = new URL(`http://[${name}]`).hostname.slice(1, -1).split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const zeros = Array.from({ length: 8 - groups(front).length - groups(back).length }, () => '0');
  const all = [...groups(front), ...zeros, ...groups(back)].map((group) => group.padStart(4, '0'));
  return `${all.join('').split('').reverse().join('.')}.ip6.arpa`;
}
