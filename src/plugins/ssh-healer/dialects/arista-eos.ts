import type { Dialect } from 'netheal/plugin';
import { SYSLOG } from './syslog.ts';

/** Arista EOS. Its SSH server is OpenSSH and takes commands by exec too; a shell is needed for `enable`. */
export const aristaEos: Dialect = {
  title: 'Arista EOS',
  greeting: ['\\bArista\\b'],
  hostname: '[A-Za-z0-9][\\w.-]{0,62}',
  modes: {
    // The role of a supervisor may follow the name: sw1(s1)#
    exec: {
      prompt: '{host}(?:\\(s\\d\\))?>',
      next: {
        type: 'enable',
        to: 'enable',
        dialogues: [{ prompt: '^\\s*Password: ?', answerWith: 'enableSecret' }],
      },
    },
    enable: { prompt: '{host}(?:\\(s\\d\\))?#', ready: true },
    config: { prompt: '{host}(?:\\(s\\d\\))?\\(config[\\w.:/+-]{0,60}\\)#', ready: true },
  },
  neverTyped: ['\\?'],
  renames: ['^\\s*hostname\\s+(\\S+)'],
  open: ['terminal length 0', 'terminal width 32767'],
  close: 'exit',
  config: { enter: 'configure terminal', mode: 'config', leave: ['end'] },
  errors: [
    '^% ?(?:Invalid|Incomplete|Ambiguous|Unrecognized|Unknown|Bad|Error|Authorization denied|Cannot|Failed|Unable|Unavailable|No such)',
    '^% .* (?:failed|not found|does not exist)',
  ],
  noise: SYSLOG as string[],
  pagers: [{ pattern: '-{2,4} ?More ?-{2,4}', answer: ' ' }],
  dialogues: [
    { prompt: 'Save\\? \\[yes/no(?:/cancel/diff)?\\]: ?', answer: 'no' },
    { prompt: 'Proceed with reload\\? \\[confirm\\]', answer: '', dropOk: true },
  ],
};
