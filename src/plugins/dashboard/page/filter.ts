/** The filter of the page: the same words as in the terminal. Pure. */
import type { Cell } from './cells.ts';
import { ALL_LOOKS } from './looks.ts';

type Test = (cell: Cell) => boolean;

/** What a filter lets through; or what is wrong with it, and then it lets all through. */
export type Filter = Readonly<{ isEmpty: boolean; matches: Test; problem: string | null }>;

const contains = (text: string, part: string) => text.toLowerCase().includes(part);
const STATES = ALL_LOOKS.map(({ word }) => word);

const FIELDS: Readonly<Record<string, (value: string) => Test | string>> = {
  state(value) {
    // The whole word first: "down" is not "downtime".
    const exact = STATES.filter((state) => state === value);
    const states = exact.length > 0 ? exact : STATES.filter((state) => state.startsWith(value));
    if (value === '' || states.length === 0)
      return `There is no state "${value}": they are ${STATES.join(', ')}.`;
    return ({ look }) => states.includes(look.word);
  },
  group:
    (value) =>
    ({ group }) =>
      contains(group, value),
  tag(value) {
    const [name = '', wanted] = value.split('=', 2);
    return ({ tags }) =>
      Object.entries(tags).some(
        ([key, text]) => key.toLowerCase() === name && (wanted === undefined || contains(text, wanted)),
      );
  },
};

const NUMBERS: Readonly<Record<string, (cell: Cell) => number | null>> = {
  rtt: ({ rttMs }) => rttMs,
  loss: ({ lossPercent }) => lossPercent,
  up: ({ uptimePercent }) => uptimePercent,
  heal: ({ device }) => device?.healing.attempts ?? null,
};

const COMPARISON = /^(\w+)(>=|<=|>|<|=)(.*)$/;
const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '=': (a, b) => a === b,
};

/** Parses `state:down group:x tag:site=hamburg rtt>50 loss>0 !` and plain words; all must match. */
export function parseFilter(query: string): Filter {
  const tests: Test[] = [];
  for (const word of query.toLowerCase().split(/\s+/)) {
    if (word === '') continue;
    const test = parseWord(word);
    if (typeof test === 'string') return { isEmpty: true, matches: () => true, problem: test };
    tests.push(test);
  }
  return { isEmpty: tests.length === 0, matches: (cell) => tests.every((test) => test(cell)), problem: null };
}

function parseWord(word: string): Test | string {
  if (word === '!') return ({ look, device }) => look.isProblem || device?.flags.flapping === true;
  const colon = word.indexOf(':');
  // An IPv6 address has colons, too.
  const name = word.slice(0, Math.max(0, colon));
  if (Object.hasOwn(FIELDS, name)) return FIELDS[name]!(word.slice(colon + 1));
  const [, figure = '', sign = '', value = ''] = COMPARISON.exec(word) ?? [];
  const compare = COMPARE[sign];
  if (Object.hasOwn(NUMBERS, figure) && compare) {
    const limit = Number.parseFloat(value);
    if (Number.isNaN(limit)) return `"${word}" needs a number, as in ${figure}${sign}50.`;
    return (cell) => {
      const actual = NUMBERS[figure]!(cell);
      return actual !== null && compare(actual, limit);
    };
  }
  return ({ label, address, id, group, look }) =>
    contains(label, word) ||
    contains(address, word) ||
    contains(id, word) ||
    contains(group, word) ||
    look.word === word;
}
