import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settings } from '../../src/cli/tui-show.ts';
import { bindingOf } from '../../src/tui/keys.ts';

describe('how a person wants the terminal UI', () => {
  let base: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'netheal-settings-'));
    mkdirSync(join(base, 'netheal'));
  });
  afterEach(() => rmSync(base, { recursive: true }));

  const read = (text: string) => {
    writeFileSync(join(base, 'netheal/tui.yaml'), text);
    return settings({ XDG_CONFIG_HOME: base });
  };
  const complaint = (text: string) =>
    read(text).then(
      () => 'none',
      (error: Error) => error.message.replaceAll(`${base}/netheal/`, ''),
    );

  it('is up to us where there is no file', async () => {
    expect(await settings({ XDG_CONFIG_HOME: base })).toEqual({});
  });

  it('is what the file says: keys and the theme', async () => {
    const { bindings, theme } = await read('keys: { heal: F5, quit: [q, ctrl+q], copy: [] }\ntheme: light\n');
    expect(theme).toBe('light');
    expect(bindingOf(bindings!, 'f5', 'fleet')?.command).toBe('heal');
    expect(bindingOf(bindings!, 'ctrl+q', 'fleet')?.command).toBe('quit');
    expect(bindingOf(bindings!, 'y', 'fleet')).toBeUndefined();
  });

  it.each([
    ['keys:\n  heel: F5\n', 'tui.yaml:2:3 keys.heel: unknown key, did you mean "heal"?'],
    [
      'keys:\n  heal: p\n',
      'tui.yaml:2:3 keys.heal: "p" is "ping" already, in "fleet": give that another key, or none ([])',
    ],
    ['keys:\n  heal: 5\n', 'tui.yaml:2:3 keys.heal: 5 is a key or a list of keys; [] for none'],
    ['theme: pink\n', 'tui.yaml:1:1 theme: "pink" is none of dark, light, mono, colour-blind'],
    ['keys: [\n', 'tui.yaml:2:1'],
  ])('a mistake in it is told with its place: %j', async (text, message) => {
    expect(await complaint(text)).toContain(message);
  });
});
