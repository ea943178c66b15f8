/**
 * Performance data of the Nagios plugin protocol: `'label'=value[UOM];warn;crit;min;max`, separated by spaces.
 * https://nagios-plugins.org/doc/guidelines.html, "Performance data"
 */
export type Perfdata = Readonly<{
  label: string;
  /** `null`: the plugin could not find out (`U`). */
  value: number | null;
  /** Unit as it was given: "s", "ms", "us", "%", "B", "KB", "c", or none. */
  unit: string;
  /** Ranges and limits as they were given: "5", "~:10", "@1:2". */
  warn: string;
  crit: string;
  min: string;
  max: string;
}>;

/** A quoted label may hold anything, a quote as two; a bare one neither spaces nor `=`. */
// Bounded, so that an endless quote is not searched to its end from each of its characters.
const ITEM = /(?<!\S)(?:'((?:[^']|''){1,200})'|([^\s='][^\s=]{0,200}))=(\S*)/g;
const VALUE = /^(-?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?)([^\d;]*)$/;
const RANGE = /^@?(?:~|-?\d+(?:[.,]\d+)?)?:?(?:-?\d+(?:[.,]\d+)?)?$/;
/** More than any plugin has; the rest is left out. */
const MOST_ITEMS = 100;

/** The performance data in a text; what is none is left out. */
export function readPerfdata(text: string): Perfdata[] {
  const found: Perfdata[] = [];
  for (const [, quoted, bare, rest = ''] of text.matchAll(ITEM)) {
    const label = quoted?.replaceAll("''", "'") ?? bare ?? '';
    const [amount = '', warn = '', crit = '', min = '', max = ''] = rest.split(';');
    const [, digits, unit = ''] = VALUE.exec(amount) ?? [];
    if (digits === undefined && amount !== 'U') continue;
    if (![warn, crit, min, max].every((range) => RANGE.test(range))) continue;
    // A decimal comma is what a plugin writes that did not reset the locale.
    const value = digits === undefined ? null : Number(digits.replace(',', '.'));
    found.push({ label, value, unit, warn, crit, min, max });
    if (found.length >= MOST_ITEMS) break;
  }
  return found;
}

/** As a plugin would write it, in one line. */
export function writePerfdata(items: readonly Perfdata[]): string {
  return items
    .map(({ label, value, unit, warn, crit, min, max }) => {
      const name = /[\s'=]/.test(label) ? `'${label.replaceAll("'", "''")}'` : label;
      const limits = [warn, crit, min, max].join(';').replace(/;+$/, '');
      return `${name}=${value ?? 'U'}${unit}${limits === '' ? '' : `;${limits}`}`;
    })
    .join(' ');
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, ms: 1, us: 0.001 };

/** The time of that label in milliseconds; `undefined` where there is none or it is no time. */
export function timeOf(items: readonly Perfdata[], label: string): number | undefined {
  const item = items.find((one) => one.label === label);
  const factor = UNIT_MS[item?.unit.toLowerCase() ?? ''];
  if (item?.value == null || factor === undefined || item.value < 0) return undefined;
  return item.value * factor;
}
