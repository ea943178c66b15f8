import { arrange, byId, el } from './dom.ts';
import { clock } from './format.ts';
import { LEVELS } from './looks.ts';
import type { EventRecord } from './wire.ts';

const SHOWN = 20;

/** The last changes of status, the newest first. */
export function activityList() {
  let shown: readonly EventRecord[] | null = null;
  return {
    show(changes: readonly EventRecord[], now: number): void {
      if (changes === shown) return;
      shown = changes;
      const last = changes.slice(-SHOWN).reverse();
      const items = last.map((event) =>
        el('li', '', [
          el('time', '', [clock(Date.parse(event.at), now)], { datetime: event.at }),
          el('span', '', [
            el('span', `glyph ${LEVELS[event.level].className}`, [LEVELS[event.level].glyph], {
              'aria-hidden': 'true',
            }),
            event.message,
          ]),
        ]),
      );
      arrange(byId('activity'), items.length > 0 ? items : [el('li', 'empty', ['No change so far.'])]);
    },
  };
}
