import { describe, expect, test } from 'vitest';
import type { SshSpec } from '../../../src/plugins/ssh-healer/spec.ts';
import { device, sshHealer } from './harness.ts';

const healer = sshHealer();
const STEP = {
  ssh: [
    { run: 'systemctl restart nginx', sudo: true, timeout: '10s' },
    { run: 'echo {{ip}}\ndate', continueOnError: true },
    { run: 'reboot', expectDisconnect: true },
  ],
};
const spec = healer.spec.parse(STEP) as SshSpec;
const lines = healer.describe(spec, device);
const edit = (...wanted: string[]) => healer.edit!(spec, device, wanted);
function edited(...wanted: string[]): SshSpec {
  const result = edit(...wanted);
  if ('refused' in result) throw new Error(result.refused);
  return result.spec as SshSpec;
}

describe('an edited ssh step', () => {
  test('that stands as it was is the same, variables and all', () => {
    expect(edited(...lines)).toEqual(spec);
  });

  test('takes another text, with the traits in brackets behind it', () => {
    const [first, ...others] = lines;
    const { commands } = edited(first!.replace('nginx', 'apache2'), ...others);
    expect(commands[0]).toEqual({ ...spec.commands[0], run: 'systemctl restart apache2' });
    expect(commands.slice(1)).toEqual(spec.commands.slice(1));
  });

  test('without brackets keeps the traits of the command in its place, or takes the usual ones where there is none', () => {
    const [, a, b, last] = lines;
    expect(edited('systemctl stop nginx', a!, b!, last!).commands[0]).toMatchObject({
      run: 'systemctl stop nginx',
      sudo: false,
      timeoutMs: 10_000,
    });
    expect(edited('true', ...lines).commands).toMatchObject([
      { run: 'true', sudo: false, timeoutMs: 30_000, expectDisconnect: false },
      ...spec.commands,
    ]);
  });

  test('may lose commands, get others and have them in another order', () => {
    expect(edited(lines[3]!, 'sudo: id').commands).toMatchObject([
      spec.commands[2],
      { run: 'id', sudo: true, timeoutMs: 30_000 },
    ]);
  });

  test('keeps the lines of a command together', () => {
    const changed = edited(lines[1]!, lines[2]!.replace('date', 'date -u'));
    // Word for word what was shown: the variable stands for what the person has read.
    expect(changed.commands).toEqual([{ ...spec.commands[1], run: `echo ${device.address}\ndate -u` }]);
  });

  test('shows afterwards what it will run', () => {
    const changed = edited('uptime', ...lines.slice(1));
    expect(healer.describe(changed, device)[0]).toBe('uptime   (at most 10 s)');
  });

  test.each([
    ['words in brackets that stood nowhere', ['id   (at most 5 h)'], /cannot be edited: {3}\(at most 5 h\)/],
    ['a variable that there is not', ['echo {{secret}}'], /secret/],
    ['a command of nothing', ['sudo: '], /empty/],
  ])('is refused with %s', (_, wanted, reason) => {
    expect(edit(...wanted)).toEqual({ refused: expect.stringMatching(reason) });
  });

  test('in configuration mode stays there', () => {
    const shell = sshHealer('ssh-shell');
    const config = shell.spec.parse({ 'ssh-shell': ['interface Gi0/1', 'shutdown'], config: true });
    const [heading, first, second] = shell.describe(config, device);
    expect(shell.edit!(config, device, [first!, second!])).toMatchObject({ refused: expect.any(String) });
    expect(shell.edit!(config, device, [heading!, first!, 'no shutdown'])).toMatchObject({
      spec: { config: true, commands: [{ run: 'interface Gi0/1' }, { run: 'no shutdown' }] },
    });
    expect(shell.edit!(config, device, [heading!, 'sudo: id'])).toMatchObject({
      refused: expect.any(String),
    });
  });
});
