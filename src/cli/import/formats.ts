import { basename, extname } from 'node:path';
import { cleanLine } from '../../core/text.ts';
import { readAnsible } from './ansible-hosts.ts';
import { csvHeader, readCsv } from './csv-hosts.ts';
import { readFileSd } from './file-sd-hosts.ts';
import { FORMAT_NAMES, type FormatName } from './format-names.ts';
import type { FoundHost, Reading } from './found-host.ts';
import { readEtcHosts, readList } from './list-hosts.ts';
import { readSshConfig } from './ssh-config-hosts.ts';

type Format = Readonly<{
  /** Is it this one, going by the name of the file and by what stands in it? */
  fits: (path: string, text: string) => boolean;
  read: (text: string) => Reading;
}>;

const FORMATS: Readonly<Record<FormatName, Format>> = {
  'file-sd': {
    fits: (path, text) => /^\.(json|ya?ml)$/.test(extname(path)) || /^\s*[[{]\s*[{"\n]/.test(text),
    read: readFileSd,
  },
  ssh: {
    fits: (path, text) => /^(ssh_config|config)$/.test(basename(path)) || /^\s*Host[ \t=]+\S/im.test(text),
    read: readSshConfig,
  },
  ansible: {
    fits: (path, text) => extname(path) === '.ini' || /^\[[^\]\s]+\]|\sansible_\w+=/m.test(text),
    read: readAnsible,
  },
  csv: {
    fits: (path, text) => /^\.[ct]sv$/.test(extname(path)) || csvHeader(text) !== null,
    read: readCsv,
  },
  hosts: { fits: (path) => basename(path) === 'hosts', read: readEtcHosts },
  list: { fits: () => true, read: readList },
};

/** Which format a file has, as far as one can tell. Pure. */
export function formatOf(path: string, text: string): FormatName {
  return FORMAT_NAMES.find((name) => FORMATS[name].fits(path, text))!;
}

/** The hosts of a text in one of the formats. Pure. */
export function readHosts(format: FormatName, text: string): Reading {
  const { hosts, ...rest } = FORMATS[format].read(text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n'));
  return { hosts: hosts.map(withCleanWords), ...rest };
}

/** What people will read comes from a stranger. */
function withCleanWords(host: FoundHost): FoundHost {
  return {
    ...host,
    name: host.name && cleanLine(host.name),
    ...(host.group !== undefined && { group: cleanLine(host.group) }),
    ...(host.tags && {
      tags: Object.fromEntries(Object.entries(host.tags).map((pair) => pair.map((word) => cleanLine(word)))),
    }),
  };
}
