import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bindingsOf } from '../../src/tui/keys.ts';
import { ACTIONS, withOwnKeys } from '../../src/tui/own-keys.ts';
import { openUi } from './scene.ts';

const wrong = (own: Record<string, string[]>) =>
  withOwnKeys(own).problems.map(({ action, message }) => `${action}: ${message}`);

describe("a person's own keys", () => {
  it('act instead of ours, and the footer and the help show them', async () => {
    const { bindings, problems } = withOwnKeys({ palette: ['F5', 'ctrl+p'], down: ['i'], help: ['F1'] });
    expect(problems).toEqual([]);
    const ui = openUi({ bindings, columns: 160 });
    expect(ui.text()).toContain('F5 ctrl+p command');
    await ui.press(':');
    expect(ui.store.ui.overlay).toBeNull();
    await ui.press('f5');
    expect(ui.store.ui.overlay).toMatchObject({ kind: 'palette' });
    await ui.press('escape');
    const { index } = ui.store.ui.lists.fleet;
    await ui.press('i', 'i', 'j');
    expect(ui.store.ui.lists.fleet.index).toBe(index + 2);
    await ui.press('f1');
    // What stood together ("j k") stands for itself now.
    expect(ui.box()).toMatch(/i +down, up/);
    expect(ui.box()).toMatch(/k +up/);
    ui.close();
  });

  it('may turn an action off, which then is neither offered nor done', async () => {
    const { bindings, problems } = withOwnKeys({ heal: [] });
    expect(problems).toEqual([]);
    expect(bindingsOf(bindings, 'fleet', false).map(({ command }) => command)).not.toContain('heal');
    const ui = openUi({ bindings });
    await ui.press('j', 'H');
    expect(ui.source.asked).toEqual([]);
    ui.close();
  });

  it('are refused where a key would mean two things in one place', () => {
    expect(wrong({ heal: ['p'] })).toEqual([
      'heal: "p" is "ping" already, in "fleet": give that another key, or none ([])',
    ]);
    // Two that change places are no conflict, and what acts in another place is none either.
    expect(wrong({ heal: ['p'], ping: ['H'] })).toEqual([]);
    expect(wrong({ onlyDevice: ['b'] })).toEqual([]);
  });

  it('are refused where they are no keys, or too easily pressed', () => {
    expect(wrong({ heal: ['F13'] })[0]).toMatch(
      /^heal: "F13" is no key: one character, or space, enter, .*f12/,
    );
    expect(wrong({ heal: ['hh'] })[0]).toContain('is no key');
    expect(wrong({ yes: ['Enter'] })).toEqual([
      'yes: "Enter" is pressed too easily: it must never run anything',
    ]);
    expect(wrong({ quit: ['ctrl+c'] })).toEqual(['quit: ctrl+c always quits']);
  });

  it('end it on a screen that shows counts alone, where ours then does nothing', async () => {
    const { bindings, problems } = withOwnKeys({ quit: ['F10'], ping: ['q'], pause: ['p'] });
    expect(problems).toEqual([]);
    const ui = openUi({ bindings });
    await ui.press('j');
    ui.store.resize({ columns: 40, rows: 10 });
    await ui.press('q', 'p');
    expect([ui.calls.quit, ui.source.asked, ui.store.ui.overlay]).toEqual([0, [], null]);
    await ui.press('f10');
    expect(ui.calls.quit).toBe(1);
    ui.close();
  });

  it('stand in the windows that ask, so that no letter says the opposite of what it does', async () => {
    const { bindings, problems } = withOwnKeys({ yes: ['n'], no: ['y'], edit: ['F4'] });
    expect(problems).toEqual([]);
    const ui = openUi({ bindings });
    await ui.press('a');
    expect(ui.box()).toMatch(/\[n\] (run|type the label) +\[y\] refuse +\[F4\] edit/);
    await ui.press('escape', 'P');
    expect(ui.box()).toMatch(/\[n\] pause +\[y\] no/);
    ui.close();
  });

  it('leave a way out', () => {
    expect(wrong({ quit: [] })).toEqual(['quit: needs a key: without it nobody gets out again']);
  });
});

it('the docs name every action that can have keys of its own', () => {
  const docs = readFileSync(new URL('../../docs/tui.md', import.meta.url), 'utf8');
  const [, list = ''] = /The actions are: (.*?)\. Help/s.exec(docs) ?? [];
  expect([...list.matchAll(/`(\w+)`/g)].map(([, action]) => action)).toEqual(ACTIONS);
});
