/**
 * `npm run bench:api`: what the API costs over TCP, each figure beside a bare node:http server that sends the same bytes
 * (api-server.ts). `npm run bench:api -- lists` or `-- events` measures one of the two, `-- lists 10000`
 * the lists of a fleet of that size alone.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cpuMsOf, residentMb } from './cpu.ts';
import { printTable, type Row, short } from './table.ts';

const SIZES = [10, 1_000, 10_000];
const LIST_MS = 3_000;
const CONNECTIONS = 16;
const CLIENTS = 200;
const SETTLE_MS = 2_000;
const EVENTS_MS = 8_000;
/** Each device is checked every 30 s, as by default. */
const INTERVAL_S = 30;

const wanted = process.argv.slice(2);
const isWanted = (size: number) => !wanted.some((word) => Number(word) > 0) || wanted.includes(String(size));

type Kind = 'netheal' | 'bare';
type Server = Readonly<{ child: ChildProcess; port: number }>;

async function serve(kind: Kind, devices: number, updates: number): Promise<Server> {
  const file = fileURLToPath(new URL('./api-server.ts', import.meta.url));
  const child = fork(file, [kind, String(devices), String(updates)]);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { child, port };
}

async function lagMs({ child }: Server): Promise<number> {
  child.send('lag');
  const [{ lagMs }] = (await once(child, 'message')) as [{ lagMs: number }];
  return lagMs;
}

type Asked = Readonly<{ path: string; encoding: 'identity' | 'zstd'; tag?: string }>;

function get(
  port: number,
  agent: Agent,
  { path, encoding, tag }: Asked,
): Promise<{ bytes: number; tag: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': encoding, ...(tag !== undefined && { 'if-none-match': tag }) };
    request({ host: '127.0.0.1', port, path, agent, headers }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.once('end', () => resolve({ bytes, tag: String(response.headers.etag ?? '') }));
    })
      .once('error', reject)
      .end();
  });
}

/** As many requests as sixteen connections get answered. */
async function measureList(kind: Kind, devices: number, asked: Asked) {
  // Where nothing may have changed, nothing changes.
  const server = await serve(kind, devices, asked.tag === undefined ? devices / INTERVAL_S : 0);
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const { bytes: whole, tag } = await get(server.port, agent, { ...asked, tag: undefined });
  const wanted = asked.tag === undefined ? asked : { ...asked, tag };
  let requests = 0;
  let until = Number.POSITIVE_INFINITY;
  const work = async () => {
    while (performance.now() < until) {
      await get(server.port, agent, wanted);
      requests++;
    }
  };
  const workers = Array.from({ length: CONNECTIONS }, work);
  await sleep(1_000);
  const [began, before, cpu] = [performance.now(), requests, cpuMsOf(server.child.pid!)];
  await lagMs(server);
  await sleep(LIST_MS);
  const [count, ms, cpuMs] = [requests - before, performance.now() - began, cpuMsOf(server.child.pid!) - cpu];
  const lag = await lagMs(server);
  until = 0;
  await Promise.all(workers);
  agent.destroy();
  server.child.kill();
  return { perSecond: (count / ms) * 1_000, cpuMs: (cpuMs / count) * 1_000, lag, bytes: whole };
}

async function benchLists(): Promise<void> {
  const rows: Row[] = [];
  for (const devices of SIZES.filter(isWanted)) {
    for (const asked of [
      { path: '/api/status', encoding: 'identity' },
      { path: '/api/status', encoding: 'zstd' },
      { path: '/api/status', encoding: 'zstd', tag: 'its own' },
      { path: '/api/snapshot', encoding: 'zstd' },
    ] as const) {
      const own = await measureList('netheal', devices, asked);
      const bare = await measureList('bare', devices, asked);
      const way = 'tag' in asked ? 'known, 304' : asked.encoding === 'zstd' ? 'zstd' : 'as it is';
      rows.push({
        figure: `${asked.path}, ${devices} devices, ${way}`,
        bytes: 'tag' in asked ? '0' : String(own.bytes),
        'requests/s': own.perSecond.toFixed(0),
        'CPU ms per 1,000': short(own.cpuMs),
        'lag p99': `${short(own.lag)} ms`,
        'bare requests/s': bare.perSecond.toFixed(0),
        'bare CPU': short(bare.cpuMs),
        'CPU ratio': short(own.cpuMs / bare.cpuMs),
      });
      process.stderr.write(`${Object.values(rows.at(-1)!).join('  ')}\n`);
    }
  }
  printTable('The API: lists over 16 connections, while each device is checked every 30 s', rows);
}

/** What two hundred readers of the stream cost while a thousand devices a second are checked. */
async function measureEvents(kind: Kind, devices: number, path: string) {
  const server = await serve(kind, devices, 1_000);
  const emptyMb = residentMb(server.child.pid!);
  let bytes = 0;
  const open = async (): Promise<Socket> => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('data', (chunk) => {
      bytes += chunk.length;
    });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await once(socket, 'data');
    return socket;
  };
  const sockets = await Promise.all(Array.from({ length: CLIENTS }, open));
  let lost = 0;
  for (const socket of sockets) socket.once('close', () => lost++);
  await sleep(SETTLE_MS);
  const [began, before, cpu] = [performance.now(), bytes, cpuMsOf(server.child.pid!)];
  await lagMs(server);
  await sleep(EVENTS_MS);
  const seconds = (performance.now() - began) / 1_000;
  const figures = {
    kbPerClient: (bytes - before) / seconds / CLIENTS / 1_000,
    cpuPercent: (cpuMsOf(server.child.pid!) - cpu) / seconds / 10,
    lag: await lagMs(server),
    mb: residentMb(server.child.pid!) - emptyMb,
    lost,
  };
  for (const socket of sockets) socket.destroy();
  server.child.kill();
  return figures;
}

async function benchEvents(): Promise<void> {
  const rows: Row[] = [];
  for (const [figure, kind, devices, path] of [
    ['netheal, 1,000 devices, everything', 'netheal', 1_000, '/api/events'],
    ['bare node:http, the same bytes', 'bare', 1_000, '/api/events'],
    [
      'netheal, 10,000 devices, through the lens (what the page asks for)',
      'netheal',
      10_000,
      '/api/events?lens=',
    ],
  ] as const) {
    const { kbPerClient, cpuPercent, lag, mb, lost } = await measureEvents(kind, devices, path);
    rows.push({
      figure,
      'a client': `${short(kbPerClient)} kB/s`,
      CPU: `${short(cpuPercent)} %`,
      'lag p99': `${short(lag)} ms`,
      'memory for the clients': `${mb.toFixed(0)} MB`,
      dropped: String(lost),
    });
    process.stderr.write(`${Object.values(rows.at(-1)!).join('  ')}\n`);
  }
  printTable(`The API: ${CLIENTS} clients of the event stream, 1,000 updates/s`, rows);
}

const [busy = 0] = loadavg();
console.log(
  `Node ${process.versions.node}, ${cpus()[0]?.model} x ${cpus().length}, load ${busy.toFixed(1)} before; CPU in percent of one core.`,
);
if (wanted.length === 0 || wanted.includes('lists')) await benchLists();
if (wanted.length === 0 || wanted.includes('events')) await benchEvents();
