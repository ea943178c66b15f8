import { expect, test } from 'vitest';
import { createGuesses } from '../../../src/plugins/dashboard/guesses.ts';

function guessesAt() {
  let now = 0;
  const guesses = createGuesses(() => now);
  const guess = (address: string, times = 10) => {
    for (let i = 0; i < times; i++) guesses.wrong(address);
  };
  return { guesses, guess, advance: (ms: number) => (now += ms) };
}

test('ten wrong tokens within a minute are enough', () => {
  const { guesses, guess, advance } = guessesAt();
  guess('10.0.0.1', 9);
  expect(guesses.waitMs('10.0.0.1')).toBe(0);
  advance(20_000);
  guess('10.0.0.1', 1);
  expect(guesses.waitMs('10.0.0.1')).toBe(40_000);
  advance(40_000);
  expect(guesses.waitMs('10.0.0.1')).toBe(0);
  guess('10.0.0.1', 9);
  expect(guesses.waitMs('10.0.0.1')).toBe(0);
});

test('a host with a whole IPv6 network to guess from is one host', () => {
  const { guesses, guess } = guessesAt();
  guess('2001:db8:0:7::1', 5);
  guess('2001:db8::7:a:b:c:d', 5);
  expect(guesses.waitMs('2001:0db8:0000:0007:ffff::9')).toBeGreaterThan(0);
  expect(guesses.waitMs('2001:db8:0:8::1')).toBe(0);
});

test('an IPv4 address is the same in IPv6 clothes', () => {
  const { guesses, guess } = guessesAt();
  guess('::ffff:10.0.0.1');
  expect(guesses.waitMs('10.0.0.1')).toBeGreaterThan(0);
  expect(guesses.waitMs('::ffff:10.0.0.2')).toBe(0);
});

test('no more than so many addresses are remembered, and those that still guess are', () => {
  const { guesses, guess } = guessesAt();
  guess('10.0.0.1');
  for (let i = 0; i < 4_095; i++) guess(`10.1.${i >> 8}.${i & 255}`, 1);
  guess('10.0.0.1', 1);
  guess('10.2.0.1', 1);
  guess('10.2.0.2', 1);
  expect(guesses.waitMs('10.0.0.1')).toBeGreaterThan(0);
  for (let i = 0; i < 4_096; i++) guess(`10.3.${i >> 8}.${i & 255}`, 1);
  expect(guesses.waitMs('10.0.0.1')).toBe(0);
});
