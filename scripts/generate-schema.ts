/** Writes config/netheal.schema.json, for editors, from the schema that checks the config. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configJsonSchema } from '../dist/core/config/schema.js';

const target = fileURLToPath(new URL('../config/netheal.schema.json', import.meta.url));
writeFileSync(target, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
