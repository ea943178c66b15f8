import type { Dialect } from 'netheal/plugin';

/** OpenWrt: commands by exec; the shell is for steps of the kind ssh-shell. */
export const openwrt: Dialect = {
  title: 'OpenWrt',
  run: 'exec',
  greeting: ['BusyBox v\\d', '\\bOpenWrt\\b'],
  hostname: '[A-Za-z0-9][\\w.-]{0,62}',
  modes: { shell: { prompt: '[\\w.-]{1,32}@{host}:\\S{1,200}[#$]', ready: true } },
  renames: ['^\\s*hostname\\s+(\\S+)'],
  close: 'exit',
  errors: ['^(?:-?ash|/bin/sh): .*', '^uci: '],
  dialogues: [],
};
