import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const built = new Map<string, string | null>();

/** Compiles NAME.c of this folder into a temporary folder; null where there is no C compiler. */
export function nativeProgram(name: 'icmp' | 'simulator'): string | null {
  const known = built.get(name);
  if (known !== undefined) return known;
  const dir = mkdtempSync(join(tmpdir(), 'netheal-bench-c-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const program = join(dir, name);
  const source = fileURLToPath(new URL(`./${name}.c`, import.meta.url));
  const { error, status, stderr } = spawnSync('cc', ['-O2', '-o', program, source], { encoding: 'utf8' });
  if (!error && status !== 0) throw new Error(`${name}.c does not compile: ${stderr}`);
  built.set(name, error ? null : program);
  return error ? null : program;
}

export const NO_COMPILER = 'no C compiler (Debian: gcc libc6-dev)';

/** Is a program there, in the PATH or at its full path? */
export function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$0"', program]).status === 0;
}
