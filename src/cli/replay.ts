import { type ReplaySummary, replay as replayLog } from '../core/replay/replay.ts';
import type { ReplayLine } from '../core/replay/story.ts';
import { durationArgument } from './act.ts';
import { EXIT, type GlobalOptions, load, print } from './context.ts';
import { readRecording } from './replay-log.ts';
import { replayLines, summaryLines } from './replay-text.ts';
import { spanOf, timeArgument } from './time-arguments.ts';
import { openTool } from './tool.ts';

export type ReplayOptions = GlobalOptions & Readonly<{ from?: string; to?: string; resumeAfter: string }>;

/** `netheal replay LOG`: which heals a config would have run on a recorded time, and which a gate would have stopped. */
export async function replay(path: string, options: ReplayOptions): Promise<number> {
  const span = spanOf(
    timeArgument('--from', options.from, Number.NEGATIVE_INFINITY),
    timeArgument('--to', options.to, Number.POSITIVE_INFINITY),
  );
  const resumeAfterMs = options.resumeAfter === 'never' ? null : durationArgument(options.resumeAfter);
  const config = await load(options);
  const tool = await openTool(config, 'list');
  try {
    const summary = await replayLog({
      config,
      assembly: tool.assembly,
      recording: readRecording(path, span),
      resumeAfterMs,
      onLine: (line) => tell(line, options),
    });
    tellSummary(summary, options);
    return EXIT.ok;
  } finally {
    await tool.done();
  }
}

/** What `--quiet` leaves: what would have been done, what would not, and who would have been called. */
const ESSENTIAL: ReadonlySet<ReplayLine['type']> = new Set([
  'would-heal',
  'would-ask',
  'would-refuse',
  'needs-human',
]);

function tell(line: ReplayLine, options: GlobalOptions): void {
  if (options.quiet && !ESSENTIAL.has(line.type)) return;
  if (options.json) print(JSON.stringify(line));
  else for (const text of replayLines(line)) print(text);
}

function tellSummary(summary: ReplaySummary, options: GlobalOptions): void {
  if (options.json) {
    const { from, to, ...rest } = summary;
    const iso = (at: number) => new Date(at).toISOString();
    print(JSON.stringify({ type: 'summary', from: iso(from), to: iso(to), ...rest }));
    return;
  }
  for (const text of summaryLines(summary)) print(text);
}
