import { definePlugin, z } from 'netheal/plugin';
import { chooseEngine } from './choose-engine.ts';
import { IcmpProbe } from './icmp-probe.ts';

const OPTIONS = z.strictObject({
  engine: z
    .enum(['auto', 'icmp', 'fping', 'ping'])
    .default('auto')
    .describe('What sends the pings; `auto` takes the best that works on this machine.'),
});

/** Contributes the probe `icmp`: whether a device answers pings, by the best engine of this machine. */
export default definePlugin({
  name: 'pinger',
  apiVersion: 1,
  options: OPTIONS,
  async apply(api, options) {
    // The faults of the self-test are in the choice's reason.
    let isChosen = false;
    let lastFault: string | undefined;
    const choice = await chooseEngine(options.engine, (fault) => {
      // One line per trouble, not per child: the same fault is told again only after it was over.
      if (isChosen && fault !== undefined && fault !== lastFault && !api.signal.aborted) api.log.warn(fault);
      lastFault = fault;
    });
    isChosen = true;
    api.onStop(() => choice.stop());
    api.probe(new IcmpProbe(choice));
    api.log.info(`pings are sent by ${choice.name}: ${choice.reason}`);
    if (choice.mend !== undefined) api.log.info(`pings of our own need: ${choice.mend}`);
  },
});
