/** The page: follows the event stream and paints what changed. */
import { MAY_ACT } from './actions.ts';
import { activityList } from './activity.ts';
import { openApprovals, showApprovals, tickApprovals } from './approval.ts';
import { acknowledge, downtime, heal, note, pingNow } from './device-actions.ts';
import { devicePage } from './device-page.ts';
import { deviceTable } from './device-table.ts';
import { byId } from './dom.ts';
import { healPage } from './heal-page.ts';
import { healList } from './heals.ts';
import { healsPage } from './heals-page.ts';
import { incidentList } from './incidents.ts';
import { incidentsPage } from './incidents-page.ts';
import { listenForKeys, showHelp } from './keys.ts';
import { apply, type Picture, pictureOf } from './picture.ts';
import { followRoute, routeOf } from './route.ts';
import { follow } from './stream.ts';
import { showBanner, showCounts, showLive } from './summary.ts';
import { nextTheme, onColours, startTheme } from './theme.ts';
import { askForToken, storedToken, takeTokenFromAddress } from './token.ts';
import type { Delta, DeviceRow, Snapshot } from './wire.ts';

const TICK_MS = 1_000;
/** A search is sent when the reader has stopped typing for this long. */
const SEARCH_MS = 250;

const filter = byId<HTMLInputElement>('filter');
const table = deviceTable();
const incidents = incidentList();
const activity = activityList();
const heals = healList();
const device = devicePage();
const views = { device, incidents: incidentsPage(), heals: healsPage(), heal: healPage() };

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
  showApprovals(picture, now);
  for (const view of Object.values(views)) view.show(picture, now);
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
  for (const view of Object.values(views)) view.tick(now);
  tickApprovals(now);
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

/** From any other view back to the overview; there, away with the filter. */
function showAll(): void {
  if (routeOf(location.hash).view === 'overview') clearFilter();
  else location.hash = '#/';
}

/** Goes to a view. */
const goTo = (hash: string) => () => {
  location.hash = hash;
};

/** What a key does with the device that is open. */
function aboutDevice(action: (device: DeviceRow) => Promise<void>): () => void {
  return () => {
    const open = device.current();
    if (open !== undefined && MAY_ACT) void action(open);
  };
}

listenForKeys([
  { keys: ['/'], shown: '/', does: 'filter the devices', run: () => filter.focus() },
  { keys: ['Escape'], shown: 'Esc', does: 'show all devices again', run: showAll },
  { keys: ['1'], shown: '1', does: 'all devices', run: goTo('#/') },
  { keys: ['3'], shown: '3', does: 'the incidents', run: goTo('#/incidents') },
  { keys: ['4'], shown: '4', does: 'the heals', run: goTo('#/heals') },
  { keys: ['a'], shown: 'a', does: 'the heals that wait for approval', run: () => openApprovals() },
  { keys: ['h'], shown: 'h', does: 'heal the device', run: aboutDevice(heal) },
  { keys: ['m'], shown: 'm', does: 'its downtime', run: aboutDevice(downtime) },
  { keys: ['A'], shown: 'A', does: 'acknowledge it', run: aboutDevice(acknowledge) },
  { keys: ['N'], shown: 'N', does: 'a note about it', run: aboutDevice(note) },
  { keys: ['p'], shown: 'p', does: 'ping it now', run: aboutDevice(pingNow) },
  {
    keys: ['t'],
    shown: 't',
    does: 'the next theme: as the system, dark, light, blue and orange',
    run: nextTheme,
  },
  { keys: ['?'], shown: '?', does: 'these keys', run: showHelp },
]);
startTheme();
byId('approvals').addEventListener('click', () => openApprovals());
takeTokenFromAddress();
onColours(device.redraw);
addEventListener('resize', device.redraw);
setInterval(tick, TICK_MS);
const stream = follow({
  url: streamAddress,
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
followRoute(({ view, id }) => {
  for (const other of Object.values(views)) other.close();
  if (view !== 'overview') views[view].open(id);
  if (picture?.fleet) stream.restart();
});

/** Of a large fleet comes what needs a look, what was searched for, and the device that is open. */
function streamAddress(): string {
  const { view, id } = routeOf(location.hash);
  return `/api/events?${new URLSearchParams({ lens: searched, ...(view === 'device' ? { device: id } : {}) })}`;
}
