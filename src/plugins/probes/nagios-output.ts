/**
 * What a plugin of the Nagios protocol prints: a line of text, ` | ` and performance data; then lines of longer text,
 * where a second `|` begins performance data that may go on over the rest of the lines.
 * https://nagios-plugins.org/doc/guidelines.html
 */
import { cleanLine, type ProbeResult } from 'netheal/plugin';
import { localError } from './answers.ts';
import { type Perfdata, readPerfdata, timeOf, writePerfdata } from './perfdata.ts';

export type NagiosOutput = Readonly<{ text: string; perfdata: readonly Perfdata[] }>;

const MOST_TEXT = 500;

/** First line and performance data of an output; empty lines at its begin are skipped. */
export function readNagiosOutput(output: string): NagiosOutput {
  const lines = output.split(/\r?\n/);
  const at = lines.findIndex((line) => line.trim() !== '');
  const [first = '', ...others] = at < 0 ? [] : lines.slice(at);
  const long = others.join('\n');
  const second = long.indexOf('|');
  const data = `${afterBar(first)}\n${second < 0 ? '' : long.slice(second + 1)}`;
  return {
    text: cleanLine(first.split('|', 1)[0]?.trim() ?? '', MOST_TEXT),
    perfdata: readPerfdata(data).map((item) => ({ ...item, label: cleanLine(item.label, 100) })),
  };
}

function afterBar(line: string): string {
  const bar = line.indexOf('|');
  return bar < 0 ? '' : line.slice(bar + 1);
}

export type NagiosVerdict = Readonly<{
  /** Whether a warning (exit 1) is ok, with its text as detail, or a failure. */
  warning: 'ok' | 'failed';
  /** Label of the performance data whose time is the RTT. Default: how long the command ran. */
  rttFrom?: string | undefined;
}>;

/** 0 ok, 1 warning, 2 critical; 3 says that the check itself could not be made, and so does any other code. */
export function verdictOf(
  exitCode: number,
  { text, perfdata }: NagiosOutput,
  ranMs: number,
  { warning, rttFrom }: NagiosVerdict,
): ProbeResult {
  const said = text === '' ? `exit code ${exitCode}` : text;
  const rttMs = (rttFrom === undefined ? undefined : timeOf(perfdata, rttFrom)) ?? ranMs;
  if (exitCode === 0 || (exitCode === 1 && warning === 'ok')) {
    const data = writePerfdata(perfdata);
    const detail = cleanLine(data === '' ? text : `${text} | ${data}`, 2 * MOST_TEXT);
    return { ok: true, rttMs, ...(detail === '' ? {} : { detail }) };
  }
  if (exitCode === 1 || exitCode === 2)
    return { ok: false, reason: 'failed', message: said, rttMs, exitCode };
  const why = NOT_RUN[exitCode] ?? `exit code ${exitCode} is none of the protocol's 0 to 3`;
  return localError(exitCode === 3 ? said : `${why}${text === '' ? '' : `: ${text}`}`);
}

/** Conventions of shells, seen where the command is a wrapper script. */
const NOT_RUN: Readonly<Record<number, string>> = {
  126: 'the command is not executable (exit code 126)',
  127: 'the command was not found (exit code 127)',
};
