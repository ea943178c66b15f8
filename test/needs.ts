import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { type TestAPI, test } from 'vitest';

/**
 * `test` where a program is installed (a name is looked for in PATH); else a `test` that skips, with the reason and the Debian package's name printed
 * once. NETHEAL_REQUIRE_LAB=1 turns the skip into a failure.
 */
export function testNeeding(program: string, debianPackage: string): TestAPI {
  if (isInstalled(program)) return test;
  const reason = `${program} is not installed (Debian: ${debianPackage})`;
  if (process.env.NETHEAL_REQUIRE_LAB === '1') throw new Error(`NETHEAL_REQUIRE_LAB=1, but ${reason}`);
  console.log(`tests are skipped: ${reason}`);
  return test.skip as unknown as TestAPI;
}

function isInstalled(program: string): boolean {
  const folders = isAbsolute(program) ? ['/'] : (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => {
    try {
      // What has a fixed place may also be a script that others source.
      accessSync(join(folder, program), isAbsolute(program) ? constants.R_OK : constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
