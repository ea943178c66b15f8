import type { Action, ActionResult, Source } from '../api/types.ts';
import type { Store } from '../store.ts';

const SAMPLES_SHOWN = 600;

/** The picture of an engine in this very process. */
export function localSource(store: Store, act: (action: Action) => Promise<ActionResult>): Source {
  return {
    snapshot: () => store.snapshot(),
    select: (query) => store.select(query),
    device: (id) => store.device(id),
    glances: () => store.glances(),
    revision: () => store.revision,
    subscribe: (listener) => store.subscribe(listener),
    act,
    samples: async (device) => store.samples(device).slice(-SAMPLES_SHOWN),
    connection: () => ({ state: 'live', since: 0 }),
    inProcess: true,
    close: async () => undefined,
  };
}
