/** The view of all heals. */
import { byId } from './dom.ts';
import { healHistory } from './heal-history.ts';
import type { Picture } from './picture.ts';
import type { View } from './route.ts';

const REFRESH_MS = 10_000;

/** Follows the heals while it is open. */
export function healsPage(): View {
  const list = healHistory();
  byId('heals-page').append(list.element);
  let picture: Picture | null = null;
  let timer: ReturnType<typeof setInterval> | undefined;
  const isOpen = () => timer !== undefined;

  async function load(): Promise<void> {
    if (picture !== null && isOpen() && !document.hidden) await list.load(null, picture, isOpen);
  }
  return {
    open() {
      timer = setInterval(load, REFRESH_MS);
      if (picture !== null) this.show(picture, Date.now());
      void load();
    },
    close() {
      clearInterval(timer);
      timer = undefined;
    },
    show(next, now) {
      const isFirst = picture === null;
      picture = next;
      if (!isOpen()) return;
      list.show(null, next, now);
      if (isFirst) void load();
    },
    tick: () => undefined,
  };
}
