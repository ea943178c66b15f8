import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openTool } from '../../../src/cli/tool.ts';
import { resolveConfig } from '../../../src/core/config/resolve.ts';
import { readCsvRecording } from '../../../src/core/replay/csv-recording.ts';
import { type ReplaySummary, replay } from '../../../src/core/replay/replay.ts';
import type { ReplayLine } from '../../../src/core/replay/story.ts';
import type { Recording } from '../../../src/core/replay/track.ts';
import { HEADER } from '../../../src/plugins/csv-logger/rows.ts';
import { timestamp } from '../../../src/plugins/csv-logger/timestamp.ts';

export const ALL_TIME = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
export const START = new Date(2026, 9, 5, 12).getTime();
const SPACING_MS = 30_000;

/** A device of a log, one letter a check, 30 s apart: `+` answered, `-` did not, `~` slowly, ` ` has no check. */
export type Pattern = Readonly<{ ip: string; label?: string; checks: string; delayMs?: number }>;

/** The rows of a log, in the order of their time. */
export function rowsOf(patterns: readonly Pattern[], start = START): string[] {
  return patterns
    .flatMap(({ ip, label = ip, checks, delayMs = 0 }) =>
      [...checks].flatMap((letter, index) => {
        const at = start + index * SPACING_MS + delayMs;
        const row = `${timestamp(at, 'local')},${ip},${label}`;
        if (letter === ' ') return [];
        if (letter === '-') return [{ at, row: `${row},offline,` }];
        return [{ at, row: `${row},online,${letter === '~' ? '900.00' : '2.00'}` }];
      }),
    )
    .sort((a, b) => a.at - b.at)
    .map(({ row }) => row);
}

export function logText(rows: readonly string[], newline = '\n'): string {
  return [HEADER, ...rows, ''].join(newline);
}

export function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'netheal-replay-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export function readText(text: string, span = ALL_TIME): Recording {
  const file = join(folder(), 'uptime.csv');
  writeFileSync(file, text);
  return readCsvRecording(file, span);
}

export type Replayed = Readonly<{
  lines: ReplayLine[];
  summary: ReplaySummary;
  told: string[];
  /** The folder of config and state. */
  dir: string;
}>;
type Spy = (tool: Awaited<ReturnType<typeof openTool>>) => void;

/** Replays a recording with a config in the shape that a file has. `told` are the lines in short. */
export async function play(
  config: object,
  recording: Recording,
  more: { resumeAfterMs?: number | null; spy?: Spy } = {},
): Promise<Replayed> {
  const dir = folder();
  const resolved = await resolveConfig(
    { stateDir: join(dir, 'state'), plugins: { dashboard: false }, ...config },
    { file: null, dir, env: {}, locate: () => 'test' },
  );
  const tool = await openTool(resolved, 'list');
  more.spy?.(tool);
  const lines: ReplayLine[] = [];
  const summary = await replay({
    config: resolved,
    assembly: tool.assembly,
    recording,
    resumeAfterMs: more.resumeAfterMs ?? null,
    onLine: (line) => lines.push(line),
  });
  await tool.done();
  return { lines, summary, told: lines.map(inShort), dir };
}

/** `+90s would-heal web 1/2 "restart"`: seconds since the start, what, whom, why. */
function inShort(line: ReplayLine): string {
  if (line.type === 'note') return `note ${line.message}`;
  const head = `+${(Date.parse(line.at) - START) / 1_000}s ${line.type === 'event' ? line.event : line.type} ${line.device}`;
  switch (line.type) {
    case 'would-heal':
    case 'would-ask':
      return `${head} ${line.attempt}/${line.maxAttempts} "${line.strategy}"`;
    case 'would-refuse':
      return `${head} ${line.gate}`;
    case 'needs-human':
      return `${head} ${line.gate}`;
    case 'verification':
      return `${head} ${line.attempt} ${line.recovered}`;
    default:
      return head;
  }
}
