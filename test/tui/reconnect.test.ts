/** The real netheal-tui on the socket of a daemon that goes and comes back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApi } from '../../src/core/api/app.ts';
import { serveUnix } from '../../src/core/api/server.ts';
import type { Snapshot } from '../../src/core/api/types.ts';
import { deviceOf, FakeSource, fleet, NOW, snapshot } from './fake-source.ts';
import { loadPty, startInTerminal, type TestTerminal } from './terminal.ts';

const pty = await loadPty();
const bin = fileURLToPath(new URL('../../bin/netheal-tui.js', import.meta.url));
const TIME = /\d\d:\d\d:\d\d/;

let folder: string;
let socket: string;
const open: { close(): unknown }[] = [];

async function startDaemon(change: Partial<Snapshot> = {}) {
  const source = new FakeSource({ snapshot: snapshot(change) });
  const server = await serveUnix(socket, createApi({ source, pluginRoutes: () => [], ready: () => true }));
  open.push(server);
  return { source, stop: () => server.close() };
}

async function attach(...args: string[]): Promise<TestTerminal> {
  const terminal = await startInTerminal([bin, '--attach', socket, ...args], {
    columns: 120,
    rows: 35,
    env: { HOME: folder },
  });
  open.push(terminal);
  return terminal;
}

async function attachScreen(): Promise<TestTerminal> {
  const terminal = await attach();
  await terminal.waitForText('q quit');
  return terminal;
}

/** What is the daemon's next life: another start, events numbered anew, one device that fell meanwhile. */
function nextLife(): Partial<Snapshot> {
  const before = snapshot();
  return {
    seq: 3,
    monitor: { ...before.monitor, startedAt: NOW },
    devices: [
      ...fleet(),
      deviceOf('new-switch', '10.9.9.9', 'berlin', { reachability: 'down', rttMs: null }),
    ],
    events: [
      {
        seq: 3,
        at: new Date(NOW).toISOString(),
        type: 'status-change',
        level: 'bad',
        device: 'new-switch',
        from: 'up',
        to: 'down',
        message: 'new-switch is down: it fell while nobody looked',
      },
    ],
  };
}

describe.skipIf(!pty)('a daemon that goes', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'netheal-reconnect-'));
    socket = join(folder, 'netheal.sock');
  });
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('leaves a picture that says since when it is old, moves, and says why nothing can be done', async () => {
    const daemon = await startDaemon();
    const terminal = await attachScreen();
    await daemon.stop();
    await terminal.waitForText(new RegExp(`STALE since ${TIME.source}`));
    expect(terminal.screen()).toContain('The daemon is gone since');
    const cursor = () => terminal.line('>');
    const before = cursor();
    terminal.press('j');
    await terminal.waitFor(() => cursor() !== before, 'the cursor on another row');
    terminal.press('p');
    await terminal.waitForText('The daemon does not answer');
    // The answer of the key takes the line below; the head goes on saying it.
    expect(terminal.line('netheal')).toMatch(/STALE since/);
  });

  it('is live again by itself when it is back, with what happened meanwhile', async () => {
    const first = await startDaemon();
    const terminal = await attachScreen();
    await first.stop();
    await terminal.waitForText('STALE since');
    const { source } = await startDaemon(nextLife());
    await terminal.waitForText(/LIVE$/m);
    await terminal.waitForText('it fell while nobody looked');
    expect(terminal.screen()).toMatch(/✖ down +new-switch/);
    expect(terminal.line('netheal')).toContain('3 down');
    // And it follows the new one.
    source.change({ devices: [{ ...source.device('new-switch')!, label: 'renamed-switch' }] });
    await terminal.waitForText('renamed-switch');
  });

  it('shows the same to all who look', async () => {
    const first = await startDaemon();
    const terminals = [await attachScreen(), await attachScreen()];
    const same = async () => {
      const body = (terminal: TestTerminal) => terminal.screen().split('\n').slice(1).join('\n');
      for (const terminal of terminals)
        await terminal.waitFor(() => body(terminal) === body(terminals[0]!), 'the same screen');
    };
    await same();
    const lobby = { ...first.source.device('fw-01')!, reachability: 'down' as const, rttMs: null };
    first.source.change({ devices: [lobby] });
    for (const terminal of terminals) await terminal.waitForText(/✖ down +fw-01/);
    await same();
    await first.stop();
    for (const terminal of terminals) await terminal.waitForText('STALE since');
    await startDaemon(nextLife());
    for (const terminal of terminals) await terminal.waitForText('it fell while nobody looked');
    await same();
  });

  it('is left running by q, which says so', async () => {
    const { source } = await startDaemon();
    const [leaving, staying] = [await attachScreen(), await attachScreen()];
    leaving.press('q');
    expect(await leaving.waitForExit()).toBe(0);
    expect(leaving.screen()).toContain('the daemon goes on');
    source.change({ devices: [{ ...source.device('wan-rt-02')!, label: 'still-watched' }] });
    await staying.waitForText('still-watched');
  });

  it('is told in plain lines too', async () => {
    const first = await startDaemon();
    const terminal = await attach('--plain');
    await terminal.waitForText('47 devices');
    await first.stop();
    await terminal.waitForText(new RegExp(`stale since ${TIME.source}: the daemon is gone, trying again`));
    await startDaemon(nextLife());
    await terminal.waitForText('live again: netheal: 48 devices: 3 down');
  });
});
