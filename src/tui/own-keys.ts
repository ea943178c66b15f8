import { KEY_NAMES } from './key-names.ts';
import { BINDINGS, type Binding, type Place } from './keys.ts';

/** Keys of a person's own: for an action (the name in the key table) the keys instead of ours; none turns it off. */
export type OwnKeys = Readonly<Record<string, readonly string[]>>;

/** What is wrong with the keys of an action. */
export type KeyProblem = Readonly<{ action: string; message: string }>;

/** Every action that can have keys of its own, by name. */
export const ACTIONS: readonly string[] = [...new Set(BINDINGS.map(({ command }) => command))];

/** Without these nobody gets out again. */
const NEEDED: ReadonlySet<string> = new Set(['quit', 'back', 'help']);

/**
 * The key table with a person's own keys in it, and everything that is wrong with them: an action or a key that does
 * not exist, or a key that would mean two things in one place.
 */
export function withOwnKeys(
  own: OwnKeys,
): Readonly<{ bindings: readonly Binding[]; problems: KeyProblem[] }> {
  const problems: KeyProblem[] = Object.entries(own).flatMap(([action, keys]) =>
    mistakesOf(action, keys).map((message) => ({ action, message })),
  );
  const bindings = shownTogether(own).map((binding) => {
    const keys = own[binding.command];
    return keys === undefined ? binding : { ...binding, keys: keys.map(named), shown: keys.join(' ') };
  });
  return { bindings, problems: [...problems, ...conflictsOf(bindings, own)] };
}

function mistakesOf(action: string, keys: readonly string[]): string[] {
  if (keys.length === 0 && NEEDED.has(action)) return ['needs a key: without it nobody gets out again'];
  return keys.flatMap((key) => {
    if (!isKey(key))
      return [`"${key}" is no key: one character, or ${KEY_NAMES.join(', ')}, ctrl+a to ctrl+z`];
    if (named(key) === 'ctrl+c') return ['ctrl+c always quits'];
    return action === 'yes' && ['enter', ' '].includes(named(key))
      ? [`"${key}" is pressed too easily: it must never run anything`]
      : [];
  });
}

/** A head of the table stands for those that follow it ("j k"): where one of them is changed each stands for itself. */
function shownTogether(own: OwnKeys): Binding[] {
  const groups: Binding[][] = [];
  for (const binding of BINDINGS) {
    if (binding.shown === '') groups.at(-1)!.push(binding);
    else groups.push([binding]);
  }
  return groups.flatMap((group) =>
    group.length > 1 && group.some(({ command }) => command in own)
      ? group.map((binding) => ({ ...binding, shown: binding.keys[0]! }))
      : group,
  );
}

function conflictsOf(bindings: readonly Binding[], own: OwnKeys): KeyProblem[] {
  const taken = new Map<string, Binding>();
  const found = new Map<string, KeyProblem>();
  for (const binding of bindings) {
    for (const place of binding.places) {
      for (const key of binding.keys) {
        const other = taken.get(`${place} ${key}`);
        taken.set(`${place} ${key}`, other ?? binding);
        if (other === undefined || other.command === binding.command) continue;
        const [action, rival] = binding.command in own ? [binding, other] : [other, binding];
        const id = `${action.command} ${key}`;
        if (found.has(id)) continue;
        found.set(id, {
          action: action.command,
          message: `"${shownKey(key)}" is "${rival.command}" already, ${wordsOf(place)}: give that another key, or none ([])`,
        });
      }
    }
  }
  return [...found.values()];
}

const wordsOf = (place: Place) => (place === 'device' ? 'where a device is open' : `in "${place}"`);
const named = (key: string) => (key === 'space' ? ' ' : [...key].length === 1 ? key : key.toLowerCase());
const shownKey = (key: string) => (key === ' ' ? 'space' : key);
const isKey = (key: string) =>
  ([...key].length === 1 && key > ' ') || KEY_NAMES.includes(key.toLowerCase()) || /^ctrl\+[a-z]$/i.test(key);
