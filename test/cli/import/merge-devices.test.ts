import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { mergeDevices } from '../../../src/cli/import/merge-devices.ts';

const NEW = [
  { id: 'a', label: 'A: "b"', ip: '10.0.0.8', ssh: { username: 'u' } },
  { id: 'b', host: 'b.example' },
];
const ADDED = (indent: string) =>
  [
    '- id: a',
    '  label: \'A: "b"\'',
    '  ip: 10.0.0.8',
    '  ssh:',
    '    username: u',
    '- id: b',
    '  host: b.example',
    '',
  ]
    .map((line) => (line ? indent + line : ''))
    .join('\n');

test('they come behind the last device and its comments; nothing else is touched', () => {
  const before = [
    '# mine',
    'monitoring: { interval:   30s } # odd spaces stay',
    'devices:   # all of them',
    '  - ip: "10.0.0.1"',
    "    label: 'x' # the first",
    '    notes: |',
    '      one',
    '',
    '      two',
    '    # parents: [y]',
    '',
    '',
  ].join('\n');
  const behind = '# the rest\nplugins: { dashboard: false }\n';
  expect(mergeDevices(before + behind, ['devices'], NEW)).toBe(
    `${before.trimEnd()}\n${ADDED('  ')}\n${behind}`,
  );
});

test.each([
  [
    'dashes at the margin',
    'devices:\n- ip: 10.0.0.1\nplugins: {}\n',
    `devices:\n- ip: 10.0.0.1\n${ADDED('')}plugins: {}\n`,
  ],
  ['no newline at the end', 'devices:\n  - ip: 10.0.0.1', `devices:\n  - ip: 10.0.0.1\n${ADDED('  ')}`],
  [
    'a list in brackets',
    'devices: [{ ip: 10.0.0.1 }, ] # end\n',
    'devices: [{ ip: 10.0.0.1 }, {"id":"a","label":"A: \\"b\\"","ip":"10.0.0.8","ssh":{"username":"u"}}, {"id":"b","host":"b.example"}, ] # end\n',
  ],
])('%s', (_, before, after) => expect(mergeDevices(before, ['devices'], NEW)).toBe(after));

it('keeps the line ends of Windows', () => {
  const after = mergeDevices('devices:\r\n  - ip: 10.0.0.1\r\nplugins: {}\r\n', ['devices'], NEW)!;
  expect(after.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
});

test('JSON stays JSON, an empty list and a package.json included', () => {
  const texts: [string, string[]][] = [
    ['{"devices":[]}', ['devices']],
    ['{\n  "devices": [\n    { "ip": "10.0.0.1" }\n  ],\n  "x": 1\n}\n', ['devices']],
    ['{\n\t"name": "p",\n\t"netheal": {\n\t\t"devices": []\n\t}\n}\n', ['netheal', 'devices']],
  ];
  for (const [text, path] of texts) {
    const after = JSON.parse(mergeDevices(text, path, NEW)!);
    const list = path.reduce((value, key) => value[key], after);
    expect(list.slice(-2)).toEqual(NEW);
  }
  expect(mergeDevices('devices: []\n', ['devices'], NEW)).toMatch(
    /^devices: \[\n {4}\{.*\},\n {4}\{.*\}\n {2}\]\n$/,
  );
});

test.each([
  ['an alias', 'x: &all [{ ip: 10.0.0.1 }]\ndevices: *all\n'],
  ['no list at all', 'devices:\n'],
  ['no such key', 'monitoring: {}\n'],
  ['no YAML', 'devices: {'],
])('what cannot be added to is left alone: %s', (_, text) => {
  expect(mergeDevices(text, ['devices'], NEW)).toBeNull();
});

test('whatever a device is called, the config says what it said, and the device too', () => {
  const word = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('$'));
  fc.assert(
    fc.property(word, word, (label, group) => {
      const device = { id: 'z', label, ip: '10.0.0.9', group };
      const text = 'devices: # c\n  - ip: 10.0.0.1 # d\n';
      const after = mergeDevices(text, ['devices'], [device]);
      expect(after?.startsWith(text)).toBe(true);
      expect(parse(after!).devices[1]).toEqual(device);
    }),
  );
});
