import { type FoundHop, type FoundHost, portOf, present, type Reading, type Remark } from './found-host.ts';

/** What a `Host` line begins; `patterns` is null for a `Match`, which depends on what happens. */
type Block = { line: number; patterns: readonly string[] | null; options: Map<string, string> };

/** OpenSSH's client config: each name on a `Host` line is a host, and the first value of an option wins. Pure. */
export function readSshConfig(text: string): Reading {
  const remarks: Remark[] = [];
  const blocks = blocksOf(text, remarks);
  const lines = new Map<string, number>();
  for (const { line, patterns } of blocks) {
    for (const name of patterns ?? []) {
      if (!/[*?!]/.test(name) && !lines.has(name)) lines.set(name, line);
    }
  }

  const option = (name: string, key: string) =>
    blocks
      .find(({ patterns, options }) => options.has(key) && patterns && matches(name, patterns))
      ?.options.get(key);
  const login = (name: string) => ({
    host: expanded(option(name, 'hostname') ?? name, name),
    username: option(name, 'user'),
    port: option(name, 'port'),
    privateKey: keyFile(option(name, 'identityfile')),
  });
  const hop = (spec: string): FoundHop => {
    const { user, name, port } =
      /^(?:ssh:\/\/)?(?:(?<user>[^@]+)@)?\[?(?<name>.+?)\]?(?::(?<port>\d+))?$/.exec(spec)!.groups as Record<
        string,
        string | undefined
      > & { name: string };
    const known = login(name);
    const at = port ?? known.port;
    return {
      name,
      host: known.host,
      ...present({
        username: user ?? known.username,
        port: at && portOf(at),
        privateKey: known.privateKey,
      }),
    };
  };

  const hosts = [...lines].map(([name, line]): FoundHost => {
    const { host, username, port, privateKey } = login(name);
    const jump = option(name, 'proxyjump') ?? 'none';
    const specs = jump.toLowerCase() === 'none' ? [] : jump.split(',').map((spec) => spec.trim());
    // `Host *` with a ProxyJump is for everybody but the bastion itself.
    const via = specs
      .filter((spec) => spec !== '')
      .map(hop)
      .filter((one) => one.name !== name);
    return {
      line,
      address: host,
      name,
      // The port stands there even where it is the usual one: a login is what makes it a host for others to jump over.
      ssh: present({ username, port: portOf(port ?? '22'), privateKey }),
      ...(via.length > 0 && { via }),
    };
  });
  return { hosts, bad: [], remarks };
}

function blocksOf(text: string, remarks: Remark[]): Block[] {
  // What stands above the first `Host` is for all of them.
  const blocks: Block[] = [{ line: 1, patterns: ['*'], options: new Map() }];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1;
    const [, keyword = '', rest = ''] = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(raw) ?? [];
    const values = [...rest.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);
    const comment = values.findIndex((value) => value.startsWith('#'));
    const words = comment < 0 ? values : values.slice(0, comment);
    const key = keyword.toLowerCase();
    if (key === 'host') blocks.push({ line, patterns: words, options: new Map() });
    else if (key === 'match') {
      blocks.push({ line, patterns: null, options: new Map() });
      remarks.push({ line, what: 'what stands under Match is passed over' });
    } else if (key === 'include') {
      remarks.push({ line, what: `Include is not followed: import ${words.join(' ')} itself` });
    } else if (words.length > 0) {
      const { options } = blocks.at(-1)!;
      if (!options.has(key)) options.set(key, words[0]!);
    }
  }
  return blocks;
}

/** Does a name fit one of the patterns, and none that begins with "!"? */
function matches(name: string, patterns: readonly string[]): boolean {
  const fits = (pattern: string) =>
    new RegExp(
      `^${pattern
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replace(/\*+/g, '.*')
        .replace(/\?/g, '.')}$`,
      'i',
    ).test(name);
  return (
    patterns.some((pattern) => !pattern.startsWith('!') && fits(pattern)) &&
    !patterns.some((pattern) => pattern.startsWith('!') && fits(pattern.slice(1)))
  );
}

function expanded(host: string, name: string): string {
  return host.replace(/%[h%]/g, (token) => (token === '%h' ? name : '%'));
}

/** A name with other tokens of OpenSSH's in it means nothing here. */
function keyFile(path: string | undefined): string | undefined {
  return path === undefined || path.includes('%') || path.toLowerCase() === 'none' ? undefined : path;
}
