import type { Dialect } from 'netheal/plugin';

/** Juniper Junos. A name may be missing: `root@>`; root lands in a shell. */
export const juniperJunos: Dialect = {
  title: 'Juniper Junos',
  greeting: ['--- JUNOS \\d'],
  hostname: '[\\w.-]{0,63}',
  modes: {
    exec: { prompt: '[\\w.-]{1,64}@{host}>', ready: true },
    config: { prompt: '[\\w.-]{1,64}@{host}#', ready: true },
    // root@mx1% , and with a newer FreeBSD below: root@mx1:~ #
    shell: {
      prompt: '[\\w.-]{1,64}@{host}(?:%|:\\S{1,200} ?[#%])',
      next: { type: 'cli', to: 'exec' },
    },
  },
  neverTyped: ['\\?'],
  renames: ['^\\s*set\\s+system\\s+host-name\\s+(\\S+)'],
  open: ['set cli complete-on-space off', 'set cli screen-length 0', 'set cli screen-width 511'],
  close: 'exit',
  // Exclusive: changes of others are not committed along with ours, and ours are gone when the session ends.
  config: {
    enter: 'configure exclusive',
    mode: 'config',
    leave: ['commit and-quit'],
    abandon: ['rollback 0', 'exit'],
  },
  errors: [
    '^error: ',
    '^syntax error',
    '^unknown command',
    '^invalid (?:value|input|interface|ip address|prefix)',
    '^missing (?:argument|mandatory)',
    '^command is not completed',
    '^permission denied',
    '^commit failed',
  ],
  noise: [
    // Lines above the prompt: which engine it is, and where in the configuration we are.
    '\\{(?:master|backup|primary|secondary|linecard|local)[^}]{0,40}\\}',
    '\\[edit[^\\]]{0,200}\\]',
    '\\*\\*\\* (?:FINAL )?System shutdown message from .*',
  ],
  pagers: [{ pattern: '---\\(more(?: \\d{1,3}%)?\\)---', answer: ' ' }],
  dialogues: [
    {
      prompt: '(?:Reboot|Halt|Power Off) the system ?\\? \\[yes,no\\] \\(no\\) ?',
      answer: 'yes',
      dropOk: true,
    },
  ],
};
