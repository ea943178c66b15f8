import { describe, expect, it } from 'vitest';
import { parseFilter, searchWords } from '../../src/tui/filter.ts';
import { fleet } from './fake-source.ts';

function labels(query: string): string[] {
  const filter = parseFilter(query);
  if (!filter.ok) throw new Error(filter.message);
  return fleet()
    .filter(filter.matches)
    .map(({ label }) => label);
}

describe('a typed filter', () => {
  it('matches label, address and group, whatever the case', () => {
    expect(labels('LOBBY')).toEqual(['ap-lobby']);
    expect(labels('10.1.0.254')).toEqual(['fw-01']);
    expect(labels('munich')).toHaveLength(8);
  });

  it.each([
    ['state:down', ['ap-lobby', 'wan-rt-02']],
    ['state:heal', ['cam-gate']],
    ['group:ham loss>0', ['edge-rt-01', 'ap-lobby', 'cam-gate']],
    ['tag:role=ap', ['ap-lobby']],
    ['tag:role', ['ap-lobby']],
    ['rtt>40', ['edge-rt-01']],
    ['heal>=2', ['cam-gate']],
    ['up<98', ['ap-lobby']],
    ['state:down berlin', ['wan-rt-02']],
  ])('%s', (query, expected) => {
    expect(labels(query)).toEqual(expected);
  });

  it('shows problems only with "!"', () => {
    expect(labels('!')).toHaveLength(8);
    expect(labels('!')).not.toContain('nas-p-01');
  });

  it('leaves out a device without an RTT where one is compared', () => {
    expect(labels('rtt<1000')).not.toContain('ap-lobby');
  });

  it('takes what every object has for a word like any other', () => {
    expect(labels('constructor:x')).toEqual([]);
    expect(labels('constructor>1')).toEqual([]);
  });

  it.each([
    ['state:broken', 'no state "broken"'],
    ['rtt>fast', '"rtt>fast" needs a number'],
  ])('says what is wrong with %s', (query, words) => {
    expect(parseFilter(query)).toEqual({ ok: false, message: expect.stringContaining(words) });
  });
});

describe('the words of a filter that a source looks for', () => {
  it.each([
    ['Lobby  AP', 'lobby ap'],
    ['group:Hamburg 10.1', 'hamburg 10.1'],
    ['! state:down tag:role=ap rtt>40 loss>=5 core', 'core'],
    ['state:up', ''],
    ['', ''],
  ])('of "%s" are "%s"', (query, words) => {
    expect(searchWords(query)).toBe(words);
  });
});
