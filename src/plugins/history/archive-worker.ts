import { parentPort, workerData } from 'node:worker_threads';
import { Archive } from './archive-files.ts';
import type { ArchiveOrder, ArchiveReport, ArchiveSettings } from './archive-thread.ts';

/** The thread of `ArchiveThread`: adds up checks and answers questions, so that no probe waits for either. */
const { path, retention } = workerData as ArchiveSettings;
const archive = new Archive(path, retention);
const port = parentPort!;
port.on('message', (order: ArchiveOrder) => {
  if (order.type === 'end') {
    archive.close();
    port.close();
  } else if (order.type === 'ask') {
    tell({ type: 'answer', id: order.id, answered: archive.answer(order.name, order.ask, order.now) });
  } else keepUp(order.now);
});

/** One piece at a time, so that a question that came meanwhile is answered in between. */
function keepUp(now: number): void {
  const kept = archive.keepUp(now);
  tell({ type: 'kept-up', kept });
  if (kept.more) setImmediate(keepUp, now);
}

function tell(report: ArchiveReport): void {
  port.postMessage(report);
}
