/** The view of one device: how it is, what can be done about it, and what was. */
import { deviceChart } from './device-chart.ts';
import { deviceDays } from './device-days.ts';
import { deviceFacts } from './device-facts.ts';
import { deviceHead } from './device-head.ts';
import { deviceTimeline } from './device-timeline.ts';
import { byId, el, setText } from './dom.ts';
import { healHistory } from './heal-history.ts';
import { noteOf } from './looks.ts';
import type { Picture } from './picture.ts';
import { whileOpen } from './while-open.ts';
import type { DeviceRow } from './wire.ts';

/** The history is written in batches: to ask more often would show nothing new. */
const REFRESH_MS = 5_000;
/** What changes by the day is asked for every five minutes. */
const DAYS_EVERY = 60;

/** Follows the device that `open` names, until `close`. */
export function devicePage() {
  const head = deviceHead(current);
  const chart = deviceChart();
  const days = deviceDays();
  const timeline = deviceTimeline();
  const heals = healHistory();
  const facts = deviceFacts();
  const missing = el('p', 'empty');
  const body = el('div', '', [
    head.element,
    chart.element,
    days.element,
    el('div', 'pair', [timeline.element, heals.element]),
    facts.element,
  ]);
  byId('device-page').append(missing, body);

  let id: string | null = null;
  let picture: Picture | null = null;
  let drawn: DeviceRow | null = null;
  let refreshes = 0;
  const asking = whileOpen(refresh, REFRESH_MS);

  /** The device that is shown, as it is now. */
  function current(): DeviceRow | undefined {
    return id === null ? undefined : picture?.devices.get(id);
  }

  /** Asks for what the event stream does not bring. */
  async function refresh(): Promise<void> {
    const device = current();
    if (device === undefined || picture === null) return;
    const isStill = () => id === device.id;
    const isDue = refreshes++ % DAYS_EVERY === 0;
    await Promise.all([
      chart.refresh(),
      timeline.show(device, picture.changes, isStill),
      heals.load(device.id, picture, isStill),
      isDue ? days.show(device.id, isStill) : null,
    ]);
  }

  function show(next: Picture, now: number): void {
    picture = next;
    const device = current();
    body.hidden = device === undefined;
    missing.hidden = device !== undefined;
    setText(missing, `There is no device "${id}".`);
    if (device === undefined) return;
    heals.show(device.id, next, now);
    if (drawn === device) return;
    const isOther = drawn?.id !== device.id;
    const hasTurned = drawn?.reachability !== device.reachability;
    drawn = device;
    if (isOther) {
      refreshes = 0;
      chart.open(device.id);
    }
    head.show(
      device,
      noteOf(device, (other) => next.devices.get(other)?.label ?? other),
      now,
    );
    facts.show(device, next);
    if (isOther || hasTurned) void refresh();
  }

  return {
    open(next: string): void {
      id = next;
      drawn = null;
      asking.open();
      if (picture !== null) show(picture, Date.now());
    },
    close(): void {
      id = null;
      drawn = null;
      asking.close();
      chart.close();
    },
    show(next: Picture, now: number): void {
      if (id !== null) show(next, now);
      else picture = next;
    },
    tick(now: number): void {
      if (drawn !== null) head.tick(drawn, now);
    },
    /** Colours or width have changed. */
    redraw: chart.redraw,
    current,
  };
}
