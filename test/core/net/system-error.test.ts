import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { kindOfSystemError, wordsOfSystemError } from '../../../src/core/net/system-error.ts';

const error = (code: string) => Object.assign(new Error(`what ${code} says`), { code });

test.each([
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EAGAIN',
  'EPERM',
  'EACCES',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EADDRINUSE',
  'EAFNOSUPPORT',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_MEMORY',
  'EAI_SYSTEM',
  'ENODEV',
  'EINVAL',
])('%s is our own fault and has words of its own', (code) => {
  expect(kindOfSystemError(error(code))).toBe('local-error');
  expect(wordsOfSystemError(error(code))).toContain(`(${code})`);
});

test.each([
  ['ECONNREFUSED', 'refused'],
  ['ETIMEDOUT', 'timeout'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENOTFOUND', 'dns'],
])('%s is the other side: %s', (code, kind) => {
  expect(kindOfSystemError(error(code))).toBe(kind);
});

test.each([error('EWHATEVER'), new Error('no code'), 'a string', null, undefined, { code: 7 }])(
  '%s is left to the probe, and never throws',
  (thrown) => {
    expect(kindOfSystemError(thrown)).toBeUndefined();
    expect(wordsOfSystemError(thrown)).toEqual(expect.any(String));
  },
);

test('a real refusal is one', async () => {
  const thrown = await new Promise((resolve) => connect(1, '127.0.0.1').once('error', resolve));
  expect(kindOfSystemError(thrown)).toBe('refused');
});
