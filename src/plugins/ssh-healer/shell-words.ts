import { type Device, fillVariables, unknownVariable, variablesIn } from 'netheal/plugin';

const SAFE_WORD = /^[\w@%+=:,./-]+$/;

/** Puts the values of a device into a command, each as one shell word. */
export function substitute(command: string, device: Device): string {
  return fillVariables(command, device, shellQuote);
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
  // An id and an address hold no special characters; a label may, and our quotes would end those around it.
  const isQuotedTwice = variablesIn(command).some(
    ({ name, at }) => name === 'label' && insideQuotes(command, at),
  );
  return (
    unknownVariable(command) ??
    (isQuotedTwice ? 'write {{label}} without quotes around it: its value is quoted already' : null)
  );
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
