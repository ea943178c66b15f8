import { NethealError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { Healer, Panel, Probe, RouteHandler, Sink } from '../plugin.ts';

/** A route that a plugin contributed; `at` says below what its path stands. */
export type Route = Readonly<{
  plugin: string;
  method: 'GET' | 'POST';
  path: string;
  handler: RouteHandler;
  at: 'plugin' | 'root';
}>;
type Contributed<T> = Readonly<{ plugin: string; value: T }>;

/** What plugins contribute, by name. Two plugins that offer the same name are an error naming both. */
export class Registry {
  readonly probes = new Shelf<Probe>('NH_NO_PROBE', 'probe type');
  readonly healers = new Shelf<Healer>('NH_NO_HEALER', 'kind of heal step');
  readonly sinks = new Shelf<Sink>('NH_PLUGIN_INVALID', 'sink');
  readonly panels: Contributed<Panel>[] = [];
  readonly routes: Route[] = [];

  /** @throws NethealError where a path at the root is taken, or could hide something of netheal's own */
  addRoute(route: Route): void {
    if (route.at === 'root') this.#refuseAtRoot(route);
    this.routes.push(route);
  }

  #refuseAtRoot({ plugin, method, path }: Route): void {
    const taken = this.routes.find((each) => each.at === 'root' && each.path === path);
    const problem = !ROOT_PATH.test(path)
      ? `"${path}" cannot be a route at the root: it must be one word of a-z, 0-9 and -`
      : OWN_ROOT_PATHS.has(path)
        ? `plugin ${plugin} cannot have /${path}: it is netheal's own`
        : taken && (taken.plugin !== plugin || taken.method === method)
          ? `plugins ${taken.plugin} and ${plugin} both answer at /${path}`
          : null;
    if (problem !== null) throw new NethealError('NH_PLUGIN_INVALID', problem, { plugin });
  }
}

/** One word without a dot: no file of the page and nothing below /api can look like it. */
const ROOT_PATH = /^[a-z][a-z0-9-]*$/;
const OWN_ROOT_PATHS: ReadonlySet<string> = new Set(['api', 'healthz', 'readyz']);

/** Named contributions of one kind. */
export class Shelf<T> {
  readonly #items = new Map<string, Contributed<T>>();
  readonly #code: 'NH_NO_PROBE' | 'NH_NO_HEALER' | 'NH_PLUGIN_INVALID';
  readonly #noun: string;

  constructor(code: 'NH_NO_PROBE' | 'NH_NO_HEALER' | 'NH_PLUGIN_INVALID', noun: string) {
    this.#code = code;
    this.#noun = noun;
  }

  add(name: string, plugin: string, value: T): void {
    const taken = this.#items.get(name);
    if (taken) {
      const message = `plugins ${taken.plugin} and ${plugin} both provide the ${this.#noun} "${name}"`;
      throw new NethealError('NH_PLUGIN_INVALID', message, { plugin });
    }
    this.#items.set(name, { plugin, value });
  }

  /** @throws NethealError naming what there is instead */
  get(name: string): T {
    const found = this.#items.get(name);
    if (found) return found.value;
    const hint = nearest(name, this.names());
    const known = hint ? `did you mean "${hint}"?` : `there are: ${this.names().join(', ') || 'none'}`;
    throw new NethealError(this.#code, `no plugin provides the ${this.#noun} "${name}"; ${known}`);
  }

  has(name: string): boolean {
    return this.#items.has(name);
  }

  names(): string[] {
    return [...this.#items.keys()];
  }

  all(): Contributed<T>[] {
    return [...this.#items.values()];
  }
}
