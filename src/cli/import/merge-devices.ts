import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, type Node, parse, parseDocument, stringify } from 'yaml';
import type { NewDevice } from './plan-import.ts';

/** Devices as the list that a config has under `devices`. Pure. */
export function devicesYaml(devices: readonly NewDevice[]): string {
  return stringify(escaped(devices), { lineWidth: 0, aliasDuplicateObjects: false });
}

/**
 * The text of a config, YAML or JSON, with more devices behind those that it has. Nothing that stands there is written
 * anew: comments, quotes and spaces stay. Null where its list of devices is not one that can be added to. Pure.
 */
export function mergeDevices(
  text: string,
  path: readonly string[],
  devices: readonly NewDevice[],
): string | null {
  const document = parseDocument(text, { keepSourceTokens: false, merge: true, logLevel: 'silent' });
  const map = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  if (document.errors.length > 0 || !isMap(map)) return null;
  const pair = map.items.find(({ key }) => isScalar(key) && key.value === path.at(-1));
  if (!pair) return null;
  const list = pair.value as Node | null;
  const merged = isSeq(list)
    ? list.flow
      ? inBrackets(text, list.range!, list.items.at(-1) as Node | undefined, devices)
      : behind(text, list.range![0], list.items.at(-1) as Node, devices)
    : null;
  if (merged === null) return null;
  return isTheSameAndMore(text, merged, path, devices) ? merged : null;
}

/** Below the last item of a list with dashes, its comments included. */
function behind(text: string, dash: number, last: Node, devices: readonly NewDevice[]): string {
  const indent = dash - (text.lastIndexOf('\n', dash - 1) + 1);
  let end = lineEnd(text, last.range![0]);
  for (let next = end; next < text.length; ) {
    const stop = lineEnd(text, next);
    const line = text.slice(next, stop);
    const depth = line.search(/\S/);
    if (depth >= 0 && depth <= indent) break;
    // An empty line belongs to the item only where more of it follows.
    if (depth >= 0) end = stop;
    next = stop;
  }
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const added = devicesYaml(devices)
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => (line === '' ? '' : ' '.repeat(indent) + line) + newline);
  const before = text.slice(0, end);
  return `${before}${before.endsWith('\n') ? '' : newline}${added.join('')}${text.slice(end)}`;
}

/** Behind the last item of a list in brackets, as it stands in JSON. */
function inBrackets(
  text: string,
  [start, end]: readonly number[],
  last: Node | undefined,
  devices: readonly NewDevice[],
): string {
  const items = devices.map((device) => JSON.stringify(escaped(device)));
  const indentAt = (offset: number) => /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1))![0];
  if (!last) {
    const indent = `${indentAt(start!)}  `;
    const rows = items.map((item) => `\n${indent}  ${item}`).join(',');
    return `${text.slice(0, start! + 1)}${rows}\n${indent}${text.slice(end! - 1)}`;
  }
  const at = last.range![1];
  const isSpread = text.slice(start, last.range![0]).includes('\n');
  const between = isSpread ? `,\n${indentAt(last.range![0])}` : ', ';
  return `${text.slice(0, at)}${items.map((item) => between + item).join('')}${text.slice(at)}`;
}

/** The proof that what was there says what it said. */
function isTheSameAndMore(
  text: string,
  merged: string,
  path: readonly string[],
  devices: readonly NewDevice[],
): boolean {
  const [before, after] = [text, merged].map(
    (one) => parse(one, { merge: true, logLevel: 'silent' }) as unknown,
  );
  const list = (root: unknown) => path.reduce((value, key) => (value as Record<string, unknown>)[key], root);
  const old = list(before) as unknown[];
  if (!isDeepStrictEqual(list(after), [...old, ...escaped(devices)])) return false;
  (list(after) as unknown[]).length = old.length;
  return isDeepStrictEqual(before, after);
}

/** A `${` in a config begins a variable; here nothing is one. */
function escaped<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll('${', () => '$${')) as T;
}

function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  return newline < 0 ? text.length : newline + 1;
}
