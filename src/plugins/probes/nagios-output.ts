/**
 * The Nagios plugin protocol: the exit code is the verdict, the first line says why, and what follows a `|` is
 * performance data. https://nagios-plugins.org/doc/guidelines.html
 */
import { cleanLine, type ProbeResult } from 'netheal/plugin';
import { localError } from './answers.ts';

/** Shell convention for "cannot execute" and "not found", seen where the command is a wrapper script. */
const NOT_RUN: ReadonlySet<number> = new Set([126, 127]);

/** 0 and 1 (a warning, which is soft) are ok, 2 failed, 3 says that the check itself could not be made. */
export function readNagiosOutput(exitCode: number, output: string, rttMs: number): ProbeResult {
  const [text = '', perfdata = ''] = firstLine(output)
    .split('|', 2)
    .map((part) => cleanLine(part.trim(), 500));
  const said = text === '' ? `exit code ${exitCode}` : text;
  if (exitCode === 0 || exitCode === 1) {
    const detail = perfdata === '' ? text : `${text} | ${perfdata}`;
    return { ok: true, rttMs, ...(detail === '' ? {} : { detail }) };
  }
  if (exitCode === 3 || NOT_RUN.has(exitCode)) return localError(said);
  return { ok: false, reason: 'failed', message: said, exitCode, rttMs };
}

function firstLine(output: string): string {
  return output.split('\n').find((line) => line.trim() !== '') ?? '';
}
