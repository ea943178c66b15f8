/**
 * `fork(api-server.ts, [netheal|bare, DEVICES, UPDATES_PER_SECOND])`: the dashboard over a fleet without an engine, or a bare
 * node:http server that sends the very bytes which that would send. Tells its parent the port, and when asked its lag.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createApi } from '../../src/core/api/app.ts';
import { builtDashboard } from '../plugins/dashboard/browser.ts';
import { startDashboard } from '../plugins/dashboard/harness.ts';
import { BusyFleet, keepBusy } from './busy-fleet.ts';

const [kind, devices, updates] = process.argv.slice(2);
const fleet = new BusyFleet(Number(devices));
const port =
  kind === 'bare' ? await serveBare() : (await startDashboard(fleet, {}, await builtDashboard())).port;
keepBusy(fleet, Number(updates));

const lag = monitorEventLoopDelay({ resolution: 5 });
lag.enable();
process.on('message', () => {
  process.send!({ lagMs: lag.percentile(99) / 1e6 });
  lag.reset();
});
process.send!({ port });

/** The same bytes with nothing done for them: what Node itself costs. */
async function serveBare(): Promise<number> {
  const api = createApi({ source: fleet, pluginRoutes: () => [], ready: () => true });
  const answers = new Map<string, Buffer>();
  for (const path of ['/api/status', '/api/snapshot']) {
    for (const encoding of ['identity', 'zstd']) {
      const headers = { 'accept-encoding': encoding };
      const response = await api(new Request(`http://localhost${path}`, { headers }));
      answers.set(`${path} ${encoding}`, Buffer.from(await response.arrayBuffer()));
    }
  }
  const readers = new Set<ServerResponse>();
  fleet.subscribe((delta) => {
    const bytes = Buffer.from(`id: ${delta.seq}\nevent: delta\ndata: ${JSON.stringify(delta)}\n\n`);
    for (const reader of readers) reader.write(bytes);
  });
  const server = createServer((request, response) => {
    if (request.url === '/api/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(answers.get('/api/snapshot identity'));
      readers.add(response);
      response.once('close', () => readers.delete(response));
      return;
    }
    if (request.headers['if-none-match'] !== undefined) return void response.writeHead(304).end();
    const bytes = answers.get(`${request.url} ${request.headers['accept-encoding']}`)!;
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length })
      .end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
