import type { Device } from 'netheal/plugin';

const VARIABLES: Readonly<Record<string, (device: Device) => string>> = {
  ip: (device) => device.address,
  id: (device) => device.id,
  label: (device) => device.label,
};
// Only bare words: `{{.Names}}` and `{{json .}}` belong to the templates of docker and its kin.
const VARIABLE = /\{\{\s*([A-Za-z]\w*)\s*\}\}/g;
const SAFE_WORD = /^[\w@%+=:,./-]+$/;

/** Puts the values of a device into a command, each as one shell word. */
export function substitute(command: string, device: Device): string {
  return command.replace(VARIABLE, (whole, name: string) => {
    const value = VARIABLES[name]?.(device);
    return value === undefined ? whole : shellQuote(value);
  });
}

/** The variables of a command with their values. */
export function variablesOf(command: string, device: Device): { name: string; value: string }[] {
  return [...command.matchAll(VARIABLE)].flatMap(([, name = '']) => {
    const value = VARIABLES[name]?.(device);
    return value === undefined ? [] : [{ name, value }];
  });
}

/** A value that is one word on every command line, without quotes. */
export function isPlainWord(text: string): boolean {
  return SAFE_WORD.test(text);
}

/** One word for a POSIX shell, whatever is in it. */
export function shellQuote(text: string): string {
  return isPlainWord(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** What is wrong with the variables of a command, or null. */
export function variableProblem(command: string): string | null {
  for (const match of command.matchAll(VARIABLE)) {
    const name = match[1] ?? '';
    if (!Object.hasOwn(VARIABLES, name))
      return `unknown variable {{${name}}}; there are {{ip}}, {{id}} and {{label}}`;
    // An id and an address hold no special characters; a label may, and our quotes would end those around it.
    if (name === 'label' && insideQuotes(command, match.index))
      return 'write {{label}} without quotes around it: its value is quoted already';
  }
  return null;
}

function insideQuotes(command: string, end: number): boolean {
  let quote = '';
  for (let at = 0; at < end; at++) {
    const char = command[at] as string;
    if (char === '\\' && quote !== "'") at++;
    else if (quote) quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'" || char === '`') quote = char;
  }
  return quote !== '';
}
