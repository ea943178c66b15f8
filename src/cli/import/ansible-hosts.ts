import { type FoundHost, portOf, present, type Reading, type Remark } from './found-host.ts';
import { expandRange } from './host-range.ts';

type Vars = Map<string, string>;
type Host = { line: number; vars: Vars; groups: string[] };

/** Ansible's names of network systems in those of netheal. */
const DIALECTS: Readonly<Record<string, string>> = {
  ios: 'cisco-ios',
  nxos: 'cisco-nxos',
  eos: 'arista-eos',
  junos: 'juniper-junos',
  routeros: 'mikrotik-routeros',
  edgeos: 'edgeos',
};
const SECRET = /^ansible_(.*_)?(pass|password|passphrase)$/;
/** Groups that are all hosts, and say nothing of one. */
const EVERYBODY: ReadonlySet<string> = new Set(['all', 'ungrouped']);

/** An inventory of Ansible as INI: groups, groups of groups, their variables, ranges of hosts. Pure. */
export function readAnsible(text: string): Reading {
  const hosts = new Map<string, Host>();
  const groupVars = new Map<string, Vars>();
  const parentsOf = new Map<string, string[]>();
  const bad: Remark[] = [];
  const remarks: Remark[] = [];
  let group = 'ungrouped';
  let kind = 'hosts';
  /** Values with a template in them are only known to Ansible; passwords are not copied from file to file. */
  const keep = (vars: Vars, key: string, value: string, line: number) => {
    if (SECRET.test(key))
      remarks.push({ line, what: `${key} is left out: write it as { env: NAME } yourself` });
    else if (value.includes('{{'))
      remarks.push({ line, what: `${key} is left out: only Ansible knows its value` });
    else vars.set(key, value);
  };

  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1;
    const bare = raw.trim();
    if (bare === '' || /^[#;]/.test(bare)) continue;
    const [, section, sectionKind = 'hosts'] = /^\[([^\]:\s]+)(?::(\w+))?\]\s*(?:[#;].*)?$/.exec(bare) ?? [];
    if (section !== undefined) {
      group = section;
      kind = sectionKind;
      if (!['hosts', 'children', 'vars'].includes(kind))
        bad.push({ line, what: `nobody knows [${group}:${kind}]` });
    } else if (kind === 'vars') {
      const [key = '', value = ''] = bare.split(/\s*=\s*(.*)/s, 2);
      keep(
        entryOf(groupVars, group, () => new Map()),
        key,
        unquoted(value.replace(/\s[#;].*$/, '')),
        line,
      );
    } else if (kind === 'children') {
      entryOf(parentsOf, bare.split(/\s/)[0]!, () => []).push(group);
    } else if (kind === 'hosts') {
      const [pattern = '', ...pairs] = wordsOf(bare);
      const names = expandRange(pattern);
      if (names === null) bad.push({ line, what: `"${pattern}" is no host and no range of hosts` });
      for (const name of names ?? []) {
        const host = entryOf(hosts, name, () => ({ line, vars: new Map(), groups: [] }));
        host.groups.push(group);
        for (const pair of pairs) {
          const [key = '', value = ''] = pair.split(/=(.*)/s, 2);
          keep(host.vars, key, unquoted(value), line);
        }
      }
    }
  }

  const found = [...hosts].flatMap(([name, host]): FoundHost[] => {
    const { line, vars, groups } = host;
    // What is nearest to the host wins: its own, its groups', the groups' of those.
    const scopes = [vars, ...withAncestors(groups, parentsOf).flatMap((one) => groupVars.get(one) ?? [])];
    const value = (...keys: string[]) =>
      scopes.flatMap((scope) => keys.flatMap((key) => scope.get(key) ?? []))[0];
    if (value('ansible_connection') === 'local') return [];
    const { bare, port } = /^(?<bare>\[.+\]|[^:]+)(?::(?<port>\d+))?$/.exec(name)?.groups ?? { bare: name };
    const at = value('ansible_port', 'ansible_ssh_port') ?? port;
    const system = value('ansible_network_os')?.split('.').at(-1);
    const ssh = present({
      username: value('ansible_user', 'ansible_ssh_user'),
      port: at && portOf(at),
      privateKey: value('ansible_ssh_private_key_file', 'ansible_private_key_file'),
      dialect: system === undefined ? undefined : DIALECTS[system],
    });
    return [
      {
        line,
        address: (value('ansible_host', 'ansible_ssh_host') ?? bare!).replace(/^\[|\]$/g, ''),
        name: bare!,
        ...present({ group: groups.find((one) => !EVERYBODY.has(one)) }),
        ...(Object.keys(ssh).length > 0 && { ssh }),
      },
    ];
  });
  return { hosts: found, bad, remarks };
}

/** Groups, then the groups that these are children of, nearest first; everybody is in `all`. */
function withAncestors(
  groups: readonly string[],
  parentsOf: ReadonlyMap<string, readonly string[]>,
): string[] {
  const all = new Set(groups);
  for (const one of all) for (const parent of parentsOf.get(one) ?? []) all.add(parent);
  all.delete('all');
  return [...all, 'all'];
}

function entryOf<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}

/** Words with quotes about them or inside (`key="two words"`), up to a comment. */
function wordsOf(line: string): string[] {
  const words = line.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  const comment = words.findIndex((word) => word.startsWith('#'));
  return comment < 0 ? words : words.slice(0, comment);
}

function unquoted(value: string): string {
  return value.trim().replace(/^(["'])(.*)\1$/s, '$2');
}
