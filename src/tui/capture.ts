import { format } from 'node:util';
import { cleanLines } from '../core/text.ts';

type Level = 'info' | 'warn' | 'bad';
const METHODS = { debug: 'info', log: 'info', info: 'info', warn: 'warn', error: 'bad' } as const;

/**
 * Takes what others write to the console (plugins, warnings of Node) while the screen is ours: a stray line would
 * stay on it until something draws over it. Returns the way to give the console back.
 */
export function captureConsole(onLine: (text: string, level: Level) => void): () => void {
  const restores: (() => void)[] = [];
  for (const [name, level] of Object.entries(METHODS) as [keyof typeof METHODS, Level][]) {
    const original = console[name];
    console[name] = (...args: unknown[]) => {
      for (const text of cleanLines(format(...args))) onLine(text, level);
    };
    restores.push(() => {
      console[name] = original;
    });
  }
  if (process.stderr.isTTY) {
    const { stderr } = process;
    const original = stderr.write;
    stderr.write = ((chunk: unknown, ...rest: unknown[]) => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString('utf8');
      for (const line of cleanLines(text)) if (line !== '') onLine(line, 'warn');
      const done = rest.find((one) => typeof one === 'function') as (() => void) | undefined;
      done?.();
      return true;
    }) as typeof stderr.write;
    restores.push(() => {
      stderr.write = original;
    });
  }
  return () => {
    for (const restore of restores) restore();
  };
}
