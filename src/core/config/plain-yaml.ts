import type { Event, MappingEvent, ScalarEvent, SequenceEvent } from 'js-yaml';

/** What stands for "not there" in an event. */
const NONE = -1;
const MAX_DEPTH = 50;
/** Keys without quotes that are text for every reader of YAML, and no merge (`<<`). */
const PLAIN_KEY = /^(?!(?:null|true|false)$)[a-z_][\w.-]*$/i;
/**
 * Directives, ends of documents, blocks with a given indentation, comments in the place of an item, and characters that
 * one library takes for blanks or line ends and the other does not.
 */
const UNCOMMON = /[\t\ufeff]|\r(?!\n)|^(?:%|\.\.\.| +---)|[|>](?:[-+]?\d|\+)|- +#/m;
/** Ends a value: on its line no other may begin behind it. */
const CLOSING = /["'\]}]/;
/** One library takes numbers beyond all bounds for infinite, the other for text. */
const MAY_BE_ENDLESS = /^[-+]?[\d.]+(?:[eE]|\d{300})/;

/** So many characters of devices are read at a time: what the library needs for them is garbage before the next. */
const PART_LENGTH = 512 * 1024;

/**
 * A text that is YAML of the common kind, ten times quicker than the library that knows the places of its values reads
 * it, and in a fraction of the memory: 100,000 devices take a second. Undefined where that one must look, because there
 * is something that the two might read differently (anchors, tags, merges, odd keys), or something wrong.
 */
export async function parsePlainYaml(text: string, partLength = PART_LENGTH): Promise<unknown> {
  if (UNCOMMON.test(text)) return undefined;
  const { parseEvents, constructFromEvents } = await import('js-yaml');
  const read = (source: string) => {
    const events = parseEvents(source, { maxDepth: MAX_DEPTH });
    return isPlain(events, source) ? constructFromEvents(events, { source })[0] : undefined;
  };
  try {
    const { frame, parts } = cut(text, partLength);
    const whole = read(frame);
    if (parts.length === 0) return whole;
    const devices = parts.map(read);
    if (!isMap(whole) || !devices.every(Array.isArray)) return undefined;
    return { ...whole, devices: devices.flat() };
  } catch {
    return undefined;
  }
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The list of devices as one block, at the beginning of its first item; up to the next line that is no part of it. */
const DEVICES = /^devices: *\r?\n((?: *(?:#.*)?\r?\n)*)( *)- [\s\S]*?(?=^[^\s#-]|$(?![\s\S]))/m;

/**
 * Takes a long list of devices out of a text, as lists of about this length. A wrong cut, in the middle of a value, would
 * leave a quote or a bracket open, which does not go unnoticed.
 */
function cut(text: string, partLength: number): { frame: string; parts: string[] } {
  const found = DEVICES.exec(text);
  if (!found || found[0].length <= partLength) return { frame: text, parts: [] };
  const [block, comments = '', indent = ''] = found;
  const frame = `${text.slice(0, found.index)}devices: []\n${text.slice(found.index + block.length)}`;
  const item = `\n${indent}- `;
  const parts: string[] = [];
  let from = block.indexOf('\n') + 1 + comments.length;
  while (from < block.length) {
    const next = block.indexOf(item, from + partLength);
    const to = next < 0 ? block.length : next + 1;
    parts.push(block.slice(from, to));
    from = to;
  }
  return { frame, parts };
}

const DOCUMENT = 1;
const SEQUENCE = 2;
const MAPPING = 3;
const SCALAR = 4;
const ALIAS = 5;
const PLAIN = 1;
const DOUBLE_QUOTED = 3;
const FOLDED = 5;

/** Looks at everything that was read: one document, of nothing but maps, lists and texts, under keys that are texts. */
function isPlain(events: readonly Event[], text: string): boolean {
  let documents = 0;
  /** For each open map or list: how many nodes stand in it so far; in a map every second is a key, in a list none. */
  const open: { isMap: boolean; nodes: number }[] = [];
  for (const event of events) {
    if (event.type === ALIAS) return false;
    if (event.type === DOCUMENT) {
      if (++documents > 1 || event.directives.length > 0) return false;
      open.push({ isMap: false, nodes: 0 });
      continue;
    }
    const around = open.at(-1)!;
    if (event.type === SEQUENCE || event.type === MAPPING || event.type === SCALAR) {
      if (event.anchorStart !== NONE || event.tagStart !== NONE) return false;
      const isKey = around.isMap && around.nodes++ % 2 === 0;
      if (event.type === SCALAR ? !isPlainScalar(event, isKey, text) : isKey) return false;
      if (CLOSING.test(charBefore(startOf(event), text))) return false;
      if (event.type !== SCALAR) open.push({ isMap: event.type === MAPPING, nodes: 0 });
    } else open.pop();
  }
  return documents === 1;
}

function isPlainScalar({ style, valueStart, valueEnd }: ScalarEvent, isKey: boolean, text: string): boolean {
  if (style > DOUBLE_QUOTED) return style !== FOLDED && !isKey;
  const source = text.slice(valueStart, valueEnd);
  if (source.includes('\n')) return false;
  if (style === PLAIN) return isKey ? PLAIN_KEY.test(source) : !MAY_BE_ENDLESS.test(source);
  return !isKey || source !== '<<';
}

/** The last character before a place that is no space. */
function charBefore(place: number, text: string): string {
  let at = place - 1;
  while (text[at] === ' ') at--;
  return text.charAt(at);
}

function startOf(event: ScalarEvent | SequenceEvent | MappingEvent): number {
  if (event.type !== SCALAR) return event.start;
  // The quote is no part of the value.
  return event.style === PLAIN ? event.valueStart : event.valueStart - 1;
}
