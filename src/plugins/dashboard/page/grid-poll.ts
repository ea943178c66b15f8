/** Keeps up with /api/grid: of a large fleet the event stream tells only what somebody may have to look at. */
import type { Cells } from './cells.ts';
import { tokenHeader } from './token.ts';
import type { Columns, GridBlock, NamesBlock } from './wire.ts';

const LEAST_MS = 2_000;
/** After what the stream told: soon, but not for each of a thousand. */
const SOON_MS = 400;
/** A large answer takes its time to be read and drawn; at most so much of the time goes into it. */
const SHARE = 0.05;

/** Creates the poll; it asks while `isWanted`, and calls `onNews` when there are any. */
export function gridPoll(cells: Cells, isWanted: () => boolean, onNews: () => void) {
  let names: string | null = null;
  let tag: string | null = null;
  let isAsking = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dueAt = Number.POSITIVE_INFINITY;

  function wait(ms: number): void {
    const at = performance.now() + ms;
    if (at >= dueAt) return;
    dueAt = at;
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), ms);
  }

  async function ask(): Promise<void> {
    dueAt = Number.POSITIVE_INFINITY;
    if (isAsking || !isWanted()) return;
    isAsking = true;
    let spentMs = 0;
    try {
      const grid = await load<GridBlock>('/api/grid', tag);
      if (grid !== null) {
        if (grid.answer.names !== names || !cells.hasNames) {
          const known = await load<NamesBlock>('/api/grid/names', null);
          cells.takeNames(known!.answer.blocks);
          names = known!.answer.names;
        }
        // Between the two answers somebody may have come or gone: then the next round has both.
        const began = performance.now();
        if (grid.answer.names === names) cells.takeColumns(grid.answer.blocks);
        tag = grid.answer.names === names ? grid.tag : null;
        onNews();
        spentMs = performance.now() - began;
      }
    } catch {
      // The stream says so when the server is gone.
    }
    isAsking = false;
    wait(Math.max(LEAST_MS, spentMs / SHARE));
  }

  return {
    /** Asks soon, and goes on asking for as long as it is wanted. */
    soon: () => wait(SOON_MS),
    /** Asks at once: there is a new picture. */
    now(): void {
      tag = null;
      wait(0);
    },
  };
}

async function load<Block>(
  path: string,
  tag: string | null,
): Promise<{ answer: Columns<Block>; tag: string | null } | null> {
  const response = await fetch(path, {
    cache: 'no-store',
    headers: {
      ...tokenHeader(),
      ...(tag === null ? {} : { 'if-none-match': tag }),
    },
  });
  if (response.status === 304) return null;
  if (!response.ok) throw new Error(`Status ${response.status}`);
  return { answer: (await response.json()) as Columns<Block>, tag: response.headers.get('etag') };
}
