import type { Dialect } from 'netheal/plugin';

/** Ubiquiti EdgeOS, a child of Vyatta: its operational commands exist in an interactive shell only. */
export const edgeos: Dialect = {
  title: 'Ubiquiti EdgeOS',
  greeting: ['Welcome to EdgeOS'],
  hostname: '[A-Za-z0-9][\\w.-]{0,62}',
  modes: {
    exec: { prompt: '[\\w.-]{1,64}@{host}:\\S{1,200}[$#]', ready: true },
    config: { prompt: '[\\w.-]{1,64}@{host}#', ready: true },
  },
  neverTyped: ['\\?'],
  renames: ['^\\s*set\\s+system\\s+host-name\\s+(\\S+)'],
  open: ['terminal length 0', 'terminal width 511'],
  close: 'exit',
  config: {
    enter: 'configure',
    mode: 'config',
    leave: ['commit', 'save', 'exit'],
    abandon: ['exit discard'],
  },
  errors: [
    '^\\s*(?:Invalid|Ambiguous|Incomplete) command',
    '^Configuration path: .* is not valid',
    '^The specified configuration node is not valid',
    '^(?:Commit|Set|Delete|Save) failed',
    '^Value validation failed',
    '^-?v?bash: .*',
    '^Error: ',
  ],
  noise: ['\\[edit[^\\]]{0,200}\\]', 'Broadcast message from .*', 'The system is going down .*'],
  pagers: [
    { pattern: '^:', answer: ' ' },
    { pattern: '\\(END\\)', answer: 'q' },
  ],
  dialogues: [{ prompt: 'Proceed with reboot\\? \\[confirm\\] ?(?:\\[y\\])? ?', answer: 'y', dropOk: true }],
};
