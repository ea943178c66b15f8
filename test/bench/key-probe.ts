/**
 * Preloaded into the netheal-tui that is measured: how long from a key's bytes in the process to the bytes it writes for it.
 * What is beyond that is the machine's: pseudo-terminal, emulator, and whoever else wants the cores. At the end the times
 * are written to the file NETHEAL_BENCH_KEYS, milliseconds, as JSON.
 */
import { writeFileSync } from 'node:fs';
import { ReadStream, WriteStream } from 'node:tty';

const times: number[] = [];
let pressed: number | null = null;

const emit = ReadStream.prototype.emit as (event: string | symbol, ...args: unknown[]) => boolean;
ReadStream.prototype.emit = function (this: ReadStream, event: string | symbol, ...args: unknown[]) {
  if (event === 'data') pressed = performance.now();
  return emit.call(this, event, ...args);
};

const { write } = WriteStream.prototype;
WriteStream.prototype.write = function (this: WriteStream, ...args: Parameters<typeof write>) {
  if (pressed !== null) times.push(performance.now() - pressed);
  pressed = null;
  return write.apply(this, args);
} as typeof write;

process.on('exit', () => {
  const file = process.env.NETHEAL_BENCH_KEYS;
  if (file) writeFileSync(file, JSON.stringify(times));
});
