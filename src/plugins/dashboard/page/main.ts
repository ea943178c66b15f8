/** The page: follows the event stream and paints what changed. */
import { activityList } from './activity.ts';
import { deviceTable } from './device-table.ts';
import { byId } from './dom.ts';
import { healList } from './heals.ts';
import { incidentList } from './incidents.ts';
import { listenForKeys, showHelp } from './keys.ts';
import { apply, type Picture, pictureOf } from './picture.ts';
import { follow } from './stream.ts';
import { showBanner, showCounts, showLive } from './summary.ts';
import { nextTheme, startTheme } from './theme.ts';
import { askForToken, storedToken, takeTokenFromAddress } from './token.ts';
import type { Delta, Snapshot } from './wire.ts';

const TICK_MS = 1_000;
/** A search is sent when the reader has stopped typing for this long. */
const SEARCH_MS = 250;

const filter = byId<HTMLInputElement>('filter');
const table = deviceTable();
const incidents = incidentList();
const activity = activityList();
const heals = healList();

let picture: Picture | null = null;
let isLive = false;
let lastHeard = Date.now();
/** Set while the server itself has lost the daemon it shows. */
let staleSince: number | null = null;
let willPaint = false;
let searched = '';
let searching: ReturnType<typeof setTimeout> | undefined;

function paint(): void {
  willPaint = false;
  if (picture === null) return;
  const now = Date.now();
  showCounts(picture.devices.values(), picture.fleet);
  showBanner(picture.monitor);
  incidents.show(picture, now);
  table.show(picture.devices, filter.value.trim().toLowerCase(), now, picture.fleet);
  activity.show(picture.changes, now);
  heals.show(picture, now);
}

/** Many messages, one painting: and none at all while nobody looks at the tab. */
function paintSoon(): void {
  if (willPaint) return;
  willPaint = true;
  requestAnimationFrame(paint);
}

function onMessage(event: string, data: string): boolean {
  staleSince = event === 'stale' ? (JSON.parse(data) as { since: number }).since : null;
  if (event === 'snapshot' || event === 'reset') picture = pictureOf(JSON.parse(data) as Snapshot);
  else if (event === 'delta' && (picture === null || !apply(picture, JSON.parse(data) as Delta)))
    return false;
  showFreshness();
  paintSoon();
  return true;
}

function showFreshness(): void {
  showLive(isLive && staleSince === null, Date.now() - (staleSince ?? lastHeard));
}

function tick(): void {
  const now = Date.now();
  table.tick(now);
  incidents.tick(now);
  showFreshness();
}

filter.addEventListener('input', () => {
  paintSoon();
  clearTimeout(searching);
  searching = setTimeout(search, SEARCH_MS);
});

/** What is not in the picture of a large fleet is looked for by the server. */
function search(): void {
  const words = filter.value.trim().toLowerCase();
  if (!picture?.fleet || words === searched) return;
  searched = words;
  stream.restart();
}

table.onMore(paintSoon);
function clearFilter(): void {
  filter.value = '';
  filter.blur();
  paintSoon();
  search();
}

listenForKeys([
  { keys: ['/'], shown: '/', does: 'filter the devices', run: () => filter.focus() },
  { keys: ['Escape'], shown: 'Esc', does: 'show all devices again', run: clearFilter },
  {
    keys: ['t'],
    shown: 't',
    does: 'the next theme: as the system, dark, light, blue and orange',
    run: nextTheme,
  },
  { keys: ['?'], shown: '?', does: 'these keys', run: showHelp },
]);
startTheme();
takeTokenFromAddress();
setInterval(tick, TICK_MS);
const stream = follow({
  url: () => `/api/events?lens=${encodeURIComponent(searched)}`,
  token: storedToken,
  onMessage,
  onAlive() {
    isLive = true;
    lastHeard = Date.now();
    showFreshness();
  },
  onLost() {
    isLive = false;
    showFreshness();
  },
  async onTokenNeeded() {
    while (!(await askForToken('Reading this page from another machine needs the token.')));
  },
});
