import { definePlugin, NameResolver } from 'netheal/plugin';
import { allProbe, anyProbe } from './composite-probe.ts';
import { dnsProbe } from './dns-probe.ts';
import { execProbe } from './exec-probe.ts';
import { httpProbe } from './http-probe.ts';
import { Lanes } from './lanes.ts';
import { sshProbe } from './ssh-probe.ts';
import { tcpProbe } from './tcp-probe.ts';
import { tlsProbe } from './tls-probe.ts';
import { Trust } from './trust.ts';

/** With more that answer at once, the RTT is that of our own queues; those that do not answer cost only a socket. */
const SOCKETS = { quick: 64, silent: 256, handOverMs: 250 };

/** Contributes the probes `tcp`, `http`, `dns`, `tls`, `ssh`, `exec`, `all` and `any`. */
export default definePlugin({
  name: 'probes',
  apiVersion: 1,
  apply(api) {
    const resolver = new NameResolver();
    const trust = new Trust(api.configDir);
    const now = () => api.clock.now();
    const connects = new Lanes({ ...SOCKETS, noun: 'connects' });
    api.probe(tcpProbe(resolver, connects));
    api.probe(sshProbe(resolver, connects));
    api.probe(tlsProbe({ resolver, trust, now, lanes: connects }));
    api.probe(httpProbe({ resolver, trust, now, lanes: new Lanes({ ...SOCKETS, noun: 'requests' }) }));
    api.probe(dnsProbe(resolver, new Lanes({ ...SOCKETS, noun: 'questions' })));
    api.probe(execProbe(api.configDir));
    api.probe(allProbe(api.probes));
    api.probe(anyProbe(api.probes));
  },
});
