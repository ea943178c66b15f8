import { createInterface } from 'node:readline';
import type { Delta, DeviceView, Snapshot, Source } from '../core/api/types.ts';
import { isProblem, SEVERITY, shownState } from '../core/model/shown-state.ts';
import type { EventRecord } from '../core/plugin.ts';
import type { Look } from './cells.ts';
import { type Data, dataOf } from './data.ts';
import { noteOf, severityOf } from './device-state.ts';
import { clock, counted, duration } from './format.ts';
import { ASCII, UNICODE } from './glyphs.ts';
import { terminalOf } from './terminal.ts';
import { painter } from './theme.ts';
import type { TuiOptions } from './tui-options.ts';
import { signOf } from './views/event-line.ts';

/** What plain mode needs of the options. */
export type PlainOptions = Pick<TuiOptions, 'stdin' | 'stdout' | 'env' | 'quitMessage'>;

/** Devices in trouble that are named at the start; the rest is counted. */
const NAMED_AT_START = 20;

// 128 + the signal's number would be read as a failure by whoever stops it on purpose; a hang-up is not on purpose.
const SIGNALS = [
  ['SIGINT', 0],
  ['SIGTERM', 0],
  ['SIGHUP', 129],
] as const;

/**
 * Lines instead of a screen, for logs, pipes and screen readers: the fleet in one line at the start and whenever that
 * changes, and a line an event. No cursor control; colour only on a terminal that wants it. Ends with 0 on SIGINT,
 * SIGTERM, `q` and Enter on a terminal, or when the reader has gone, as in `| head`.
 */
export async function runPlain(source: Source, options: PlainOptions): Promise<number> {
  const { stdin, stdout, quitMessage } = options;
  const ended = Promise.withResolvers<number>();
  let readerGone = false;
  const onError = (error: NodeJS.ErrnoException) => {
    readerGone = true;
    if (error.code === 'EPIPE') ended.resolve(0);
    else ended.reject(error);
  };
  stdout.on('error', onError);
  const handlers = SIGNALS.map(([signal, code]) => [signal, () => ended.resolve(code)] as const);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  const stopListening = listenForQ(stdin, stdout, () => ended.resolve(0));
  // A source keeps no process alive by itself; whoever reads the lines wants the next one.
  const alive = setInterval(() => undefined, 60_000);

  const write = (text: string) => {
    if (!readerGone) stdout.write(`${text}\n`);
  };
  const unsubscribe = narrate(source, lookOf(options), write);
  try {
    const code = await ended.promise;
    if (quitMessage !== undefined) write(quitMessage);
    return code;
  } finally {
    unsubscribe();
    clearInterval(alive);
    stopListening();
    for (const [signal, handler] of handlers) process.off(signal, handler);
    // A pipe without a reader complains about every write that was under way: somebody must listen.
    if (!readerGone) stdout.off('error', onError);
  }
}

/** Says how things are, and from then on what happens. */
function narrate(source: Source, look: Look, write: (text: string) => void): () => void {
  const tell = (lines: string | readonly string[]) => {
    for (const one of [lines].flat()) write(look.glyphs.braille ? one : ascii(one));
  };
  const snapshot = source.snapshot();
  const data = dataOf(snapshot);
  let status = fleetLine(data);
  tell([`${clock(snapshot.at)} ${status}`, ...troubleLines(data, look)]);

  let stale = false;
  const tellConnection = () => {
    const { state, since } = source.connection();
    if (stale === (state === 'stale')) return;
    stale = state === 'stale';
    if (stale) tell(`${clock(since)} ! stale since ${clock(since)}: the daemon is gone, trying again`);
    else tell(`${clock(source.snapshot().at)} live again: ${status}`);
  };
  tellConnection();
  return source.subscribe((delta: Delta) => {
    for (const event of delta.events ?? []) tell(eventLine(event, look));
    if (delta.devices ?? delta.removed ?? delta.incidents ?? delta.heals) {
      const now = fleetLine(dataOf(source.snapshot()));
      if (now !== status) tell(`${clock(delta.at)} ${now}`);
      status = now;
    }
    tellConnection();
  });
}

/** The fleet in one line of words, without the time; the gravest first, so that it is read out first. */
function fleetLine({ total, counts, openIncidents, waiting }: Data): string {
  const parts = SEVERITY.filter((state) => counts[state] > 0).map((state) => `${counts[state]} ${state}`);
  parts.push(counted(openIncidents.length, 'incident'));
  if (waiting.length > 0) parts.push(`${counted(waiting.length, 'heal')} waiting for approval`);
  return `netheal: ${counted(total, 'device')}: ${parts.join(', ')}`;
}

/** An event in one line: local time, a sign, the words. */
export function eventLine(event: EventRecord, look: Look): string {
  const [style, sign] = signOf(event, look);
  return `${clock(Date.parse(event.at))} ${look.paint(style, sign)} ${event.message}`;
}

/** The devices somebody may have to look at, the gravest first: the counts do not say which. */
function troubleLines(data: Data, look: Look): string[] {
  const { devices, at }: Snapshot = data.snapshot;
  const troubled = devices.filter(isProblem).sort((a, b) => severityOf(a) - severityOf(b));
  const lines = troubled.slice(0, NAMED_AT_START).map((device) => troubleLine(device, at, data, look));
  const more = troubled.length - lines.length;
  if (more > 0) lines.push(`  and ${more} more`);
  return lines;
}

function troubleLine(device: DeviceView, now: number, data: Data, look: Look): string {
  const state = shownState(device);
  const note = noteOf(device, data);
  const words = `${device.label} (${device.address}) ${state} for ${duration(now - device.since)}`;
  return `  ${look.paint(state, look.glyphs.states[state])} ${words}${note === '' ? '' : `, ${note}`}`;
}

function lookOf({ env, stdin, stdout }: PlainOptions): Look {
  const { unicode, colours, theme } = terminalOf(env, stdin, stdout, true);
  return {
    glyphs: unicode ? UNICODE : ASCII,
    paint: painter(theme, stdout.isTTY ? colours : 0),
  };
}

/** Labels and messages may hold anything; a terminal that is not UTF-8 would show each as several wrong signs. */
function ascii(text: string): string {
  return text
    .replaceAll('→', '->')
    .replaceAll('×', 'x')
    .replace(/[^\x1b\x20-\x7e]/gu, '?');
}

/**
 * `q` and Enter, or the end of input. Only where both ends are a terminal: `netheal-tui --plain > log &` would be
 * stopped by its shell for reading.
 */
function listenForQ(stdin: PlainOptions['stdin'], stdout: PlainOptions['stdout'], quit: () => void) {
  if (!stdin.isTTY || !stdout.isTTY) return () => undefined;
  const lines = createInterface({ input: stdin, terminal: false });
  lines.on('line', (line) => {
    if (line.trim() === 'q') quit();
  });
  lines.on('close', quit);
  return () => {
    lines.close();
    stdin.unref();
  };
}
