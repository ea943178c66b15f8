/** What happened to a device: the states of its last day as a strip, and its events. */
import { el } from './dom.ts';
import { clock, duration } from './format.ts';
import { eventsOf, type PastEvent } from './history.ts';
import { LEVELS, lookOfState } from './looks.ts';
import type { DeviceRow, EventRecord } from './wire.ts';

const DAY_MS = 86_400_000;
const ASKED = 200;
const SHOWN = 30;
/** No outage is too short to be seen. */
const LEAST_PERCENT = 0.4;

type Segment = Readonly<{ state: string; from: number; to: number }>;

/** The strip and the list; without a history, of what the page itself has seen. */
export function deviceTimeline() {
  const strip = el('ol', 'strip');
  const list = el('ol', 'activity');
  const element = el('section', '', [el('h2', '', ['What happened']), strip, list]);
  return {
    element,
    async show(device: DeviceRow, seen: readonly EventRecord[], isStill: () => boolean): Promise<void> {
      const answer = await eventsOf(device.id, ASKED);
      if (!isStill()) return;
      const events =
        answer?.events ??
        seen
          .filter((event) => event.device === device.id)
          .map(pastOf)
          .reverse();
      const now = Date.now();
      strip.replaceChildren(...segmentsOf(device, events, now).map((segment) => drawSegment(segment)));
      list.replaceChildren(
        ...(events.length === 0
          ? [el('li', 'empty', ['Nothing so far.'])]
          : events.slice(0, SHOWN).map((event) => drawEvent(event, now))),
      );
    },
  };
}

function pastOf({ at, type, level, device, message, from, to }: EventRecord): PastEvent {
  const detail = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  return { at: Date.parse(at), type, level, device: device ?? null, message, detail };
}

/** The states of the last 24 hours, the oldest first; before the first change known, what that changed from. */
function segmentsOf(
  { reachability }: Pick<DeviceRow, 'reachability'>,
  events: readonly PastEvent[],
  now: number,
): Segment[] {
  const begin = now - DAY_MS;
  const segments: Segment[] = [];
  let to = now;
  let state: string = reachability;
  for (const { at, type, detail } of events) {
    if (type !== 'status-change' || detail?.from === undefined) continue;
    if (at <= begin) break;
    segments.unshift({ state, from: at, to });
    to = at;
    state = detail.from;
  }
  segments.unshift({ state, from: begin, to });
  return segments;
}

function drawSegment({ state, from, to }: Segment): HTMLElement {
  const { glyph, word, className } = lookOfState(state);
  const words = `${word} for ${duration(to - from)}`;
  const segment = el('li', className, [el('span', 'hidden', [`${glyph} ${words}`])], {
    title: `${words}, from ${new Date(from).toLocaleTimeString('en-GB')}`,
  });
  segment.style.flexGrow = String(Math.max(LEAST_PERCENT, (100 * (to - from)) / DAY_MS));
  return segment;
}

function drawEvent({ at, level, message }: PastEvent, now: number): HTMLElement {
  const { glyph, className } = LEVELS[level];
  return el('li', '', [
    el('time', '', [clock(at, now)], { datetime: new Date(at).toISOString() }),
    el('span', '', [el('span', `glyph ${className}`, [glyph], { 'aria-hidden': 'true' }), message]),
  ]);
}
