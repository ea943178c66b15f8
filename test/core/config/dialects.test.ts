import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/core/config/load.ts';
import { errorOf, folderWith } from './folder.ts';
import { complaints, oneDevice } from './resolving.ts';

const own = (dialect: object) =>
  complaints({ devices: [{ ip: '10.0.0.1' }], dialects: { 'my-os': dialect } });
const modes = { shell: { prompt: '{host}#', ready: true } };

describe('dialects of the config itself', () => {
  test('are handed to whoever logs in, by name', async () => {
    const { ssh } = await oneDevice({ ssh: { dialect: 'my-os' } }, { dialects: { 'my-os': { modes } } });
    expect(ssh?.dialect).toBe('my-os');
    expect(ssh?.ownDialects?.get('my-os')?.modes).toEqual(modes);
  });

  test('may be like a built-in one, their own namesake included', async () => {
    expect(await own({ like: 'cisco-ios', open: ['no page'] })).toEqual([]);
    expect(
      await complaints({ devices: [], dialects: { edgeos: { like: 'edgeos', errors: ['^Oops'] } } }),
    ).toEqual([]);
  });

  test.each<[object, string]>([
    [{ modes, promt: 'x' }, 'dialects.my-os.promt: unknown key; there are: '],
    [{ modes, errors: ['('] }, 'dialects.my-os.errors.0: is no regular expression: '],
    [{ modes, errors: ['x*'] }, 'dialects.my-os.errors.0: also matches an empty line'],
    [{ modes, errors: ['^(a+)+$'] }, 'dialects.my-os.errors.0: repeats a group that holds a repetition'],
    [{ modes: { shell: { prompt: '{host}#' } } }, 'dialects.my-os.modes: needs a mode with "ready: true"'],
    [{}, 'dialects.my-os.modes: needs a mode with "ready: true"'],
    [
      { modes: { ...modes, user: { prompt: '{host}>', next: { type: 'enable', to: 'enabled' } } } },
      'dialects.my-os.modes.user.next.to: there is no mode "enabled"; there are: shell, user',
    ],
    [
      { modes, config: { enter: 'configure', mode: 'conf', leave: ['end'] } },
      'dialects.my-os.config.mode: there is no mode "conf"',
    ],
    [{ modes, dialogues: [{ prompt: 'Sure\\?' }] }, 'a dialogue needs either "answer"'],
    [{ modes, dialogues: [{ prompt: 'Sure\\?', answer: 'y\nreload' }] }, 'must be one line'],
    [{ modes, lineEnding: 'CR' }, '"CR" is none of lf, cr, crlf'],
    [
      { like: 'cisco-iso' },
      'dialects.my-os.like: "cisco-iso" is no known dialect, did you mean "cisco-ios"?',
    ],
  ])('%j is refused', async (dialect, wanted) => {
    const said = await own(dialect);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(wanted);
  });

  test('a mistake is told with file, line and column', async () => {
    const text = [
      'devices: [{ ip: 10.0.0.1 }]',
      'dialects:',
      '  my-os:',
      '    modes: { shell: { prompt: "{host}#", ready: true } }',
      '    dialogues:',
      '      - { prompt: "Sure(", answer: y }',
    ].join('\n');
    const dir = folderWith({ '.nethealrc.yaml': text });
    const error = await errorOf(() => loadConfig({ cwd: dir, env: { HOME: dir } }));
    expect(error.message).toMatch(
      /\.nethealrc\.yaml:6:\d+ dialects\.my-os\.dialogues\.0\.prompt: is no regular expression/,
    );
  });
});
