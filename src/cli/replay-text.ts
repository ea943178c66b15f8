import type { ReplaySummary } from '../core/replay/replay.ts';
import type { ReplayLine } from '../core/replay/story.ts';
import { durationText } from './duration-text.ts';

/** One line of a replay as lines for people: local time, a glyph as in the log of events, the words. */
export function replayLines(line: ReplayLine): string[] {
  switch (line.type) {
    case 'note':
      return [`# ${line.message}`];
    case 'would-heal':
    case 'would-ask': {
      const { at, device, attempt, maxAttempts, strategy, risk, steps } = line;
      const what = line.type === 'would-heal' ? 'HEAL' : 'ASK ';
      const head = `${local(at)} ${what} ${device}: attempt ${attempt}/${maxAttempts} "${strategy}" (risk ${risk})`;
      return [
        head,
        ...steps.flatMap((step) =>
          step.lines.map((text) => `${INDENT}on ${step.target} by ${step.kind}: ${text}`),
        ),
      ];
    }
    case 'would-refuse':
      return [`${local(line.at)} STOP ${line.device}: ${line.gate}: ${line.reason}`];
    case 'needs-human':
      return [`${local(line.at)} ✖    ${line.device} needs a person: ${line.reason}`];
    case 'verification':
      return [
        `${local(line.at)} ${line.recovered ? '●' : '!'}    ${line.device}: after attempt ${line.attempt} the log has it ${line.recovered ? 'well again' : 'still failing'}`,
      ];
    case 'incident-opened':
    case 'incident-closed':
      return [`${local(line.at)} ${line.type === 'incident-opened' ? '✖' : '●'}    ${line.message}`];
    case 'event':
      return [`${local(line.at)} ·    ${line.message}`];
  }
}

const INDENT = ' '.repeat(25);

/** The last lines: what it came to. */
export function summaryLines(summary: ReplaySummary): string[] {
  const { devices, configured, samples, from, to, gaps, gapMs, incidents, heals, recovered, notRecovered } =
    summary;
  const open = heals - recovered - notRecovered;
  const refused = Object.entries(summary.refused).sort(([, a], [, b]) => b - a);
  const count = refused.reduce((sum, [, times]) => sum + times, 0);
  return [
    '',
    `log          ${summary.source}`,
    `devices      ${devices} of ${configured} in the config`,
    `checks       ${samples}${summary.badRows > 0 ? `, ${summary.badRows} row(s) left out` : ''}`,
    `time         ${local(from)} to ${local(to)} (${durationText(to - from)})`,
    ...(gaps > 0 ? [`gaps         ${gaps}, ${durationText(gapMs)} in all: nothing is in the log then`] : []),
    `incidents    ${incidents}`,
    `heals        ${heals} would have run; after ${recovered} of them the log has the device well again, after ${notRecovered} not${open > 0 ? `, and at ${open} it ends` : ''}`,
    `refused      ${count}${count > 0 ? `: ${refused.map(([gate, times]) => `${gate} ${times}`).join(', ')}` : ''}`,
    `needs-human  ${summary.needsHuman}`,
    ...(summary.selfOffline > 0
      ? [`uplink       ${summary.selfOffline} time(s) our own was taken to be down`]
      : []),
  ];
}

/** `2025-10-14 10:30:00`, local time, as in the log. */
function local(at: string | number): string {
  return new Date(at).toLocaleString('sv-SE');
}
