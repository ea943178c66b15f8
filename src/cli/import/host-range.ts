/** A mistyped range shall not fill the memory. */
const MOST_HOSTS = 100_000;

/** `web[01:20].example` and `db-[a:c]` as the names they stand for; null where they are no range. Pure. */
export function expandRange(pattern: string): string[] | null {
  const [, before, body, after] = /^(.*?)\[([^\]]*:[^\]]*)\](.*)$/.exec(pattern) ?? [];
  // An IPv6 address stands in brackets as well, and has more colons than a range.
  if (body === undefined || /::|(:.*){3}/.test(body)) return pattern === '' ? null : [pattern];
  const values = valuesOf(body);
  const rest = values && expandRange(after!);
  const tails = after === '' ? [''] : rest;
  if (!values || !tails || values.length * tails.length > MOST_HOSTS) return null;
  return values.flatMap((value) => tails.map((tail) => `${before}${value}${tail}`));
}

/** `01:20`, `1:10:2` or `a:f`. */
function valuesOf(body: string): string[] | null {
  const {
    first,
    last,
    step = '1',
  } = /^(?<first>\d+|[a-z]):(?<last>\d+|[a-z])(?::(?<step>[1-9]\d*))?$/i.exec(body)?.groups ?? {};
  if (first === undefined || last === undefined) return null;
  const isNumber = /\d/.test(first);
  if (isNumber !== /\d/.test(last)) return null;
  const [from, to] = isNumber ? [Number(first), Number(last)] : [first.charCodeAt(0), last.charCodeAt(0)];
  if (from > to || to - from >= MOST_HOSTS) return null;
  const values: string[] = [];
  for (let value = from; value <= to; value += Number(step)) {
    values.push(isNumber ? String(value).padStart(first.length, '0') : String.fromCharCode(value));
  }
  return values;
}
