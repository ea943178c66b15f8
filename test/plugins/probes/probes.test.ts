import { expect, test } from 'vitest';
import probes from '../../../src/plugins/probes/index.ts';
import { applyPlugin } from '../../plugin-harness.ts';

test('the plugin contributes tcp, http and exec', async () => {
  const applied = await applyPlugin(probes as never);
  expect([...applied.probes.keys()]).toEqual(['tcp', 'http', 'exec']);
  await applied.stop();
});
