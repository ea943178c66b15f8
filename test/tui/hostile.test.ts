/** What devices, plugins and people may be called and may answer, though the sanitiser at the door should have seen it. */
import xterm from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { cleanLine, cleanLines } from '../../src/core/text.ts';
import { Painter } from '../../src/tui/painter.ts';
import { deviceOf, events, FakeSource, heals, incidents, NOW, plugins, snapshot } from './fake-source.ts';
import { openUi } from './scene.ts';

/** Titles of windows, the clipboard, other screens, cursor moves, bidi overrides, letters under letters, half characters. */
const HOSTILE: readonly string[] = [
  '\x1b]0;owned\x07title',
  '\x1b]52;c;b3duZWQ=\x07clipboard',
  '\x1b[2J\x1b[H\x1b[?1049lscreen',
  '\x1b[999;999Hfar \x1b[6n asks',
  'bell\x07 back\b\b\b return\rover',
  '\u202egnp.exe\u2066 isolate',
  `zalgo${'\u0300\u0301\u0302\u0489'.repeat(40)}`,
  '\ud83d half \udc00 pair',
  'zero\u200bwidth\u200d\u2060joiner\ufeff',
  '\u009b31mc1 \u0090dcs\u009c',
  'tab\tnew\nline\vform\f',
  '👩‍👩‍👧‍👦🇩🇪1️⃣ emoji',
  'x'.repeat(3_000),
  '',
];

const seen = (text: string) => cleanLine(text);

/** A fleet in which everything that comes from outside is hostile. `clean`: as the sanitiser lets it in. */
function hostileSource(clean: (text: string) => string): FakeSource {
  const [event] = events();
  const [heal] = heals();
  const [plugin] = plugins();
  const [, incident] = incidents();
  const words = HOSTILE.map(clean);
  const devices = words.map((label, index) => ({
    ...deviceOf(label, `10.0.0.${index}`, clean(HOSTILE[index % 3]!)),
    id: `d${index}`,
    reachability: 'down' as const,
    tags: { [label]: label },
    failure: { kind: 'timeout' as const, probe: 'icmp', message: label },
  }));
  return new FakeSource({
    snapshot: snapshot({
      devices,
      events: words.map((message, index) => ({ ...event!, seq: index, device: `d${index}`, message })),
      incidents: words.map((message, index) => ({
        ...incident!,
        id: `${index}`,
        device: `d${index}`,
        failure: { kind: 'timeout' as const, probe: 'icmp', message },
      })),
      heals: [
        {
          ...heal!,
          device: 'd0',
          strategy: words[2]!,
          transcript: HOSTILE.flatMap(cleanLines).map((text) => ({ at: NOW, kind: 'output' as const, text })),
        },
      ],
      plugins: words.map((text, index) => ({
        ...plugin!,
        name: text || `p${index}`,
        lastError: text,
        panels: [{ title: text, lines: [text] }],
      })),
    }),
  });
}

const WAYS: readonly (readonly string[])[] = [
  [],
  ['j', 'enter'],
  ['j', 'enter', 'tab', 'tab', 'z'],
  ['2'],
  ['3', 'j'],
  ['4'],
  ['5', 'j', 'j'],
];

describe('hostile text', () => {
  it.each(WAYS.map((keys) => ({ keys })))('moves no cursor and sets no mode: $keys', async ({ keys }) => {
    const ui = openUi({ source: hostileSource(seen), colour: true });
    await ui.press(...keys);
    const bytes = new Painter().paint(ui.store.frame, ui.store.size);
    // All that the painter itself writes: places, colours, erasing to the end, and the frame around all.
    const rest = bytes.replace(/\x1b\[(?:\?2026[hl]|[\d;]*[mHG]|K|2J)/g, '');
    expect(rest).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
    expect(rest).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b]/);
    ui.close();
  });

  it.each(WAYS.map((keys) => ({ keys })))(
    'that got past the door does no harm either: $keys',
    async ({ keys }) => {
      const ui = openUi({ source: hostileSource((text) => text), colour: true });
      await ui.press(...keys);
      const bytes = new Painter().paint(ui.store.frame, ui.store.size);
      const rest = bytes.replace(/\x1b\[(?:\?2026[hl]|[\d;]*[mHG]|K|2J)/g, '');
      expect(rest).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
      ui.close();
    },
  );

  it('leaves every column where it is', async () => {
    const ui = openUi({ source: hostileSource(seen), columns: 120, rows: 35 });
    const screen = new xterm.Terminal({ cols: 120, rows: 35, allowProposedApi: true });
    const { promise, resolve } = Promise.withResolvers<void>();
    screen.write(new Painter().paint(ui.store.frame, ui.store.size), resolve);
    await promise;
    const at = HOSTILE.flatMap((_, index) => {
      for (let row = 0; row < 35; row++) {
        const line = screen.buffer.active.getLine(row)!;
        const address = `10.0.0.${index} `;
        for (let cell = 0; cell < 100; cell++)
          if (line.translateToString(false, cell, cell + address.length) === address) return [cell];
      }
      return [];
    });
    expect(at.length).toBeGreaterThan(10);
    expect(new Set(at).size).toBe(1);
    screen.dispose();
    ui.close();
  });
});
