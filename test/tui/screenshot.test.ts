import headless from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { bufferToSvg } from '../../scripts/buffer-to-svg.ts';

/** The picture of a terminal to which a program has written this. */
async function drawn(written: string, cols = 40, rows = 4): Promise<string> {
  const terminal = new headless.Terminal({ cols, rows, allowProposedApi: true });
  await new Promise<void>((done) => terminal.write(written, done));
  return bufferToSvg(terminal, 'a <title>');
}

/** x of the piece of text, in units of the picture. */
function columnOf(svg: string, text: string): number {
  const found = new RegExp(`<text class="[^"]*" x="([\\d.]+)"[^>]*>${text}<`).exec(svg);
  if (!found) throw new Error(`"${text}" is not in the picture`);
  return Number(found[1]);
}

/** The rule of the class that the text has. */
function styleOf(svg: string, text: string): string {
  const name = new RegExp(`<text class="(?:m )?(c\\d+)"[^>]*>${text}<`).exec(svg)?.[1];
  return new RegExp(`\\.${name}\\{([^}]*)\\}`).exec(svg)?.[1] ?? '';
}

describe('the picture of a terminal', () => {
  it('keeps columns under each other, whatever stands before them', async () => {
    const svg = await drawn('東京 ● A1\r\nabcdefgA2\r\n  \x1b[8CA3');
    expect(columnOf(svg, 'A1') - columnOf(svg, 'abcdefgA2')).toBeCloseTo(7 * 8.4, 1);
    expect(columnOf(svg, 'A3') - columnOf(svg, 'abcdefgA2')).toBeCloseTo(10 * 8.4, 1);
  });

  it('stretches letters to their cells, so that the font does not matter', async () => {
    expect(await drawn('hello')).toMatch(/textLength="42"[^>]*>hello</);
  });

  it('has the colours of the terminal: named, of the 256, and any other', async () => {
    const svg = await drawn('\x1b[31mred\x1b[38;5;208morange\x1b[38;2;1;2;3many\x1b[0mplain');
    expect(styleOf(svg, 'red')).toContain('#f2696b');
    expect(styleOf(svg, 'orange')).toContain('#ff8700');
    expect(styleOf(svg, 'any')).toContain('#010203');
    expect(styleOf(svg, 'plain')).toContain('#d5dbe5');
  });

  it('shows bold, dim and underlined', async () => {
    const svg = await drawn('\x1b[1mbold\x1b[0m \x1b[2mdim\x1b[0m \x1b[4munder');
    expect(styleOf(svg, 'bold')).toContain('font-weight:700');
    expect(styleOf(svg, 'dim')).toContain('opacity');
    expect(styleOf(svg, 'under')).toContain('underline');
  });

  it('draws a bar behind text with a background, and swaps both where they are inverse', async () => {
    const svg = await drawn('\x1b[44mab\x1b[0mc\r\n\x1b[7minv');
    expect(svg).toContain('width="16.8" height="18" fill="#6ea8fe"');
    expect(svg).toContain('width="25.2" height="18" fill="#d5dbe5"');
    expect(styleOf(svg, 'inv')).toContain('#0f1420');
  });

  it('draws bars, frames and dots itself and leaves no sign of them to a font', async () => {
    const svg = await drawn('\x1b[36m▁▅█\x1b[0m╭──╮│⣿');
    expect(svg).not.toMatch(/[▁▅█╭─╮│⣿]/u);
    expect(svg).toContain('<path fill="#4fc1d9"');
  });

  it('writes any other sign by itself in the middle of its cells', async () => {
    const svg = await drawn('x●東');
    expect(svg).toMatch(/class="m c\d+" x="30.6"[^>]*>●</);
    expect(svg).toMatch(/class="m c\d+" x="43.2"[^>]*>東</);
  });

  it('escapes what would be markup', async () => {
    const svg = await drawn('<b> & "q"');
    expect(svg).toContain('&lt;b&gt; &amp; &quot;q&quot;');
    expect(svg).toContain('<title>a &lt;title&gt;</title>');
  });

  it('shows nothing of what is concealed', async () => {
    expect(await drawn('\x1b[8msecret\x1b[0m seen')).not.toContain('secret');
  });

  it('stays under 150 kB for a full screen in many colours', async () => {
    const row = Array.from({ length: 12 }, (_, index) => `\x1b[${31 + (index % 6)}m● word▁▃▅ `).join('');
    const svg = await drawn(Array.from({ length: 35 }, () => row).join('\r\n'), 132, 35);
    expect(svg.split('>word<')).toHaveLength(12 * 35 + 1);
    expect(svg.length).toBeLessThan(150_000);
  });
});
