import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { parsePlainYaml } from '../../../src/core/config/plain-yaml.ts';

/** What the library says that a config is read with otherwise; undefined where it complains. */
function careful(text: string): unknown {
  const documents = parseAllDocuments(text, { merge: true, prettyErrors: false, logLevel: 'silent' });
  if ('empty' in documents || documents.length !== 1) return undefined;
  const [document] = documents;
  return document!.errors.length + document!.warnings.length > 0 ? undefined : document!.toJS();
}

const FLEET = `# all of them
monitoring: { interval: 30s, timeout: 2s }
healing:
  strategies:
    - name: restart
      when: { attempt: [1, 2] }
      steps:
        - ssh: ['systemctl restart "x"', "echo \\"y\\" | tee z"]
        - wait: 5s
devices:
  # the first
  - id: a
    ip: 10.0.0.1
    tags: { site: x, rack: "r 1" }
    parents: []

  - id: b # the second
    ip: ::1
    label: O'Neill
    icmp: true
    packets: 3
    heal:
      - ssh: |
          one
            two
  - { id: c, host: c.example }
plugins:
  dashboard: false
`;

const PIECES = (
  ' |  |\n|\n  |\n- |\n  - |:|: |-|- |#| # x|\'|"|[|]|{|}|,|>|>-\n|&a |*a|!|!!str |%|@|`|?|? |~|0|0x1F|0o7|010|1e3|' +
  '1e999|1_000|.5|-.inf|.nan|1.|+1|true|no|NULL|<<: |---\n|...\n|\\|\t|\r|\r\n|\u0085|\u2028|\u00a0|\ufeff|é|\'\'|""|' +
  '10.0.0.1|12:30|2001-01-01|::1|ip: |devices:\n|__proto__: 1\n|toString: 1\n'
).split('|');
PIECES.push('|', '|\n', '|1\n', '||');

/** A text with a few things put in, taken out or written twice somewhere. */
const edited = fc
  .array(fc.record({ at: fc.nat(), piece: fc.constantFrom(...PIECES), out: fc.nat(4), copy: fc.nat(30) }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((edits) =>
    edits.reduce((text, { at, piece, out, copy }) => {
      const place = at % (text.length + 1);
      const put = copy > 25 ? text.slice(place - copy, place) : piece;
      return text.slice(0, place) + put + text.slice(place + out);
    }, FLEET),
  );

describe('a config that is common YAML', () => {
  it('is read as the careful parser reads it, in one piece or in many', async () => {
    const value = careful(FLEET);
    for (const length of [0, 30, 60, 100, 1_000]) expect(await parsePlainYaml(FLEET, length)).toEqual(value);
    const windows = FLEET.replaceAll('\n', '\r\n');
    expect(await parsePlainYaml(windows, 30)).toEqual(careful(windows));
  });

  it('is left to the careful parser wherever the two might differ', async () => {
    let plain = 0;
    await fc.assert(
      fc.asyncProperty(edited, fc.constantFrom(0, 40, 1_000), async (text, length) => {
        const read = await parsePlainYaml(text, length);
        if (read === undefined) return;
        plain++;
        expect(read).toEqual(careful(text));
      }),
      { numRuns: 3_000 },
    );
    expect(plain).toBeGreaterThan(100);
  });

  it('keeps every value that was written by another program', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.dictionary(fc.constantFrom('id', 'ip', 'label', 'tags'), fc.jsonValue({ maxDepth: 2 }))),
        async (devices) => {
          const text = stringify({ devices }, { aliasDuplicateObjects: false });
          const read = await parsePlainYaml(text, 20);
          if (read !== undefined) expect(read).toEqual(careful(text));
        },
      ),
    );
  });

  it.each([
    ['an anchor', 'a: &x 1'],
    ['an alias', 'a: [&x 1, *x]'],
    ['a merge', '<<: { a: 1 }'],
    ['a tag', 'a: !!str 1'],
    ['a key twice', 'a: 1\na: 2'],
    ['devices twice', 'devices:\n  - ip: a\nb: 1\ndevices:\n  - ip: b\n'],
    ['a key that is a number', '1: a'],
    ['a second document', 'a: 1\n---\nb: 2'],
    ['a directive', '%YAML 1.1\n---\na: yes'],
    ['a tab', 'a:\t1'],
    ['a number beyond all bounds', 'a: 1e999'],
    ['a quote that is not closed', 'devices:\n  - ip: "a\n  - ip: b\n'],
  ])('%s is left to the careful parser', async (_what, text) => {
    expect(await parsePlainYaml(text, 0)).toBeUndefined();
  });
});
