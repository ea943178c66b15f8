import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { NethealError } from '../../../src/core/errors.ts';

/** A folder that goes with the test, filled with files (path -> text), private as netheal asks for. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'netheal-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, text);
    chmodSync(file, 0o600);
  }
  return folder;
}

/** What went wrong, as a person would read it; a test that expects an error fails where none comes. */
export async function errorOf(run: () => unknown): Promise<NethealError> {
  try {
    await run();
  } catch (thrown) {
    if (thrown instanceof NethealError) return thrown;
    throw thrown;
  }
  throw new Error('nothing went wrong');
}
