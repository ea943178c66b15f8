import { describe, expect, it, test } from 'vitest';
import { formatOf, readHosts } from '../../../src/cli/import/formats.ts';
import { expandRange } from '../../../src/cli/import/host-range.ts';

const lines = (...text: string[]) => text.join('\n');

describe('a CSV file', () => {
  it('says by its header what its columns are, in any order and with any delimiter', () => {
    const text = lines(
      'Name;Site;IP Address;SSH User;ssh-port;Tags;Serial',
      'Core gateway;berlin;10.0.0.1/24;admin;2222;role=router;X1',
      '"Switch; ""one""";;10.0.0.2;;;;',
    );
    expect(readHosts('csv', text)).toEqual({
      hosts: [
        {
          line: 2,
          address: '10.0.0.1',
          name: 'Core gateway',
          group: 'berlin',
          tags: { role: 'router' },
          ssh: { username: 'admin', port: 2222 },
        },
        { line: 3, address: '10.0.0.2', name: 'Switch; "one"' },
      ],
      bad: [],
      remarks: [{ line: 1, what: 'nothing is taken from: Serial' }],
    });
  });

  it('counts lines, not rows: a quoted cell may hold a line break', () => {
    const text = lines('ip,label', '10.0.0.1,"two', 'lines"', '', '10.0.0.2,b,surplus');
    const { hosts, bad } = readHosts('csv', text);
    expect(hosts).toEqual([{ line: 2, address: '10.0.0.1', name: 'two lines' }]);
    expect(bad).toEqual([{ line: 5, what: 'has 3 columns, and the header 2' }]);
  });

  it('without a column of addresses has no host', () => {
    expect(readHosts('csv', 'label,group\nx,y\n').bad).toMatchObject([{ line: 1 }]);
  });

  it('has tags as key=value, or none', () => {
    const { hosts, bad } = readHosts('csv', lines('host,tags,id', 'a,router,7', 'b,site=x;floor:2,sw-b'));
    expect(bad).toMatchObject([{ line: 2, what: expect.stringContaining('key=value') }]);
    expect(hosts).toMatchObject([{ address: 'b', tags: { site: 'x', floor: '2' }, id: 'sw-b' }]);
  });
});

test('a list has an address a line, and behind it what people call it', () => {
  const text = lines('# routers', '10.0.0.1  Core gateway # old', '', 'sw-01.example', '\t::1');
  expect(readHosts('list', text).hosts).toEqual([
    { line: 2, address: '10.0.0.1', name: 'Core gateway' },
    { line: 4, address: 'sw-01.example', name: 'sw-01.example' },
    { line: 5, address: '::1', name: null },
  ]);
});

test('of /etc/hosts what means the machine itself is passed over', () => {
  const text = lines(
    '127.0.0.1 localhost',
    '127.0.1.1 laptop',
    '::1 localhost ip6-localhost',
    'ff02::1 ip6-allnodes',
    'fe00::0 ip6-localnet',
    '10.0.0.1 gw.example gw',
    'fe80::1%eth0 link',
  );
  expect(readHosts('hosts', text).hosts).toEqual([
    { line: 6, address: '10.0.0.1', name: 'gw.example' },
    { line: 7, address: 'fe80::1%eth0', name: 'link' },
  ]);
});

describe('an OpenSSH config', () => {
  it('gives every named host its options, the first value of each winning', () => {
    const text = lines(
      'User everyone',
      'Host sw-* !sw-9',
      '  User = "net admin"',
      '  IdentityFile ~/.ssh/net',
      'Host sw-1 sw-9',
      '  HostName %h.example   # a comment',
      '  Port 2222',
      'Host *',
      '  Port 22222',
      '  User late',
    );
    expect(readHosts('ssh', text).hosts).toEqual([
      {
        line: 5,
        address: 'sw-1.example',
        name: 'sw-1',
        ssh: { username: 'everyone', port: 2222, privateKey: '~/.ssh/net' },
      },
      { line: 5, address: 'sw-9.example', name: 'sw-9', ssh: { username: 'everyone', port: 2222 } },
    ]);
    expect(readHosts('ssh', text.replace('User everyone\n', '')).hosts[0]).toMatchObject({
      ssh: { username: 'net admin' },
    });
  });

  it('knows jump hosts by their names, and others as they are written', () => {
    const text = lines(
      'Host bastion',
      '  HostName 192.0.2.1',
      '  User jump',
      'Host sw',
      '  ProxyJump bastion,op@[2001:db8::1]:2200',
      'Host free',
      '  ProxyJump none',
    );
    const [, sw, free] = readHosts('ssh', text).hosts;
    expect(sw).toMatchObject({
      ssh: { port: 22 },
      via: [
        { name: 'bastion', host: '192.0.2.1', username: 'jump' },
        { name: '2001:db8::1', host: '2001:db8::1', username: 'op', port: 2200 },
      ],
    });
    expect(free).not.toHaveProperty('via');
  });

  it('has nobody jump over himself, though the option is for all', () => {
    const text = lines('Host bastion sw', 'Host *', '  ProxyJump bastion');
    expect(readHosts('ssh', text).hosts.map(({ via }) => via?.map(({ name }) => name))).toEqual([
      undefined,
      ['bastion'],
    ]);
  });

  it('says what it does not follow', () => {
    const text = lines('Include conf.d/*', 'Match user root', '  User nobody', 'Host a');
    expect(readHosts('ssh', text)).toMatchObject({
      hosts: [{ line: 4, ssh: { port: 22 } }],
      remarks: [
        { line: 1, what: 'Include is not followed: import conf.d/* itself' },
        { line: 2, what: 'what stands under Match is passed over' },
      ],
    });
  });
});

describe('an inventory of Ansible', () => {
  it('has groups, groups of groups, variables and ranges; what is nearest to the host wins', () => {
    const text = lines(
      '; inventory',
      'lone ansible_host=10.0.0.9',
      '[web]',
      'web[01:02].example:2201 ansible_user=own',
      'web9.example',
      '[core]',
      "gw ansible_host=10.0.0.1 ansible_ssh_private_key_file='~/.ssh/core key'",
      '[berlin:children]',
      'web',
      'core',
      '[berlin:vars]',
      'ansible_user = berlin  # everybody there',
      'ansible_network_os=cisco.ios.ios',
      '[all:vars]',
      'ansible_user=all',
      'ansible_port=2299',
    );
    const { hosts, bad } = readHosts('ansible', text);
    expect(bad).toEqual([]);
    expect(hosts).toEqual([
      { line: 2, address: '10.0.0.9', name: 'lone', ssh: { username: 'all', port: 2299 } },
      {
        line: 4,
        address: 'web01.example',
        name: 'web01.example',
        group: 'web',
        ssh: { username: 'own', port: 2299, dialect: 'cisco-ios' },
      },
      expect.objectContaining({ line: 4, address: 'web02.example' }),
      expect.objectContaining({ line: 5, ssh: { username: 'berlin', port: 2299, dialect: 'cisco-ios' } }),
      expect.objectContaining({
        address: '10.0.0.1',
        group: 'core',
        ssh: { username: 'berlin', port: 2299, privateKey: '~/.ssh/core key', dialect: 'cisco-ios' },
      }),
    ]);
  });

  it('copies no password, and no value that only Ansible knows', () => {
    const text = lines(
      '[a]',
      'x ansible_password=canary-1 ansible_user={{ who }}',
      '[a:vars]',
      'ansible_become_pass=canary-2',
    );
    const reading = readHosts('ansible', text);
    expect(reading.hosts).toEqual([{ line: 2, address: 'x', name: 'x', group: 'a' }]);
    expect(reading.remarks.map(({ line }) => line)).toEqual([2, 2, 4]);
    expect(JSON.stringify(reading)).not.toContain('canary');
  });

  it('passes over the machine that Ansible runs on; what is no range and no section is told', () => {
    const text = lines('localhost ansible_connection=local', 'web[9:1]', '[a:b]', 'ignored');
    expect(readHosts('ansible', text)).toMatchObject({ hosts: [], bad: [{ line: 2 }, { line: 3 }] });
  });
});

test.each([
  ['sw', ['sw']],
  ['sw[08:10]', ['sw08', 'sw09', 'sw10']],
  ['r[1:5:2]-[a:b]', ['r1-a', 'r1-b', 'r3-a', 'r3-b', 'r5-a', 'r5-b']],
  ['[2001:db8::1]', ['[2001:db8::1]']],
  ['sw[a:3]', null],
  ['sw[1:]', null],
  ['sw[0:99999999]', null],
  ['', null],
])('the range %j stands for %j', (pattern, names) => expect(expandRange(pattern)).toEqual(names));

describe("Prometheus' file_sd", () => {
  it('has targets with ports and URLs, and labels that are group, name and tags', () => {
    const text = JSON.stringify(
      [
        {
          targets: ['10.0.0.1:9100', '[::1]:9100', 'https://web.example/health'],
          labels: { job: 'node', rack: '7' },
        },
        { targets: ['10.0.0.2'], labels: { site: 'x', instance: 'Core', __address__: 'no' } },
      ],
      null,
      1,
    );
    expect(readHosts('file-sd', text)).toEqual({
      hosts: [
        { line: 4, address: '10.0.0.1', name: null, group: 'node', tags: { rack: '7' } },
        { line: 5, address: '::1', name: null, group: 'node', tags: { rack: '7' } },
        { line: 6, address: 'web.example', name: null, group: 'node', tags: { rack: '7' } },
        { line: 15, address: '10.0.0.2', name: 'Core', group: 'x' },
      ],
      bad: [],
      remarks: [],
    });
  });

  it.each(['{', '[]', '"x"', '[{"labels":{}}]'])('that is none says so: %s', (text) => {
    expect(readHosts('file-sd', text)).toMatchObject({ hosts: [], bad: [{ line: 1 }] });
  });
});

test.each([
  ['fleet.csv', 'ip\n10.0.0.1', 'csv'],
  ['-', 'label,ip\na,10.0.0.1', 'csv'],
  ['-', 'Host a\n  User b', 'ssh'],
  ['/home/op/.ssh/config', '', 'ssh'],
  ['inventory.ini', 'a', 'ansible'],
  ['inventory', '[web]\na', 'ansible'],
  ['/etc/ansible/hosts', 'a ansible_host=10.0.0.1', 'ansible'],
  ['/etc/hosts', '10.0.0.1 gw', 'hosts'],
  ['targets.json', '[]', 'file-sd'],
  ['-', '[\n  {"targets":[]}]', 'file-sd'],
  ['devices.txt', '10.0.0.1 gw', 'list'],
])('%s with %j is read as %s', (path, text, format) => expect(formatOf(path, text)).toBe(format));

test('line ends of Windows and a byte-order mark mean nothing', () => {
  expect(readHosts('csv', '\ufeffip,label\r\n10.0.0.1,a\r\n').hosts).toEqual([
    { line: 2, address: '10.0.0.1', name: 'a' },
  ]);
});

test('what could lead a terminal astray does not come into the config', () => {
  expect(readHosts('csv', 'ip,label,group\n10.0.0.1,\u001b[31mred\u0007,\u202eabc').hosts).toMatchObject([
    { name: 'red·', group: '·abc' },
  ]);
});
