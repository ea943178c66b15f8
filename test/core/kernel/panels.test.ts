import { expect, it } from 'vitest';
import { Account } from '../../../src/core/kernel/accounts.ts';
import { viewPlugins } from '../../../src/core/kernel/panels.ts';

const account = new Account('mail');
const shown = (lines: () => readonly string[]) =>
  viewPlugins([account, new Account('other')], {
    panels: [{ plugin: 'mail', value: { title: 'Queue', lines } }],
  });

it('a panel stands beside the figures of the plugin that contributes it, and of no other', () => {
  const [mail, other] = shown(() => ['2 wait', '1 failed']);
  expect(mail).toMatchObject({ name: 'mail', panels: [{ title: 'Queue', lines: ['2 wait', '1 failed'] }] });
  expect(other).not.toHaveProperty('panels');
});

it('the lines of a panel are cleaned, and not without end', () => {
  const lines = ['\x1b[31mred\x1b[0m\nx', ...Array.from({ length: 100 }, () => 'more')];
  const [mail] = shown(() => lines);
  expect(mail!.panels![0]!.lines[0]).toBe('red x');
  expect(mail!.panels![0]!.lines).toHaveLength(40);
});

it('a panel that throws says so in its place', () => {
  const [mail] = shown(() => {
    throw new Error('no queue');
  });
  expect(mail!.panels![0]!.lines).toEqual(['this panel failed: no queue']);
});

it('a disabled plugin is not asked for its panels', () => {
  const off = new Account('mail');
  off.disabled = 'too many faults';
  let asked = 0;
  const value = { title: 'Queue', lines: () => [`${asked++}`] };
  expect(viewPlugins([off], { panels: [{ plugin: 'mail', value }] })[0]).not.toHaveProperty('panels');
  expect(asked).toBe(0);
});
