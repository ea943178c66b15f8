import type { Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import type { Source } from '../../../src/core/api/types.ts';
import { type FakeSource, fakeSource } from '../../core/api/fake-source.ts';
import { type LargeSource, largeSource } from '../../core/api/large-source.ts';
import { HAS_NO_BROWSER } from './browser.ts';
import type { Running } from './harness.ts';
import { manyDevices } from './many.ts';
import { stageInBrowser } from './stage.ts';

describe.skipIf(HAS_NO_BROWSER)('the overview of thousands', () => {
  const stage = stageInBrowser();
  let dashboard: Running;
  let page: Page;
  let complaints: string[];

  afterEach(async () => {
    // There is no history here that the page of a device could ask, and who reads pixels is this test.
    const own = /status of 404|willReadFrequently/;
    expect(complaints.filter((words) => !own.test(words))).toEqual([]);
  });

  async function open(source: Source, viewport = { width: 1280, height: 900 }, path = ''): Promise<void> {
    dashboard = await stage.serve(source);
    ({ page, complaints } = await stage.openTab(`${dashboard.url}${path}`, { viewport }));
    await page.waitForSelector('#counts li');
  }
  const rows = () => page.locator('#device-rows tr');
  const range = () => page.locator('#range').textContent();
  const label = (row: number) => rows().nth(row).locator('.label').textContent();

  describe('the table', () => {
    let source: FakeSource;
    const many = async (count = 5_000) => {
      source = fakeSource(manyDevices(count));
      await open(source);
      await rows().first().waitFor();
    };

    test('has the rows that can be seen, and says which they are', async () => {
      await many();
      expect(await rows().count()).toBeLessThan(60);
      expect(await range()).toMatch(/^1-\d\d of 5,000$/);
      expect(await page.locator('#devices').getAttribute('aria-rowcount')).toBe('5001');
      expect(await rows().first().getAttribute('aria-rowindex')).toBe('2');
      await page.locator('#device-scroll').evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await expect.poll(range).toMatch(/-5,000 of 5,000$/);
      expect(await rows().last().getAttribute('aria-rowindex')).toBe('5001');
      expect(await rows().count()).toBeLessThan(60);
    });

    test('shows every row at its own place, however far it is scrolled', async () => {
      await many();
      const scroller = page.locator('#device-scroll');
      await page.locator('#devices').getByRole('button', { name: 'Device', exact: true }).click();
      const seen = new Set<string>();
      for (let top = 0; top < 34 * 200; top += 34 * 10) {
        await scroller.evaluate((element, to) => element.scrollTo(0, to), top);
        await expect.poll(range).toMatch(new RegExp(`^${top / 34 + 1}-`));
        const first = page.locator(`#device-rows tr[aria-rowindex="${top / 34 + 2}"]`);
        const [row, head] = await Promise.all([
          first.boundingBox(),
          page.locator('#device-head th').first().boundingBox(),
        ]);
        expect(Math.abs(row!.y - (head!.y + head!.height))).toBeLessThan(2);
        seen.add((await first.locator('.label').textContent())!);
      }
      expect(seen.size).toBe(20);
    });

    test('is sorted by any column, both ways, and says by which', async () => {
      await many(300);
      const head = (name: string) => page.locator('#devices').getByRole('columnheader', { name });
      expect(await head('State').getAttribute('aria-sort')).toBe('ascending');
      expect(await rows().first().locator('td.state').textContent()).toContain('down');
      await head('RTT').getByRole('button').click();
      await head('RTT').getByRole('button').click();
      await expect.poll(() => head('RTT').getAttribute('aria-sort')).toBe('descending');
      expect(await head('State').getAttribute('aria-sort')).toBe('none');
      await head('Device').getByRole('button').click();
      await expect.poll(() => label(0)).toBe('ap-amsterdam-1');
      const names = await rows().locator('.label').allTextContents();
      expect(names.indexOf('ap-berlin-1')).toBeLessThan(names.indexOf('ap-berlin-7'));
      await page.keyboard.press('s');
      await expect.poll(() => head('Group').getAttribute('aria-sort')).toBe('ascending');
      await page.keyboard.press('S');
      await expect.poll(() => head('Group').getAttribute('aria-sort')).toBe('descending');
    });

    test.each([
      ['state:down', /of \d+ matching, 5,000 in all$/, 'down'],
      ['state:unreachable group:lille', /of 191 matching/, 'unreachable'],
      ['tag:kind=cam rtt<1 hamburg', /matching/, 'hamburg'],
      ['rtt>180', /matching/, 'degraded'],
      ['10.3.0.91', /^1-1 of 1 matching/, '10.3.0.91'],
    ])('the filter "%s" finds what it says', async (query, words, text) => {
      await many();
      await page.keyboard.press('/');
      await page.keyboard.type(query);
      await expect.poll(range).toMatch(words);
      for (const row of await rows().allTextContents()) expect(row).toContain(text);
      await page.keyboard.press('Escape');
      await expect.poll(range).toMatch(/of 5,000$/);
    });

    test('says what is wrong with a filter, and hides nothing meanwhile', async () => {
      await many(200);
      await page.locator('#filter').fill('state:broken');
      await expect.poll(range).toContain('There is no state "broken"');
      expect(await rows().count()).toBeGreaterThan(10);
      await page.locator('#filter').fill('rtt>x');
      await expect.poll(range).toContain('needs a number');
    });

    test('the cursor goes by keys, is always in sight, and Enter opens its device', async () => {
      await many();
      const current = page.locator('#device-rows tr[aria-current=true]');
      await page.keyboard.press('j');
      await expect.poll(() => current.getAttribute('aria-rowindex')).toBe('2');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('j');
      await page.keyboard.press('k');
      await expect.poll(() => current.getAttribute('aria-rowindex')).toBe('3');
      await page.keyboard.press('G');
      await expect.poll(() => current.getAttribute('aria-rowindex')).toBe('5001');
      await page.keyboard.press('k');
      await expect.poll(() => current.getAttribute('aria-rowindex')).toBe('5000');
      const [row, scroller] = await Promise.all([
        current.boundingBox(),
        page.locator('#device-scroll').boundingBox(),
      ]);
      expect(row!.y + row!.height).toBeLessThanOrEqual(scroller!.y + scroller!.height + 1);
      await page.keyboard.press('g');
      await expect.poll(() => current.getAttribute('aria-rowindex')).toBe('2');
      const name = await current.locator('.label').textContent();
      await page.keyboard.press('Enter');
      expect(page.url()).toContain(`#/device/${name}`);
      await page.keyboard.press('Escape');
      await rows().first().waitFor();
      expect(await current.count()).toBe(1);
      await page.keyboard.press('Escape');
      await expect.poll(() => current.count()).toBe(0);
    });

    test('a device that goes down comes to its place, and the others stay where they are', async () => {
      await many();
      await page.locator('#filter').fill('group:malmo');
      await expect.poll(() => label(0)).toBe('ap-malmo-1');
      source.turn('cam-malmo-98', 'down');
      await expect.poll(() => label(0)).toBe('cam-malmo-98');
      expect(await label(1)).toBe('ap-malmo-1');
    });
  });

  describe('of a hundred thousand', () => {
    let large: LargeSource;

    test('all are in the table and in the grid, though the event stream tells only of those in trouble', async () => {
      large = largeSource();
      large.check(40_000, 40_300, { reachability: 'down' });
      await open(large);
      await expect.poll(range).toMatch(/of 100,000$/);
      expect(await page.locator('#counts').textContent()).toMatch(/99,700 up.*300 down/);
      expect(await label(0)).toBe('Device 40000');
      await expect
        .poll(() => page.locator('#grid').getAttribute('aria-label'))
        .toContain('300 down, 99700 up');
      await page.locator('#filter').fill('127.2.134.159');
      await expect.poll(() => label(0)).toBe('Device 99999');
      large.check(99_999, 100_000, { reachability: 'down' });
      await page.locator('#device-rows .state.down').waitFor();
      // Views of what is in trouble alone, never of all.
      expect(large.views).toBeLessThan(5_000);
    });

    test('one that is well again is shown so soon, though the stream only says that it has nothing to say of it', async () => {
      large = largeSource();
      large.check(7, 8, { reachability: 'down' });
      await open(large);
      await expect.poll(range).toMatch(/of 100,000$/);
      await page.locator('#filter').fill('127.1.0.7 site-7');
      await page.locator('#device-rows .state.down').waitFor();
      large.check(7, 8, { reachability: 'up' });
      await page.locator('#device-rows tr:first-child .state.up').waitFor();
    });
  });

  describe('the grid', () => {
    /** The colour in the middle of a device's cell. */
    const pixel = (x: number, y: number) =>
      page.locator('#grid').evaluate(
        (canvas: HTMLCanvasElement, [left, top]) => {
          const scale = devicePixelRatio;
          return [...canvas.getContext('2d')!.getImageData(left! * scale, top! * scale, 1, 1).data].join();
        },
        [x, y],
      );
    /** Goes over the grid until the tip names the device. */
    async function find(name: string): Promise<{ x: number; y: number }> {
      await page.locator('#grid').focus();
      for (let step = 0; step < 400; step++) {
        if ((await page.locator('#grid-tip').textContent())?.includes(name)) break;
        await page.keyboard.press('ArrowRight');
      }
      const [mark, grid] = await Promise.all([
        page.locator('#grid-mark').boundingBox(),
        page.locator('#grid').boundingBox(),
      ]);
      return { x: mark!.x + mark!.width / 2 - grid!.x, y: mark!.y + mark!.height / 2 - grid!.y };
    }

    test('has a cell for each device, and says in words what it shows', async () => {
      await open(fakeSource(manyDevices(300)));
      expect(await page.locator('#grid').getAttribute('aria-label')).toMatch(
        /^300 devices: \d+ down, .*up\. The table below lists them\.$/,
      );
      await page.locator('#grid').focus();
      expect(await page.locator('#grid-tip').textContent()).toContain('ap-amsterdam-1');
    });

    test('tells the device under the pointer, and a click opens it', async () => {
      await open(fakeSource(manyDevices(300)));
      const { x, y } = await find('ap-amsterdam-7');
      await page.locator('#filter').focus();
      expect(await page.locator('#grid-tip').isVisible()).toBe(false);
      await page.locator('#grid').hover({ position: { x, y } });
      expect(await page.locator('#grid-tip').textContent()).toMatch(
        /ap-amsterdam-7 · 10\.0\.0\.7 · up for .* ms/,
      );
      await page.locator('#grid').click({ position: { x, y } });
      expect(page.url()).toContain('#/device/ap-amsterdam-7');
    });

    test('a cell changes its colour within a second of the event', async () => {
      const source = fakeSource(manyDevices(300));
      await open(source);
      const { x, y } = await find('ap-amsterdam-7');
      const before = await pixel(x, y);
      source.turn('ap-amsterdam-7', 'down');
      await expect.poll(() => pixel(x, y)).not.toBe(before);
      source.turn('ap-amsterdam-7', 'up');
      await expect.poll(() => pixel(x, y)).toBe(before);
    });

    test('is grouped by the group, by a tag or not at all, and the name of a group filters by it', async () => {
      await open(fakeSource(manyDevices(300)));
      const select = page.locator('#grid-group');
      expect(await select.locator('option').allTextContents()).toEqual(['group', 'country', 'kind', 'none']);
      await select.selectOption('kind');
      await page.locator('#grid').focus();
      await expect.poll(() => page.locator('#grid-tip').textContent()).toContain('ap-amsterdam-1');
      await page.locator('#grid').click({ position: { x: 8, y: 6 } });
      expect(await page.locator('#filter').inputValue()).toBe('tag:kind=ap');
      await expect.poll(range).toContain('matching, 300 in all');
      await select.selectOption('none');
      await select.selectOption('group');
      await page.locator('#grid').click({ position: { x: 8, y: 6 } });
      expect(await page.locator('#filter').inputValue()).toBe('group:amsterdam');
    });

    test('shows the state, the round-trip time or the loss, with a legend of it', async () => {
      await open(fakeSource(manyDevices(300)));
      const { x, y } = await find('ap-amsterdam-1');
      const state = await pixel(x, y);
      expect(await page.locator('#grid-legend').textContent()).toContain('unreachable');
      await page.locator('#grid-colour').selectOption('rtt');
      await expect.poll(() => page.locator('#grid-legend').textContent()).toContain('below 1 ms');
      await expect.poll(() => pixel(x, y)).not.toBe(state);
      await page.locator('#grid-colour').selectOption('loss');
      await expect.poll(() => page.locator('#grid-legend').textContent()).toContain('no loss');
    });

    test('is not there for a few devices, whom the table shows better', async () => {
      await open(fakeSource(manyDevices(40)));
      await rows().first().waitFor();
      expect(await rows().count()).toBe(40);
      expect(await page.locator('#grid').isVisible()).toBe(false);
    });
  });

  describe('the wall', () => {
    const wall = { width: 1920, height: 1080 };

    test.each([12, 300, 5_000])(
      'shows %i devices, counts and incidents on one screen, and nothing to press',
      async (count) => {
        await open(fakeSource(manyDevices(count)), wall, '#/wall');
        await page.locator('#grid').waitFor();
        const sizes = await page.evaluate(() => {
          const { scrollWidth, scrollHeight } = document.documentElement;
          const grid = document.querySelector('#grid')!.getBoundingClientRect();
          return {
            scrollWidth,
            scrollHeight,
            bottom: grid.bottom,
            cursor: getComputedStyle(document.body).cursor,
          };
        });
        expect(sizes).toMatchObject({ scrollWidth: 1920, scrollHeight: 1080, cursor: 'none' });
        expect(sizes.bottom).toBeLessThanOrEqual(1080);
        expect(await page.getByRole('button').count()).toBe(0);
        expect(await page.locator('#counts').isVisible()).toBe(true);
        expect(await page.locator('#live.is-live').isVisible()).toBe(true);
      },
    );

    test('"w" goes there and back, and so does Escape', async () => {
      await open(fakeSource(manyDevices(12)));
      await page.keyboard.press('w');
      await page.locator('body.is-wall').waitFor();
      expect(page.url()).toContain('#/wall');
      await page.keyboard.press('Escape');
      await expect.poll(() => page.locator('body.is-wall').count()).toBe(0);
      await page.getByRole('button', { name: 'wall' }).click();
      await page.locator('body.is-wall').waitFor();
      await page.goBack();
      await expect.poll(() => page.locator('body.is-wall').count()).toBe(0);
    });
  });

  test('a phone shows thousands in one column, nothing sticks out, and what is pressed is large enough', async () => {
    await open(fakeSource(manyDevices(5_000)), { width: 390, height: 844 });
    await rows().first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(await rows().count()).toBeLessThan(60);
    const targets = await page.locator('button:visible, select:visible, input:visible').all();
    expect(targets.length).toBeGreaterThan(4);
    for (const target of targets) {
      const box = (await target.boundingBox())!;
      expect(
        Math.min(box.width, box.height),
        await target.evaluate((it) => it.outerHTML),
      ).toBeGreaterThanOrEqual(44);
    }
    expect((await rows().first().boundingBox())!.height).toBeGreaterThanOrEqual(44);
    await rows().first().click();
    expect(page.url()).toContain('#/device/');
  });
});
