import { definePlugin, NameResolver, Slots } from 'netheal/plugin';
import { execProbe } from './exec-probe.ts';
import { httpProbe } from './http-probe.ts';
import { tcpProbe } from './tcp-probe.ts';

/** With more at once, the RTT is that of our own queues. */
const MOST_CONNECTS = 64;
const MOST_REQUESTS = 64;

/** Contributes the probes `tcp`, `http` and `exec`. */
export default definePlugin({
  name: 'probes',
  apiVersion: 1,
  apply(api) {
    const resolver = new NameResolver();
    api.probe(tcpProbe(resolver, new Slots(MOST_CONNECTS)));
    api.probe(httpProbe(resolver, new Slots(MOST_REQUESTS)));
    api.probe(execProbe(api.configDir));
  },
});
