import type { DeviceView } from '../core/api/types.ts';
import { isProblem, SEVERITY, shownState } from '../core/model/shown-state.ts';

/** A typed filter: what matches it, or what is wrong with it. */
export type Filter =
  | Readonly<{ ok: true; matches: (device: DeviceView) => boolean }>
  | Readonly<{ ok: false; message: string }>;

type Test = (device: DeviceView) => boolean;
type Parser = (value: string) => Test | string;

const contains = (text: string, part: string) => text.toLowerCase().includes(part);

const FIELDS: Readonly<Record<string, Parser>> = {
  state: (value) => {
    // The whole word first: "down" is not "downtime".
    const exact = SEVERITY.filter((state) => state === value);
    const states = exact.length > 0 ? exact : SEVERITY.filter((state) => state.startsWith(value));
    if (value === '' || states.length === 0) return `no state "${value}"; they are ${SEVERITY.join(', ')}`;
    return (device) => states.includes(shownState(device));
  },
  group: (value) => (device) => contains(device.group, value),
  tag: (value) => {
    const [name = '', wanted] = value.split('=', 2);
    return ({ tags }) =>
      Object.entries(tags).some(
        ([key, text]) => key.toLowerCase() === name && (wanted === undefined || contains(text, wanted)),
      );
  },
};

const NUMBERS: Readonly<Record<string, (device: DeviceView) => number | null>> = {
  rtt: ({ rttMs }) => rttMs,
  loss: ({ lossPercent }) => lossPercent,
  up: ({ stats }) => stats.uptimePercent,
  heal: ({ healing }) => healing.attempts,
};

const COMPARISON = /^(\w+)(>=|<=|>|<|=)(.*)$/;
const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '=': (a, b) => a === b,
};

/** Parses `text state:down group:x tag:k=v rtt>50 loss>0 !`; all words must match. */
export function parseFilter(query: string): Filter {
  const tests: Test[] = [];
  for (const word of query.toLowerCase().split(/\s+/)) {
    if (word === '') continue;
    const test = parseWord(word);
    if (typeof test === 'string') return { ok: false, message: test };
    tests.push(test);
  }
  return { ok: true, matches: (device) => tests.every((test) => test(device)) };
}

/** The words of a filter that the source can look for among devices that are not in the picture. */
export function searchWords(query: string): string {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .map((word) => (word.startsWith('group:') ? word.slice(6) : word));
  return words
    .filter((word) => word !== '' && word !== '!' && !isField(word) && !COMPARISON.test(word))
    .join(' ');
}

/** `state:down`, but not an IPv6 address. */
function isField(word: string): boolean {
  return Object.hasOwn(FIELDS, word.slice(0, Math.max(0, word.indexOf(':'))));
}

function parseWord(word: string): Test | string {
  if (word === '!') return isProblem;
  const colon = word.indexOf(':');
  const field = isField(word) ? FIELDS[word.slice(0, colon)] : undefined;
  if (field) return field(word.slice(colon + 1));
  const [, name = '', sign = '', value = ''] = COMPARISON.exec(word) ?? [];
  const read = Object.hasOwn(NUMBERS, name) ? NUMBERS[name] : undefined;
  const compare = COMPARE[sign];
  if (read && compare) {
    const limit = Number.parseFloat(value);
    if (Number.isNaN(limit)) return `"${word}" needs a number, as in ${name}${sign}50`;
    return (device) => {
      const actual = read(device);
      return actual !== null && compare(actual, limit);
    };
  }
  return ({ id, label, address, group }) => [id, label, address, group].some((text) => contains(text, word));
}
