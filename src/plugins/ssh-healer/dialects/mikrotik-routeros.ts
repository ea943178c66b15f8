import type { Dialect } from 'netheal/plugin';

/** MikroTik RouterOS 6 and 7. */
export const mikrotikRouteros: Dialect = {
  title: 'MikroTik RouterOS',
  ident: ['^ROSSSH'],
  // No colours, no questions to the terminal, 511 columns, 4098 rows: asked for with the name of the user.
  loginSuffix: '+ct511w4098h',
  lineEnding: 'crlf',
  hostname: '[^\\]\\r\\n]{0,63}',
  modes: {
    // [admin@MikroTik] > , in a menu [admin@MikroTik] /ip/address> , in safe mode [admin@MikroTik] <SAFE>
    exec: { prompt: '\\[[^\\s@\\]]{1,64}@{host}\\] (?:/[\\w/ -]{1,80})?(?:>|<SAFE>)', ready: true },
  },
  neverTyped: ['\\?'],
  renames: ['^/?system[ /]+identity[ /]+set\\s+name="?([^"]*[^"\\s])"?\\s*$'],
  close: '/quit',
  errors: [
    '^bad command name',
    '^syntax error',
    '^expected ',
    '^failure:',
    '^no such (?:item|command|argument)',
    '^input does not match any value',
    '^invalid (?:value|internal item number)',
    '^value of .* (?:expects|contains|out of range)',
    '^ambiguous value',
    '^missing value',
    '^not enough permissions',
    '^unknown parameter',
    '^action (?:failed|timed out)',
  ],
  noise: [
    'echo: [\\w,!]{1,80} .*',
    '[a-z]{3}/\\d\\d/\\d{4} \\d\\d:\\d\\d:\\d\\d [\\w,!]{3,80} .*',
    '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d [\\w,!]{3,80} .*',
    '\\(\\d+ messages? (?:not shown|discarded)\\)',
  ],
  pagers: [{ pattern: '-- \\[Q quit\\|D dump[^\\]]{0,60}\\]', answer: 'D' }],
  dialogues: [
    // Any key answers it; Enter alone would show the licence.
    { prompt: 'software license\\? \\[Y/n\\]:? ?', answer: 'n', enter: false },
    { prompt: 'Reboot, yes\\? \\[y/N\\]:? ?', answer: 'y', dropOk: true },
  ],
};
