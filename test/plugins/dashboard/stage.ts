import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Source } from '../../../src/core/api/types.ts';
import type { Plugin } from '../../../src/core/plugin.ts';
import { builtDashboard, launchBrowser, openTab, type Tab } from './browser.ts';
import { type Running, startDashboard } from './harness.ts';

interface Stage {
  /** Serves the built dashboard over a source. */
  serve(source: Source, options?: object): Promise<Running>;
  openTab(url: string, options?: BrowserContextOptions): Promise<Tab>;
}

/** One browser for a group of tests; after each of them its tabs and dashboards are closed. */
export function stageInBrowser(): Stage {
  let browser: Browser;
  let plugin: Plugin<never>;
  const served: Running[] = [];
  beforeAll(async () => {
    plugin = await builtDashboard();
    browser = await launchBrowser();
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await Promise.all(served.splice(0).map((dashboard) => dashboard.close()));
  });
  afterAll(async () => {
    await browser?.close();
  });
  return {
    async serve(source, options = {}) {
      const dashboard = await startDashboard(source, options, plugin);
      served.push(dashboard);
      return dashboard;
    },
    openTab: (url, options) => openTab(browser, url, options),
  };
}
