import type { Action, ActionResult, Source } from '../api/types.ts';
import type { Store } from '../store.ts';

const SAMPLES_SHOWN = 600;

/** The picture of an engine in this very process. `http`: the API over it, of which plugins are a part. */
export function localSource(
  store: Store,
  act: (action: Action) => Promise<ActionResult>,
  http: (request: Request) => Promise<Response>,
): Source {
  return {
    snapshot: () => store.snapshot(),
    select: (query) => store.select(query),
    device: (id) => store.device(id),
    glances: () => store.glances(),
    revision: () => store.revision,
    subscribe: (listener) => store.subscribe(listener),
    act,
    samples: async (device) => store.samples(device).slice(-SAMPLES_SHOWN),
    async askPlugin(address) {
      const response = await http(new Request(`http://localhost/api/plugins/${address}`));
      return response.ok ? response.json() : null;
    },
    connection: () => ({ state: 'live', since: 0 }),
    inProcess: true,
    close: async () => undefined,
  };
}
