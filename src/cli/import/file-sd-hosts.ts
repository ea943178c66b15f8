import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { type FoundHost, present, type Reading, type Remark } from './found-host.ts';

/** Labels that are a group to netheal, the first that is there. */
const GROUPS = ['group', 'site', 'job'];

/** Prometheus' file_sd, JSON or YAML: lists of targets with labels. Pure. */
export function readFileSd(text: string): Reading {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineOf = (node: unknown) =>
    lines.linePos((node as { range?: readonly number[] } | null)?.range?.[0] ?? 0).line;
  const bad: Remark[] = document.errors.map(({ pos }) => ({
    line: lines.linePos(pos[0]).line,
    what: 'is neither JSON nor YAML',
  }));
  const hosts: FoundHost[] = [];
  const entries = isSeq(document.contents) && bad.length === 0 ? document.contents.items : [];
  if (entries.length === 0 && bad.length === 0)
    bad.push({ line: 1, what: 'is no list of { targets, labels }' });
  for (const entry of entries) {
    const targets = isMap(entry) ? entry.get('targets') : null;
    if (!isMap(entry) || !isSeq(targets)) {
      bad.push({ line: lineOf(entry), what: 'has no list of targets' });
      continue;
    }
    const labels = labelsOf(entry.toJSON());
    const group = GROUPS.find((name) => labels[name] !== undefined);
    const { instance, name, ...rest } = labels;
    const tags = Object.fromEntries(Object.entries(rest).filter(([key]) => key !== group));
    for (const target of targets.items) {
      const value = isScalar(target) ? String(target.value) : '';
      hosts.push({
        line: lineOf(target),
        address: addressOf(value),
        name: (targets.items.length === 1 ? (name ?? instance) : null) ?? null,
        ...(group !== undefined && { group: labels[group]! }),
        ...(Object.keys(tags).length > 0 && { tags: present(tags) as Record<string, string> }),
      });
    }
  }
  return { hosts, bad, remarks: [] };
}

/** What begins with two underscores is for Prometheus itself. */
function labelsOf({ labels }: { labels?: Record<string, unknown> }): Record<string, string> {
  const own = Object.entries(labels ?? {}).filter(([key]) => !key.startsWith('__'));
  return Object.fromEntries(own.map(([key, value]) => [key, String(value)]));
}

/** `10.0.0.1:9100`, `[::1]:9100` or `https://host/path`. */
function addressOf(target: string): string {
  const host = /^[a-z]+:\/\/([^/?#]+)/i.exec(target)?.[1] ?? target;
  const bracketed = /^\[(.+)\](?::\d+)?$/.exec(host)?.[1];
  return bracketed ?? (host.split(':').length === 2 ? host.replace(/:\d+$/, '') : host);
}
