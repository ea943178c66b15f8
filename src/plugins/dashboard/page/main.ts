/** The page: follows the event stream and paints what changed. */
import { MAY_ACT } from './actions.ts';
import { openApprovals, showApprovals, tickApprovals } from './approval.ts';
import { Cells } from './cells.ts';
import { acknowledge, downtime, heal, note, pingNow } from './device-actions.ts';
import { devicePage } from './device-page.ts';
import { byId } from './dom.ts';
import { gridPoll } from './grid-poll.ts';
import { healPage } from './heal-page.ts';
import { healsPage } from './heals-page.ts';
import { incidentsPage } from './incidents-page.ts';
import { type KeyRow, listenForKeys, showHelp } from './keys.ts';
import { overview } from './overview.ts';
import { apply, type Picture, pictureOf } from './picture.ts';
import { deviceHref, followRoute, type Route, routeOf } from './route.ts';
import { follow } from './stream.ts';
import { showBanner, showCounts, showLive } from './summary.ts';
import { nextTheme, onColours, startTheme } from './theme.ts';
import { askForToken, takeTokenFromAddress } from './token.ts';
import type { Delta, DeviceRow, Snapshot } from './wire.ts';

const TICK_MS = 1_000;

takeTokenFromAddress();
const cells = new Cells();
const fleet = overview({ cells, redraw: paintSoon, open: openDevice });
const device = devicePage();
/** The other views, by the name in the address. */
const views = { device, incidents: incidentsPage(), heals: healsPage(), heal: healPage() };
const poll = gridPoll(cells, () => picture?.fleet != null && !document.hidden, paintSoon);

let picture: Picture | null = null;
let route: Route = routeOf(location.hash);
let isLive = false;
let lastHeard = Date.now();
/** Set while the server itself has lost the daemon it shows. */
let staleSince: number | null = null;
let willPaint = false;

function openDevice(id: string): void {
  location.hash = deviceHref(id);
}

function paint(): void {
  willPaint = false;
  if (picture === null) return;
  const now = Date.now();
  showCounts(cells.all, picture.fleet);
  showBanner(picture.monitor);
  showApprovals(picture, now);
  if (isFleet(route.view)) fleet.show(picture, now, route.view === 'wall');
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
  if (event === 'snapshot' || event === 'reset') {
    picture = pictureOf(JSON.parse(data) as Snapshot);
    cells.begin(picture.devices.values(), picture.fleet !== null);
    poll.now();
  } else if (event === 'delta') {
    const delta = JSON.parse(data) as Delta;
    if (picture === null || !apply(picture, delta)) return false;
    for (const device of delta.devices ?? []) cells.put(device);
    for (const id of delta.removed ?? []) cells.drop(id);
    if (delta.removed !== undefined) poll.soon();
  }
  showFreshness();
  paintSoon();
  return true;
}

function showFreshness(): void {
  showLive(isLive && staleSince === null, staleSince ?? lastHeard, Date.now());
}

function tick(): void {
  const now = Date.now();
  fleet.tick(now);
  for (const view of Object.values(views)) view.tick(now);
  tickApprovals(now);
  showFreshness();
  // Lengths of time go on while nothing else changes.
  paintSoon();
}

function goBack(): void {
  // The address itself: that it has changed is told only later.
  if (routeOf(location.hash).view === 'overview') fleet.back();
  else location.hash = '#/';
}

/** Goes to a view. */
const goTo = (hash: string) => () => {
  location.hash = hash;
};

function toggleWall(): void {
  location.hash = routeOf(location.hash).view === 'wall' ? '#/' : '#/wall';
}

/** What a key does with the device that is open, or under the cursor. */
function aboutDevice(action: (device: DeviceRow) => Promise<void>): () => void {
  return () => {
    const id = openId(route) ?? fleet.current()?.id;
    const row = picture?.devices.get(id ?? '');
    if (row !== undefined && MAY_ACT) void action(row);
    // Of a large fleet not everything is known of each: on its own page it is.
    else if (id !== undefined) openDevice(id);
  };
}

/** Keys that mean something in these views alone. */
const only = (views: readonly Route['view'][], rows: readonly KeyRow[]): KeyRow[] =>
  rows.map((row) => ({ ...row, isFor: () => views.includes(route.view) }));

listenForKeys([
  ...only(['overview'], fleet.keys),
  { keys: ['Escape'], shown: 'Esc', does: 'back: no cursor, no filter, the overview', run: goBack },
  ...only(
    ['overview', 'device'],
    [
      { keys: ['h', 'H'], shown: 'h', does: 'heal the device', run: aboutDevice(heal) },
      { keys: ['m'], shown: 'm', does: 'its downtime', run: aboutDevice(downtime) },
      { keys: ['A'], shown: 'A', does: 'acknowledge it', run: aboutDevice(acknowledge) },
      { keys: ['N'], shown: 'N', does: 'a note about it', run: aboutDevice(note) },
      { keys: ['p'], shown: 'p', does: 'ping it now', run: aboutDevice(pingNow) },
    ],
  ),
  { keys: ['1'], shown: '1', does: 'all devices', run: goTo('#/') },
  { keys: ['3'], shown: '3', does: 'the incidents', run: goTo('#/incidents') },
  { keys: ['4'], shown: '4', does: 'the heals', run: goTo('#/heals') },
  { keys: ['a'], shown: 'a', does: 'the heals that wait for approval', run: () => openApprovals() },
  { keys: ['w'], shown: 'w', does: 'the wall, for a large screen', run: toggleWall },
  {
    keys: ['t', 'T'],
    shown: 't',
    does: 'the next theme: system, dark, light, blue and orange',
    run: nextTheme,
  },
  { keys: ['?'], shown: '?', does: 'these keys', run: showHelp },
]);
byId('wall-open').addEventListener('click', toggleWall);
document.addEventListener('visibilitychange', poll.soon);
startTheme();
onColours(device.redraw);
addEventListener('resize', device.redraw);
setInterval(tick, TICK_MS);
const stream = follow({
  url: streamAddress,
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
followRoute((next) => {
  const hasChanged = openId(next) !== openId(route);
  route = next;
  for (const other of Object.values(views)) other.close();
  if (!isFleet(route.view)) views[route.view].open(route.id);
  if (picture?.fleet && hasChanged) stream.restart();
  paintSoon();
});

/** The overview, on a desk or on a wall. */
function isFleet(view: Route['view']): view is 'overview' | 'wall' {
  return view === 'overview' || view === 'wall';
}

function openId({ view, id }: Route): string | null {
  return view === 'device' ? id : null;
}

/** Of a large fleet comes what needs a look, and the device that is open. */
function streamAddress(): string {
  const id = openId(routeOf(location.hash));
  return `/api/events?${new URLSearchParams({ lens: '', ...(id !== null && { device: id }) })}`;
}
