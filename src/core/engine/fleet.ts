import { cameBack } from '../kernel/probe-result.ts';
import { buildTopology, rootCause, type Topology } from '../model/topology.ts';
import type { Monitored } from './monitored.ts';

/** All devices under watch and how they hang together. */
export class Fleet {
  readonly #devices = new Map<string, Monitored>();
  topology: Topology = buildTopology([]);

  replace(devices: Iterable<Monitored>): void {
    this.#devices.clear();
    for (const device of devices) this.#devices.set(device.id, device);
    this.topology = buildTopology([...this.#devices.values()].map(({ device }) => device));
  }

  get(id: string): Monitored | undefined {
    return this.#devices.get(id);
  }

  ids(): Iterable<string> {
    return this.#devices.keys();
  }

  all(): Iterable<Monitored> {
    return this.#devices.values();
  }

  get size(): number {
    return this.#devices.size;
  }

  /** Id of the broken device that explains an unreachable one; null for all others. */
  rootCauseOf(id: string): string | null {
    if (this.get(id)?.state.reachability !== 'unreachable') return null;
    return rootCause(
      id,
      this.topology,
      (other) => this.get(other)?.state,
      (other) => this.get(other)?.primaryProbe,
    );
  }

  /**
   * Devices whose answer would prove that the monitor is not cut off: for a fleet of four or more without witnesses.
   * Those behind a single common root prove nothing, because the root alone explains their silence.
   */
  peers(limit: number): Monitored[] {
    if (this.size < 4) return [];
    const well: Monitored[] = [];
    const others: Monitored[] = [];
    for (const device of this.all()) {
      if (device.device.parents.length > 0) continue;
      const { reachability, consecutiveFailures } = device.state;
      const isWell =
        (reachability === 'up' && consecutiveFailures === 0) || device.lastResults.some(cameBack);
      // Of a large fleet the first that will do are enough.
      if ((isWell ? well : others).push(device) === limit && isWell) break;
    }
    const roots = [...well, ...others];
    return roots.length < 2 ? [] : roots.slice(0, limit);
  }
}
