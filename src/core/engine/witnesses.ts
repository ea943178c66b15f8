import type { Hooks } from '../kernel/hooks.ts';
import { cameBack } from '../kernel/probe-result.ts';
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
  // What cannot even be sent (no route, interface off) is the plainest case of being cut off.
  return result.ok === 'unknown' && result.reason === 'local-error' ? false : cameBack(result);
}

/** Does anything come back from any device of the fleet, if only a refusal? Null: there are too few to tell. */
export async function askFleet(context: RunProbeContext, fleet: Fleet): Promise<boolean | null> {
  const peers = fleet.peers(PEERS_ASKED);
  if (peers.length === 0) return null;
  return anyTrue(
    peers.flatMap(({ device, probes, config }) =>
      probes.map(async (probe) => cameBack(await runProbe(context, probe, device, config.check.packets))),
    ),
  );
}

/** True as soon as one is; null where none is, and none is false either. */
function anyTrue(answers: readonly Promise<boolean | null>[]): Promise<boolean | null> {
  return new Promise((resolve) => {
    for (const answer of answers) void answer.then((isTrue) => isTrue && resolve(true));
    void Promise.all(answers).then((all) => resolve(all.includes(false) ? false : null));
  });
}
