import type { Picture } from './picture.ts';

/** The views of the page by the address after its `#`: `#/`, `#/wall`, `#/device/core-gw`. Links, bookmarks and "back" work. */
export type Route = Readonly<{ view: (typeof VIEWS)[number]; id: string }>;

const VIEWS = ['overview', 'wall', 'device', 'incidents', 'heals', 'heal'] as const;
/** Those that are about something in particular. */
const NEED_ID: ReadonlySet<string> = new Set(['device', 'heal']);

/** What stands behind an address: it works while it is open. */
export type View = Readonly<{
  open(id: string): void;
  close(): void;
  show(picture: Picture, now: number): void;
  tick(now: number): void;
}>;

/** The route of an address; what it does not know is the overview. */
export function routeOf(hash: string): Route {
  const [view, id = ''] = hash.replace(/^#\/?/, '').split('/');
  const known = VIEWS.find((name) => name === view);
  return known === undefined || (NEED_ID.has(known) && id === '')
    ? { view: 'overview', id: '' }
    : { view: known, id: decoded(id) };
}

/** The address of a device's own view. */
export function deviceHref(id: string): string {
  return `#/device/${encodeURIComponent(id)}`;
}

/** The address of a heal's own view. */
export function healHref(id: string): string {
  return `#/heal/${encodeURIComponent(id)}`;
}

/** Shows the view that the address names, now and whenever it changes; every `[data-view]` names those it belongs to. */
export function followRoute(onRoute: (route: Route) => void): void {
  const show = () => {
    const route = routeOf(location.hash);
    for (const element of document.querySelectorAll<HTMLElement>('[data-view]')) {
      element.hidden = !element.dataset.view!.split(' ').includes(route.view);
    }
    for (const link of document.querySelectorAll('nav a')) {
      const isHere = link.getAttribute('href') === (route.view === 'overview' ? '#/' : `#/${route.view}`);
      if (isHere) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    onRoute(route);
  };
  addEventListener('hashchange', () => {
    scrollTo(0, 0);
    show();
  });
  show();
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
