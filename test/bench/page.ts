/**
 * `npm run bench:page`: what the page costs a browser while a thousand devices a second are checked: frames, long tasks and
 * memory over a minute, in the Chromium of the machine. `-- 20` measures 20 seconds; further numbers are sizes of fleets.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { fakeSource } from '../core/api/fake-source.ts';
import { builtDashboard, launchBrowser, openTab, shownAt } from '../plugins/dashboard/browser.ts';
import { fleet } from '../plugins/dashboard/fleet.ts';
import { startDashboard } from '../plugins/dashboard/harness.ts';
import { median, printTable, type Row, short } from './table.ts';

const UPDATES_PER_SECOND = 1_000;
const CHANGES = 50;
const [seconds = 60, ...sizes] = process.argv.slice(2).map(Number);

async function serve(devices: number): Promise<{ child: ChildProcess; url: string }> {
  const file = fileURLToPath(new URL('./api-server.ts', import.meta.url));
  const child = fork(file, ['netheal', String(devices), String(UPDATES_PER_SECOND)]);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { child, url: `http://127.0.0.1:${port}` };
}

/** Times between frames, and tasks above 50 ms, while nothing is done but to look. */
function watch(page: Page, ms: number): Promise<{ frames: number[]; tasks: number[] }> {
  return page.evaluate(async (lookMs) => {
    const frames: number[] = [];
    const tasks: number[] = [];
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    });
    observer.observe({ type: 'longtask' });
    const began = performance.now();
    for (let last = began; last - began < lookMs; ) {
      const now = await new Promise<number>(requestAnimationFrame);
      frames.push(now - last);
      last = now;
    }
    observer.disconnect();
    return { frames, tasks };
  }, ms);
}

/** What remains in the heap once the garbage is gone. */
async function heapMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = (await session.send('Runtime.getHeapUsage')) as { usedSize: number };
  return usedSize / 1e6;
}

/** The grid alone, with the page's own modules: everything laid out and painted, and then a hundred that changed. */
function paintMs(page: Page): Promise<{ all: number; batch: number }> {
  return page.evaluate(async () => {
    const read = async (path: string) => (await fetch(path)).json();
    const path = (name: string) => `/page/${name}.js`;
    const [{ Cells }, { layOut, placeOf }, { paintSpots }, { paletteOf }] = await Promise.all(
      ['cells', 'grid-layout', 'grid-paint', 'grid-colours'].map((name) => import(path(name))),
    );
    const [names, grid] = [await read('/api/grid/names'), await read('/api/grid')];
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 1_200, height: 800 });
    const context = canvas.getContext('2d')!;
    const palette = paletteOf('state', document.body.appendChild(document.createElement('i')));
    const cells = new Cells();
    cells.begin([], true);
    cells.takeNames(names.blocks);
    cells.takeColumns(grid.blocks);
    const all: { group: string }[] = cells.all;
    const draw = () => {
      const counts = new Map<string, number>();
      for (const { group } of all) counts.set(group, (counts.get(group) ?? 0) + 1);
      const groups = [...counts].map(([name, count]) => ({ name, count }));
      return layOut(groups, { width: 1_200, height: 440, largest: 22, label: 16 });
    };
    const spot = (cell: unknown, at: number, layout: unknown) => ({
      cell,
      ...placeOf(layout, at),
      paint: palette.paintOf(cell),
      isFaint: false,
    });
    const median = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
    const timed = (work: () => void) =>
      median(
        Array.from({ length: 9 }, () => {
          const began = performance.now();
          work();
          return performance.now() - began;
        }),
      );
    let layout = draw();
    const whole = timed(() => {
      layout = draw();
      canvas.width = 1_200;
      paintSpots(
        context,
        all.map((cell, at) => spot(cell, at, layout)),
        layout,
        palette,
        true,
      );
    });
    const batch = timed(() => {
      const some = all.slice(0, 100).map((cell, at) => spot(cell, (at * 31) % all.length, layout));
      paintSpots(context, some, layout, palette);
    });
    return { all: whole, batch };
  });
}

async function measure(browser: Browser, devices: number): Promise<Row> {
  const { child, url } = await serve(devices);
  const { page } = await openTab(browser, url);
  await page.waitForSelector('#device-rows tr');
  await page.waitForFunction(
    (total) => document.querySelector('#range')!.textContent!.includes(total),
    devices.toLocaleString('en'),
  );
  const first = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
  );
  const { frames, tasks } = await watch(page, seconds * 1_000);
  const sorted = frames.sort((a, b) => a - b);
  const part = (share: number) => `${short(sorted[Math.floor(share * (sorted.length - 1))]!)} ms`;
  const heap = await heapMb(page);
  const paint = await paintMs(page);
  await page.context().close();
  child.kill();
  return {
    figure: `${devices.toLocaleString('en')} devices`,
    'first paint': `${short(first)} ms`,
    'frame p50': part(0.5),
    'frame p99': part(0.99),
    'tasks above 50 ms': String(tasks.length),
    'longest task': `${short(Math.max(0, ...tasks))} ms`,
    [`heap after ${seconds} s`]: `${heap.toFixed(0)} MB`,
    'all cells drawn': `${short(paint.all)} ms`,
    '100 cells drawn': `${short(paint.batch)} ms`,
  };
}

/** From the change of a device in the daemon to its row in the page, one change after another. */
async function changes(browser: Browser): Promise<Row> {
  const source = fakeSource(fleet());
  const dashboard = await startDashboard(source, {}, await builtDashboard());
  const { page } = await openTab(browser, dashboard.url);
  await page.locator('#live.is-live').waitFor();
  const took: number[] = [];
  for (let turn = 0; turn < CHANGES; turn++) {
    const state = turn % 2 === 0 ? 'down' : 'up';
    const shown = shownAt(page, `tr[data-id=nas] td.state.${state}`);
    const began = Date.now();
    source.turn('nas', state);
    took.push((await shown) - began);
  }
  await page.context().close();
  await dashboard.close();
  return {
    figure: `${CHANGES} changes, one after another`,
    'seen after, p50': `${short(median(took))} ms`,
    longest: `${Math.max(...took)} ms`,
    aim: 'under 1,000 ms',
  };
}

/** The scripts of the page as they are sent, without the chart. */
function sizeOfScripts(): Row {
  const folder = fileURLToPath(new URL('../../dist/plugins/dashboard/page/', import.meta.url));
  const files = readdirSync(folder).filter((name) => name.endsWith('.js'));
  const texts = files.map((name) => readFileSync(`${folder}${name}`));
  const sum = (size: (text: Buffer) => number) =>
    `${(texts.map(size).reduce((a, b) => a + b, 0) / 1_000).toFixed(0)} kB`;
  return {
    figure: `${files.length} scripts`,
    'as they are': sum((text) => text.length),
    gzip: sum((text) => gzipSync(text).length),
    brotli: sum((text) => brotliCompressSync(text).length),
  };
}

const [busy = 0] = loadavg();
console.log(
  `Node ${process.versions.node}, ${cpus()[0]?.model} x ${cpus().length}, load ${busy.toFixed(1)} before.`,
);
const browser = await launchBrowser();
const rows: Row[] = [];
for (const devices of sizes.length > 0 ? sizes : [1_000, 5_000, 10_000])
  rows.push(await measure(browser, devices));
const live = await changes(browser);
await browser.close();
printTable(`The page, ${UPDATES_PER_SECOND.toLocaleString('en')} updates/s, Chromium without a screen`, rows);
printTable('A change, from the daemon to the row in the page', [live]);
printTable('The scripts of the page, without the chart', [sizeOfScripts()]);
