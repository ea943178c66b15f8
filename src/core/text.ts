/**
 * The one sanitiser for everything that comes from outside (labels, SSH output, plugin text, error messages).
 * Applied once, at ingest: plain mode, logs and HTTP have no other protection.
 */

// Colour and cursor sequences (CSI, OSC and its kin, two-byte escapes): remote programs mean no harm by them, so they vanish.
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g;
// C0 without \t and \n, DEL, C1, zero-width characters, bidi overrides and isolates, soft hyphen, BOM.
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** One line: escapes dropped, tabs and newlines become spaces, other hidden characters are shown as `·`. */
export function cleanLine(text: string, maxLength = 2_000): string {
  const clean = text
    .slice(0, maxLength * 2)
    .replace(ESCAPES, '')
    .replace(/\r?\n|\t|\r/g, ' ')
    .replace(HIDDEN, '·');
  // Never through the middle of a character: half a surrogate pair is no text.
  return clean.length > maxLength
    ? `${clean.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, '')}…`
    : clean;
}

/** Many lines, each cleaned; a trailing newline adds no empty line. */
export function cleanLines(text: string, maxLength = 2_000): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => cleanLine(line, maxLength));
}
