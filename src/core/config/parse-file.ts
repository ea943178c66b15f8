import { readFileSync, statSync } from 'node:fs';
import { basename, extname, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TextDecoder } from 'node:util';
import { type Document, isMap, isNode, isPair, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';
import { messageOf, NethealError } from '../errors.ts';
import { resolveAliases } from './aliases.ts';
import { parsePlainJson } from './plain-json.ts';
import { parsePlainYaml } from './plain-yaml.ts';
import type { ConfigPath } from './types.ts';
import { inPlainWords, jsonMistake, type Mistake } from './yaml-words.ts';

const MAX_BYTES = 64 * 1024 * 1024;
/** From a few thousand devices on it is felt how long the library takes that knows the places of values. */
const LARGE = 256 * 1024;
const SCRIPTS: ReadonlySet<string> = new Set(['.ts', '.mts', '.js', '.mjs', '.cjs']);

/** A config file as plain data, and where each value stands in it. */
export type ParsedFile = Readonly<{ raw: unknown; text: string; locate: (path: ConfigPath) => string }>;

/**
 * Reads YAML or JSON (a subset of it). Modules are only run where `allowScripts` says that a person named the file.
 *
 * @throws NethealError NH_CONFIG_INVALID as `file:line:col: what`
 */
export async function parseFile(path: string, cwd: string, allowScripts: boolean): Promise<ParsedFile> {
  const name = shownName(path, cwd);
  if (SCRIPTS.has(extname(path))) {
    if (!allowScripts)
      throw invalid(`${name}: a config that is a program is only run when named with --config`);
    return runScript(path, name);
  }
  const text = readText(path, name);
  const plain = parsePlainJson(text) ?? (text.length > LARGE ? await parsePlainYaml(text) : undefined);
  const yaml = plain === undefined ? parseYaml(text, name) : null;
  const whole = yaml ? yaml.value : plain;
  // Places are asked for where something is wrong: a large fleet does not keep them for the rest of its days.
  let kept = yaml && new WeakRef(yaml);
  const at = (place: ConfigPath) => {
    const placed = kept?.deref() ?? parseYaml(text, name);
    kept = new WeakRef(placed);
    return placed.locate(place);
  };
  const prefix: ConfigPath = basename(path) === 'package.json' ? ['netheal'] : [];
  const raw = prefix.length > 0 ? (whole as { netheal?: unknown } | null)?.netheal : whole;
  if (raw === null || raw === undefined) {
    throw invalid(
      `${at(prefix)}: ${prefix.length > 0 ? 'there is no config under the key "netheal"' : 'the file is empty'}`,
    );
  }
  if (typeof raw !== 'object' || Array.isArray(raw)) {
    const kind = Array.isArray(raw) ? 'a list' : `a ${typeof raw}`;
    throw invalid(`${at(prefix)}: a config is a map of keys (devices, monitoring, ...), not ${kind}`);
  }
  return { raw, text, locate: (path) => at([...prefix, ...path]) };
}

type Yaml = Readonly<{ value: unknown; locate: (path: ConfigPath) => string }>;

/** YAML with the places of its values. */
function parseYaml(text: string, name: string): Yaml {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    uniqueKeys: true,
    merge: true,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  if ('empty' in documents || documents.length === 0) throw invalid(`${name}:1:1: the file is empty`);
  const [document, second] = documents as [Document.Parsed, Document.Parsed | undefined];
  const wrong = mistakeIn(document, text);
  if (wrong) throw invalid(`${at(wrong.offset)}: ${wrong.what}`);
  if (second) throw invalid(`${at(second.range[0])}: one config is one document; a second one begins here`);
  try {
    return { value: document.toJS(), locate: (path) => at(offsetOf(document, path)) };
  } catch (thrown) {
    throw invalid(`${name}:1:1: ${messageOf(thrown)}`);
  }
}

function readText(path: string, name: string): string {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) throw invalid(`${name}: is a folder, not a file`);
    if (stats.size > MAX_BYTES) throw invalid(`${name}: is larger than ${MAX_BYTES / 1024 / 1024} MB`);
    // A byte-order mark is dropped by the decoder.
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (thrown) {
    if (thrown instanceof NethealError) throw thrown;
    if (thrown instanceof TypeError) throw invalid(`${name}: is not UTF-8 text`);
    throw invalid(`${name}: cannot be read (${(thrown as NodeJS.ErrnoException).code ?? messageOf(thrown)})`);
  }
}

async function runScript(path: string, name: string): Promise<ParsedFile> {
  let value: unknown;
  try {
    const module = (await import(pathToFileURL(path).href)) as { default?: unknown };
    value = typeof module.default === 'function' ? await module.default() : module.default;
  } catch (thrown) {
    throw invalid(`${name}: ${messageOf(thrown)}`);
  }
  if (typeof value !== 'object' || value === null)
    throw invalid(`${name}: has no default export that is a config`);
  return { raw: value, text: '', locate: () => name };
}

/** The place of a value's key, or of the nearest thing above it that is there. */
function offsetOf(document: Document.Parsed, path: ConfigPath): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && String((item.key as { value?: unknown })?.value) === String(step),
      );
      if (!pair) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    } else return offset;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined;
}

/** The first thing wrong with the text itself. A tag that nobody knows would silently become a plain string. */
function mistakeIn(document: Document.Parsed, text: string): Mistake | null {
  const [error] = document.errors;
  if (error) {
    const json =
      error.code !== 'DUPLICATE_KEY' && text.trimStart().startsWith('{') ? jsonMistake(text) : null;
    return json ?? inPlainWords(error, text);
  }
  const [warning] = document.warnings;
  return warning ? inPlainWords(warning, text) : resolveAliases(document);
}

function shownName(path: string, cwd: string): string {
  const shorter = relative(cwd, path);
  return shorter !== '' && shorter.length < path.length && !shorter.startsWith('..') ? shorter : path;
}

function invalid(message: string): NethealError {
  return new NethealError('NH_CONFIG_INVALID', message);
}
