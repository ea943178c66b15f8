import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.ts';

const secret = new Secret('hunter2');

describe('a secret', () => {
  it('is told only to those who ask for it by name', () => {
    expect(secret.reveal()).toBe('hunter2');
  });

  it.each<[string, () => unknown]>([
    ['a template', () => `${secret}`],
    ['a concatenation', () => ['', secret].join('')],
    ['String', () => String(secret)],
    ['JSON', () => JSON.stringify({ password: secret, list: [secret] })],
    ['inspect', () => inspect({ password: secret }, { depth: 9, showHidden: true })],
    ['inspect without custom inspection', () => inspect(secret, { customInspect: false, showHidden: true })],
    ['format', () => format('%s %o %j %O', secret, secret, secret, secret)],
    ['its keys and values', () => [...Object.keys(secret), ...Object.values(secret)].join()],
    ['a spread', () => JSON.stringify({ ...secret })],
    ['a structured clone', () => JSON.stringify(structuredClone(secret))],
    ['the message of an error', () => new Error(`login with ${secret} failed`).stack],
  ])('does not show itself in %s', (_what, show) => {
    expect(String(show())).not.toContain('hunter2');
  });

  it('says what it is', () => {
    expect(`${secret} ${inspect(secret)} ${JSON.stringify(secret)}`).toBe('<secret> <secret> "<secret>"');
  });
});
