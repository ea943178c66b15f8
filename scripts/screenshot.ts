/**
 * Draws docs/images/netheal-tui.svg (and .png where there is a Chromium): the demo in a terminal, just after it has
 * healed something and while the next thing is broken. Build first: `npm run build`, then `node scripts/screenshot.ts`.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startInTerminal, type TestTerminal } from '../test/tui/terminal.ts';
import { bufferToSvg } from './buffer-to-svg.ts';

const CHROMIUM = '/usr/bin/chromium';
const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Renders an SVG as PNG, twice as large for sharp screens. */
export async function svgToPng(svg: string): Promise<Buffer> {
  const { chromium } = await import('playwright-core');
  // Chromium's sandbox refuses to run as root.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath: CHROMIUM, args });
  try {
    const page = await browser.newPage({ deviceScaleFactor: 2 });
    await page.setContent(`<body style="margin:0">${svg}</body>`);
    return await page.locator('svg').screenshot({ omitBackground: true });
  } finally {
    await browser.close();
  }
}

/** Waits for the picture that tells the story: one thing has healed, the next has a root cause or needs a person. */
async function story(terminal: TestTerminal): Promise<void> {
  await terminal.waitForText('healed', 60_000);
  await terminal.waitForText(/✚ healing[\s\S]*◌ unreachable|approval!/, 120_000);
}

async function main(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'netheal-screenshot-'));
  const terminal = await startInTerminal([path('../bin/netheal.js'), 'demo'], {
    columns: 120,
    rows: 35,
    env: { HOME: home },
  });
  try {
    await story(terminal);
    const svg = bufferToSvg(terminal.screenBuffer, 'netheal demo');
    const file = path('../docs/images/netheal-tui.svg');
    await mkdir(path('../docs/images'), { recursive: true });
    await writeFile(file, svg);
    console.log(`${file}: ${Math.round(svg.length / 1_000)} kB`);
    if (existsSync(CHROMIUM)) await writeFile(file.replace(/svg$/, 'png'), await svgToPng(svg));
    else console.log(`no PNG: there is no ${CHROMIUM}`);
    terminal.signal('SIGTERM');
    await terminal.waitForExit();
  } finally {
    terminal.close();
    rmSync(home, { recursive: true, force: true });
  }
}

if (import.meta.main) await main();
