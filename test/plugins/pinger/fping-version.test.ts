import { expect, test } from 'vitest';
import { FpingEngine } from '../../../src/plugins/pinger/fping-engine.ts';
import { refusalOf } from '../../../src/plugins/pinger/fping-version.ts';
import { pingOf, putOnPath } from './fixtures.ts';

test.each([
  'fping: Version 3.16\n',
  './fping: Version 4.2\n./fping: comments to x\n',
  'fping: Version 4.4.1\n',
])('%j is too old: it does not tell which packets were lost', (output) => {
  expect(refusalOf(output)).toMatch(/^fping [34][.\d]+ does not tell/);
});

test.each(['fping: Version 5.0\n', 'fping: Version 5.1\n', 'fping: Version 10.2\n', 'something else\n', ''])(
  '%j is tried',
  (output) => expect(refusalOf(output)).toBeUndefined(),
);

test('with an fping that is too old the engine knows nothing, up or down', async () => {
  putOnPath({
    fping:
      'if [ "$1" = -v ]; then echo "fping: Version 4.2"; else echo "127.0.0.1 : [0], 84 bytes, 0.5 ms"; fi',
  });
  const engine = new FpingEngine({ intervalMs: 1 });
  expect(await engine.ping(pingOf('127.0.0.1'))).toMatchObject({
    ok: 'unknown',
    reason: 'local-error',
    message: expect.stringContaining('fping 4.2'),
  });
  engine.stop();
});
