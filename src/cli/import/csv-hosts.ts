import { csvRows } from './csv-cells.ts';
import { type FoundHost, portOf, present, type Reading, type Remark } from './found-host.ts';

/** What the columns of such files are called; dashes, dots, spaces and capitals do not matter. */
const COLUMNS: Readonly<Record<string, string>> = {
  ip: 'ip',
  ip_address: 'ip',
  ipaddress: 'ip',
  primary_ip: 'ip',
  address: 'ip',
  host: 'host',
  hostname: 'host',
  fqdn: 'host',
  dns_name: 'host',
  label: 'label',
  name: 'label',
  id: 'id',
  group: 'group',
  site: 'group',
  parent: 'parents',
  parents: 'parents',
  tags: 'tags',
  user: 'username',
  username: 'username',
  ssh_user: 'username',
  ssh_username: 'username',
  port: 'port',
  ssh_port: 'port',
  private_key: 'privateKey',
  identity_file: 'privateKey',
  dialect: 'dialect',
};
/** NetBox numbers its rows in a column of this name: no id that anybody would type. */
const ONLY_A_NUMBER = /^\d+$/;

/** The delimiter and the columns of a header, or null where a first line is none. Pure. */
export function csvHeader(text: string): { delimiter: string; columns: (string | undefined)[] } | null {
  const first = text.split('\n', 1)[0] ?? '';
  for (const delimiter of [',', ';', '\t']) {
    const columns = (csvRows(first, delimiter)[0]?.cells ?? []).map((cell) => COLUMNS[keyOf(cell)]);
    if (columns.includes('ip') || columns.includes('host')) return { delimiter, columns };
  }
  return null;
}

/** `ip,label,group,...`: a header says what the columns are. Pure. */
export function readCsv(text: string): Reading {
  const header = csvHeader(text);
  if (!header) {
    return {
      hosts: [],
      bad: [{ line: 1, what: 'no column is called ip or host: the first line says what the columns are' }],
      remarks: [],
    };
  }
  const { delimiter, columns } = header;
  const [names, ...rows] = csvRows(text, delimiter);
  const bad: Remark[] = [];
  const strange = names!.cells.filter((name, index) => name !== '' && columns[index] === undefined);
  const hosts = rows.flatMap(({ line, cells }): FoundHost[] => {
    if (cells.length > columns.length) {
      bad.push({ line, what: `has ${cells.length} columns, and the header ${columns.length}` });
      return [];
    }
    const value = (column: string) => cells[columns.indexOf(column)] ?? '';
    const tags = tagsOf(value('tags'));
    if (tags === null) {
      bad.push({ line, what: 'tags are written as key=value, with ";" between them' });
      return [];
    }
    const id = value('id');
    return [
      {
        line,
        // NetBox and others write the prefix length behind it.
        address: value('ip').replace(/\/\d+$/, '') || value('host'),
        name: value('label') || value('host') || null,
        ...present({
          id: ONLY_A_NUMBER.test(id) ? '' : id,
          group: value('group'),
          parents: wordsOf(value('parents')),
          tags,
          ssh: some(
            present({
              username: value('username'),
              port: value('port') && portOf(value('port')),
              privateKey: value('privateKey'),
              dialect: value('dialect'),
            }),
          ),
        }),
      },
    ];
  });
  const remarks =
    strange.length === 0 ? [] : [{ line: 1, what: `nothing is taken from: ${strange.join(', ')}` }];
  return { hosts, bad, remarks };
}

function keyOf(cell: string): string {
  return cell
    .replace(/^\ufeff/, '')
    .trim()
    .toLowerCase()
    .replace(/[\s.-]+/g, '_');
}

function wordsOf(cell: string): string[] | null {
  const words = cell.split(/[\s;,]+/).filter((word) => word !== '');
  return words.length > 0 ? words : null;
}

/** Undefined where there are none, null where they are no tags. */
function tagsOf(cell: string): Record<string, string> | null | undefined {
  const parts = cell.split(/[;,]/).map((part) => part.trim());
  const pairs = parts.filter((part) => part !== '').map((part) => part.split(/[=:](.*)/s, 2));
  if (pairs.some(([key, value]) => !key || value === undefined)) return null;
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}

function some<T extends object>(fields: T): T | null {
  return Object.keys(fields).length > 0 ? fields : null;
}
