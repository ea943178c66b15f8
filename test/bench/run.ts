/**
 * `npm run bench`: every table in one run, so that its ratios hold on a noisy machine too; `npm run bench -- engines ssh`
 * prints those alone. `--long` measures the whole product for minutes.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { benchEngines } from './engines.ts';
import { benchMemory } from './memory.ts';
import { enterOwnNamespace } from './namespace.ts';
import { benchProduct } from './product.ts';
import { benchSsh } from './ssh.ts';
import { benchStartUp } from './start-up.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { long: { type: 'boolean', default: false } },
});

const GROUPS: Readonly<Record<string, () => void | Promise<void>>> = {
  engines: benchEngines,
  product: () => benchProduct(values.long),
  ssh: benchSsh,
  start: benchStartUp,
  memory: benchMemory,
};

const wanted = positionals.length > 0 ? positionals : Object.keys(GROUPS);
const unknown = wanted.filter((name) => !(name in GROUPS));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are ${Object.keys(GROUPS).join(', ')}.`);
  process.exit(2);
}
await enterOwnNamespace();
console.log(
  `Node ${process.versions.node}, ${cpus()[0]?.model} x ${cpus().length}; medians; CPU includes child processes.`,
);
for (const name of wanted) await GROUPS[name]!();
process.exit(0);
