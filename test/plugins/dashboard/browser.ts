/** A real Chromium for the tests of the page. Set NETHEAL_REQUIRE_BROWSER=1 where its absence must be a failure. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Plugin } from '../../../src/core/plugin.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
/** The browser loads what tsc built, as it does for users. */
const BUILT = new URL('../../../dist/plugins/dashboard/index.js', import.meta.url).href;

/** True where the tests of the page cannot run. */
export const HAS_NO_BROWSER = CHROMIUM === undefined && process.env.NETHEAL_REQUIRE_BROWSER !== '1';

if (HAS_NO_BROWSER) console.log('page tests skipped: no chromium (Debian: package chromium)');

/** The dashboard as it was built: the sources have no scripts that a browser could load. */
export async function builtDashboard(): Promise<Plugin<never>> {
  return (await import(BUILT)).default;
}

/** Starts a browser that talks to nobody on its own. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM ?? 'chromium',
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--disable-quic',
    ],
  });
}

/** A tab, and everything that the page complained of in it: errors, warnings, a violated content security policy. */
export type Tab = Readonly<{ page: Page; complaints: string[] }>;

/** Opens a tab in a context of its own; close `page.context()` to be rid of it. */
export async function openTab(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() !== 'log' && message.type() !== 'info') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  // A violated content security policy is an event of its own; the console would name it, too.
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  await page.goto(url);
  return { page, complaints };
}

/** When the page had an element for the selector, by its own clock, so that nobody's polling is counted. Wall time, ms. */
export function shownAt(page: Page, selector: string): Promise<number> {
  return page.evaluate(
    (wanted) =>
      new Promise<number>((resolve) => {
        const look = () => {
          if (document.querySelector(wanted) === null) return;
          observer.disconnect();
          resolve(Date.now());
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, { subtree: true, childList: true, attributes: true });
        look();
      }),
    selector,
  );
}
