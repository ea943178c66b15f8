/** The view of all heals. */
import { byId } from './dom.ts';
import { healHistory } from './heal-history.ts';
import type { Picture } from './picture.ts';
import type { View } from './route.ts';
import { whileOpen } from './while-open.ts';

const REFRESH_MS = 10_000;

/** Follows the heals while it is open. */
export function healsPage(): View {
  const list = healHistory();
  byId('heals-page').append(list.element);
  let picture: Picture | null = null;
  const asking = whileOpen(load, REFRESH_MS);

  async function load(): Promise<void> {
    if (picture !== null) await list.load(null, picture, asking.isOpen);
  }
  return {
    open() {
      asking.open();
      if (picture !== null) this.show(picture, Date.now());
      void load();
    },
    close: asking.close,
    show(next, now) {
      const isFirst = picture === null;
      picture = next;
      if (!asking.isOpen()) return;
      list.show(null, next, now);
      if (isFirst) void load();
    },
    tick: () => undefined,
  };
}
