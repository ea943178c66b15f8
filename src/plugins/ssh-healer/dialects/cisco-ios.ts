import type { Dialect } from 'netheal/plugin';
import { SYSLOG } from './syslog.ts';

/** Cisco IOS and IOS-XE. */
export const ciscoIos: Dialect = {
  title: 'Cisco IOS or IOS-XE',
  // `Cisco-2.0` is IOS XR, which speaks another language.
  ident: ['^Cisco-1\\.'],
  refusesExec: true,
  hostname: '[A-Za-z0-9][\\w.:/-]{0,62}',
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
    // R1(config)#, R1(config-if)#, R1(dhcp-config)#: here the name is cut to 20 characters.
    config: { prompt: '{host}\\([\\w.:/+*-]{1,60}\\)#', hostChars: 20, ready: true },
  },
  // A question mark acts at once, without Enter, and leaves the line half typed.
  neverTyped: ['\\?'],
  renames: ['^\\s*hostname\\s+(\\S+)'],
  open: ['terminal length 0', 'terminal width 511'],
  close: 'exit',
  config: { enter: 'configure terminal', mode: 'config', leave: ['end'] },
  errors: [
    '^% ?(?:Invalid|Incomplete|Ambiguous|Unrecognized|Unknown|Bad|Error|Access denied|Cannot|Failed|Unable|No such|Not enough)',
    '^% ?(?:Command )?authorization (?:failed|denied)',
    '^Command (?:rejected|authorization failed)',
    '^%.* not found',
  ],
  noise: [
    ...SYSLOG,
    // The banner of a scheduled reload: *** --- SHUTDOWN in 0:01:00 ---
    '\\*\\*\\*(?: --- .* ---)?',
    'Translating ".*"\\.\\.\\.domain server \\(.*',
  ],
  pagers: [{ pattern: '-{2,4} ?More ?-{2,4}', answer: ' ' }],
  dialogues: [
    // What was changed and not saved was changed by somebody else: it is not ours to save.
    { prompt: 'Save\\? \\[yes/no\\]: ?', answer: 'no' },
    { prompt: 'Proceed with reload\\? \\[confirm\\]', answer: '', dropOk: true },
    { prompt: 'Destination filename \\[startup-config\\]\\?', answer: '' },
    { prompt: 'Clear "show interface" counters .*\\[confirm\\]', answer: '' },
    { prompt: 'Clear logging buffer \\[confirm\\]', answer: '' },
    { prompt: 'Reset (?:ALL )?OSPF process(?:es)?.*\\? \\[no\\]: ?', answer: 'yes' },
  ],
};
