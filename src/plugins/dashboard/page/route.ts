/** The views of the page by the address after its `#`: `#/`, `#/device/core-gw`. Links, bookmarks and "back" work. */
export type Route = Readonly<{ view: View; id: string }>;

const VIEWS = ['overview', 'device'] as const;
export type View = (typeof VIEWS)[number];

/** The route of an address; what it does not know is the overview. */
export function routeOf(hash: string): Route {
  const [view, id = ''] = hash.replace(/^#\/?/, '').split('/');
  const known = VIEWS.find((name) => name === view);
  return known === undefined || (known === 'device' && id === '')
    ? { view: 'overview', id: '' }
    : { view: known, id: decoded(id) };
}

/** The address of a device's own view. */
export function deviceHref(id: string): string {
  return `#/device/${encodeURIComponent(id)}`;
}

/** Shows the view that the address names, now and whenever it changes; every `[data-view]` of the page is one. */
export function followRoute(onRoute: (route: Route) => void): void {
  const show = () => {
    const route = routeOf(location.hash);
    for (const element of document.querySelectorAll<HTMLElement>('[data-view]')) {
      element.hidden = element.dataset.view !== route.view;
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
