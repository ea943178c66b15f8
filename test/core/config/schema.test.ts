import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { configJsonSchema } from '../../../src/core/config/schema.ts';

it('the JSON Schema for editors is the one that checks the config (else: node scripts/generate-schema.ts)', () => {
  const written = readFileSync(new URL('../../../config/netheal.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
});
