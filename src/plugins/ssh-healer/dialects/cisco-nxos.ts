import type { Dialect } from 'netheal/plugin';
import { SYSLOG } from './syslog.ts';

/** Cisco NX-OS. Its SSH server is OpenSSH, so only its greeting tells it from others. */
export const ciscoNxos: Dialect = {
  title: 'Cisco NX-OS',
  greeting: ['Cisco Nexus Operating System', 'Cisco NX-OS Software'],
  hostname: '[A-Za-z0-9][\\w.-]{0,62}',
  modes: {
    exec: {
      prompt: '{host}>',
      next: {
        type: 'enable',
        to: 'enable',
        dialogues: [{ prompt: '^\\s*Password: ?', answerWith: 'enableSecret' }],
      },
    },
    enable: { prompt: '{host}#', ready: true },
    config: { prompt: '{host}\\(config[\\w.:/+-]{0,60}\\)#', ready: true },
  },
  neverTyped: ['\\?'],
  renames: ['^\\s*(?:hostname|switchname)\\s+(\\S+)'],
  open: ['terminal length 0', 'terminal width 511'],
  close: 'exit',
  config: { enter: 'configure terminal', mode: 'config', leave: ['end'] },
  errors: [
    '^% ?(?:Invalid|Incomplete|Ambiguous|Unrecognized|Unknown|Bad|Error|Permission denied|Cannot|Failed|Unable|No such)',
    '^ERROR:',
    '^Syntax error while parsing',
    '^Cmd exec error',
    '^Permission denied for the role',
  ],
  noise: SYSLOG as string[],
  pagers: [{ pattern: '-{2,4} ?More ?-{2,4}(?: or \\(q\\)uit)?', answer: ' ' }],
  dialogues: [
    {
      prompt: 'This command will reboot the system\\.? \\(y/n\\)\\? ? ?\\[n\\] ?',
      answer: 'y',
      dropOk: true,
    },
    {
      prompt: 'There is unsaved configuration.*\\(y/n\\)\\? ? ?\\[n\\] ?',
      answer: 'y',
      dropOk: true,
    },
  ],
};
