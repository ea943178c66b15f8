import { writeSync } from 'node:fs';
import { Archive } from '../../../src/plugins/history/archive-files.ts';

/** Adds up a history piece by piece, saying each on stdout: for the test that kills it. */
const forever = Number.MAX_SAFE_INTEGER;
const archive = new Archive(process.argv[2] ?? '', { rawMs: forever, minutesMs: forever, retainMs: forever });
let more = true;
while (more) {
  ({ more } = archive.keepUp(Date.now()));
  writeSync(1, '.\n');
}
archive.close();
