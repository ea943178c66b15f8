import { type Alias, type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq, type Node } from 'yaml';
import type { Mistake } from './yaml-words.ts';

/** A small file can grow without bounds by its aliases. What stands in the file itself is no growth. */
const MAX_GROWTH = 5_000_000;
const MAX_DEPTH = 100;

/**
 * Puts in the place of every alias (`*name`) what it names: the library does so in a time that grows with the square of
 * their number. Returns what is wrong with them, or null: unknown, inside themselves, or growing too large.
 */
export function resolveAliases(document: Document.Parsed): Mistake | null {
  const sizes = new Map<Node, number>();
  const open = new Set<unknown>();
  /** The document is walked in its own order, so this holds what stands above. */
  const anchors = new Map<string, Node>();

  // No file has more values than characters.
  const mostValues = MAX_GROWTH + document.range[2];

  /** How many values a node stands for once its aliases are replaced. */
  const sizeOf = (node: unknown, depth: number): number => {
    if (isPair(node)) {
      if (isAlias(node.key)) node.key = target(node.key);
      if (isScalar(node.key) && node.key.source === '<<') checkMerge(node.key, node.value);
      const key = sizeOf(node.key, depth);
      if (isAlias(node.value)) node.value = target(node.value);
      return key + sizeOf(node.value, depth);
    }
    if (!isNode(node)) return 1;
    if (node.anchor) anchors.set(node.anchor, node);
    if (!isMap(node) && !isSeq(node)) return 1;
    const known = sizes.get(node);
    if (known !== undefined) return known;
    if (depth > MAX_DEPTH) throw mistake(node, 'the nesting is too deep');
    open.add(node);
    let size = 1;
    for (const [index, item] of node.items.entries()) {
      if (isAlias(item)) node.items[index] = target(item);
      size += sizeOf(node.items[index], depth + 1);
    }
    open.delete(node);
    sizes.set(node, size);
    if (size > mostValues) throw mistake(node, 'its aliases ("*") make this grow too large');
    return size;
  };

  const target = (alias: Alias): Node => {
    const found = anchors.get(alias.source);
    if (!found) {
      throw mistake(
        alias,
        'a value that begins with "*" is a YAML alias, and nothing above has this name: put it in quotes',
      );
    }
    if (open.has(found)) throw mistake(alias, 'an alias cannot stand inside of what it names');
    return found;
  };

  const checkMerge = (key: Node, value: unknown) => {
    const sources = isSeq(value) ? value.items : [value];
    if (sources.every((source) => isMap(isAlias(source) ? target(source) : source))) return;
    throw mistake(key, '"<<" takes the alias of a map, or a list of them');
  };

  try {
    sizeOf(document.contents, 0);
    return null;
  } catch (thrown) {
    if (thrown instanceof Found) return thrown.mistake;
    throw thrown;
  }
}

/** Ends the walk at the first mistake. */
class Found extends Error {
  readonly mistake: Mistake;
  constructor(mistake: Mistake) {
    super(mistake.what);
    this.mistake = mistake;
  }
}

function mistake(node: Node, what: string): Found {
  return new Found({ offset: node.range?.[0] ?? 0, what });
}
