import type { Delta, Snapshot, Source } from '../core/api/types.ts';
import type { EventRecord } from '../core/plugin.ts';
import { dataOf } from './data.ts';
import { SEVERITY } from './device-state.ts';
import { clock, counted } from './format.ts';

const WORDS: Readonly<Record<EventRecord['level'], string>> = {
  info: 'info',
  good: 'good',
  warn: 'warn',
  bad: 'BAD ',
};

/** The fleet in one line of words. */
export function statusLine(snapshot: Snapshot): string {
  const { counts, openIncidents, waiting } = dataOf(snapshot);
  const parts = SEVERITY.toReversed()
    .filter((state) => counts[state] > 0)
    .map((state) => `${counts[state]} ${state}`);
  parts.push(counted(openIncidents.length, 'incident'));
  if (waiting.length > 0) parts.push(`${counted(waiting.length, 'heal')} waiting for approval`);
  return `netheal: ${counted(snapshot.devices.length, 'device')}: ${parts.join(', ')}`;
}

/** An event in one line of words. */
export function plainEvent({ at, level, message }: EventRecord): string {
  return `${clock(Date.parse(at))} ${WORDS[level]} ${message}`;
}

/**
 * Lines instead of a screen, for logs, pipes and screen readers: the status, then a line an event, until a signal or
 * the reader has gone.
 */
export async function runPlain(source: Source, stdout: NodeJS.WritableStream): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const onError = (error: NodeJS.ErrnoException) => {
    // The reader has seen enough, as in `| head`.
    if (error.code === 'EPIPE') resolve(0);
  };
  stdout.on('error', onError);
  const signals = [
    ['SIGINT', 0],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const;
  const handlers = signals.map(([signal, code]) => {
    const handler = () => resolve(code);
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  // A source keeps no process alive by itself; whoever reads the lines wants the next one.
  const alive = setInterval(() => undefined, 60_000);
  const write = (text: string) => stdout.write(`${text}\n`);
  write(statusLine(source.snapshot()));
  let stale = false;
  const unsubscribe = source.subscribe((delta: Delta) => {
    for (const event of delta.events ?? []) write(plainEvent(event));
    const nowStale = source.connection().state === 'stale';
    if (nowStale !== stale)
      write(nowStale ? 'netheal: the daemon is gone, trying again' : statusLine(source.snapshot()));
    stale = nowStale;
  });
  try {
    return await promise;
  } finally {
    unsubscribe();
    clearInterval(alive);
    for (const off of handlers) off();
    stdout.off('error', onError);
  }
}
