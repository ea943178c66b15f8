import { writeSync } from 'node:fs';
import { RowFile } from '../../../src/plugins/csv-logger/row-file.ts';

/** Appends batches for ever and says each on stdout once it is acknowledged: for the test that kills it. */
const [path = '', first = '0'] = process.argv.slice(2);
const file = new RowFile(path, 'number,text', (line) => (/^\d+,x+!$/.test(line) ? 'whole' : 'torn'));
for (let row = Number(first); ; ) {
  let batch = '';
  const size = 1 + (row % 700);
  for (let i = 0; i < size; i++) batch += `${row++},${'x'.repeat(60)}!\n`;
  file.append(batch);
  writeSync(1, `${row}\n`);
}
