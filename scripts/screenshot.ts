/**
 * Draws the pictures of docs/images: the demo in a terminal, through one story of two minutes. Every picture is an SVG;
 * the first one is a PNG too, where there is a Chromium. Build first: `npm run build`, then `node scripts/screenshot.ts`.
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

type Scene = Readonly<{
  file: string;
  title: string;
  /** What leads there: keys to press, or what has to be on the screen first. */
  way: readonly (string | RegExp)[];
}>;

/** Each story is a demo of its own: an uplink that goes down is up again after two seconds, so it is seen in one view alone. */
const STORIES: readonly (readonly Scene[])[] = [
  [
    {
      file: 'netheal-tui',
      title: 'netheal demo',
      way: [/healed/, /✚ healing +Hamburg switch[\s\S]*◌ unreachable/],
    },
    {
      file: 'tui-approval',
      title: 'netheal: a heal waits for approval',
      way: [/approval!/, 'a', /APPROVE HEAL[\s\S]*systemctl/],
    },
    {
      file: 'tui-device',
      title: 'netheal: one device',
      way: ['\x1b', /q quit/, '/hamburg switch\r', /1 of 12/, 'j\r', /24h[\s\S]*healed/],
    },
  ],
  [{ file: 'tui-incidents', title: 'netheal: incidents', way: ['3', /[├└] ◌/, 'g', />.*Hamburg switch/] }],
];

async function main(): Promise<void> {
  await mkdir(path('../docs/images'), { recursive: true });
  for (const scenes of STORIES) await tell(scenes);
}

async function tell(scenes: readonly Scene[]): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'netheal-screenshot-'));
  const terminal = await startInTerminal([path('../bin/netheal.js'), 'demo'], {
    columns: 120,
    rows: 35,
    env: { HOME: home },
  });
  try {
    await terminal.waitForText('q quit');
    for (const scene of scenes) await draw(terminal, scene);
    terminal.signal('SIGTERM');
    await terminal.waitForExit();
  } finally {
    terminal.close();
    rmSync(home, { recursive: true, force: true });
  }
}

async function draw(terminal: TestTerminal, { file, title, way }: Scene): Promise<void> {
  for (const step of way) {
    if (typeof step === 'string') terminal.press(step);
    else await terminal.waitForText(step, 180_000);
  }
  const svg = bufferToSvg(terminal.screenBuffer, title);
  await writeFile(path(`../docs/images/${file}.svg`), svg);
  console.log(`${file}.svg: ${Math.round(svg.length / 1_000)} kB`);
  if (file !== 'netheal-tui') return;
  if (existsSync(CHROMIUM)) await writeFile(path(`../docs/images/${file}.png`), await svgToPng(svg));
  else console.log(`no PNG: there is no ${CHROMIUM}`);
}

if (import.meta.main) await main();
