import type { Dialect } from 'netheal/plugin';

/** Linux and its kin: commands by exec; the shell is for steps of the kind ssh-shell. */
export const linux: Dialect = {
  title: 'a Unix shell',
  run: 'exec',
  hostname: '[A-Za-z0-9][\\w.-]{0,62}',
  modes: {
    // user@host:~$ , root@host:/etc# , [user@host ~]$
    shell: {
      prompt: '(?:[\\w.-]{1,32}@{host}:[^#$\\n]{1,200}|\\[[\\w.-]{1,32}@{host} [^\\]\\n]{1,200}\\])[#$]',
      ready: true,
    },
  },
  open: ['export PAGER=cat SYSTEMD_PAGER=cat'],
  close: 'exit',
  errors: ['^-?(?:ba|da|a|z|k)?sh: .*', '^sudo: '],
  pagers: [{ pattern: '\\(END\\)', answer: 'q' }],
  dialogues: [{ prompt: '\\[sudo\\] password for [^:\\n]{1,64}: ?', answerWith: 'sudoPassword' }],
};
