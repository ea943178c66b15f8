import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** The thread of `Checkpoints`: moves what was written into the database whenever it is told to, until it is told to end. */
const database = new DatabaseSync(workerData as string);
const port = parentPort!;
port.on('message', (order: 'checkpoint' | 'end') => {
  if (order === 'end') {
    database.close();
    port.close();
    return;
  }
  // One that could not finish is made up for by the next.
  port.postMessage(database.prepare('PRAGMA wal_checkpoint(PASSIVE)').get());
});
