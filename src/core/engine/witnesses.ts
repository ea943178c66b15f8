import type { Hooks } from '../kernel/hooks.ts';
import type { Probe } from '../plugin.ts';
import type { Clock } from './clock.ts';
import type { Fleet } from './fleet.ts';
import { type RunProbeContext, runProbe } from './run-probe.ts';

/** How many devices stand in for witnesses where none are configured. */
const PEERS_ASKED = 8;
const WITNESS_TIMEOUT_MS = 1_000;

/** Looks at an address that is no device of the fleet: does it answer? Null: our own side could not even ask. */
export async function askWitness(
  { clock, hooks }: Readonly<{ clock: Clock; hooks: Hooks }>,
  probe: Probe | undefined,
  address: string,
): Promise<boolean | null> {
  if (!probe) return null;
  const device = {
    id: `witness-${address}`,
    address,
    label: address,
    group: 'witnesses',
    tags: {},
    parents: [],
  };
  const prepared = {
    name: 'witness',
    probe,
    options: probe.options.parse({}),
    timeoutMs: WITNESS_TIMEOUT_MS,
  };
  const result = await runProbe({ clock, hooks, onHang: () => undefined }, prepared, device, 1);
  if (result.ok !== 'unknown') return result.ok;
  // What cannot even be sent (no route, interface off) is the plainest case of being cut off.
  return result.reason === 'local-error' ? false : null;
}

/** Does any device of the fleet answer? Null: there are too few to tell. */
export async function askFleet(context: RunProbeContext, fleet: Fleet): Promise<boolean | null> {
  const peers = fleet.peers(PEERS_ASKED);
  if (peers.length === 0) return null;
  const answers = await Promise.all(
    peers.map(async ({ device, probes, config }) => {
      const [primary] = probes;
      if (!primary) return null;
      const result = await runProbe(context, primary, device, config.check.packets);
      return result.ok === 'unknown' ? null : result.ok;
    }),
  );
  if (answers.includes(true)) return true;
  return answers.includes(false) ? false : null;
}
