/**
 * `npm run bench`: every table in one run, so that its ratios hold on a noisy machine too; `npm run bench -- engines ssh`
 * prints those alone. `--long` measures the whole product for minutes. `soak` runs only when it is asked for:
 * `npm run bench -- soak --minutes 10 --devices 100000 --interval 30`.
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { benchAccuracy } from './accuracy.ts';
import { benchConfigAndSinks } from './config-and-sinks.ts';
import { benchEngines } from './engines.ts';
import { benchHeals } from './heal.ts';
import { benchHistory } from './history.ts';
import { benchMemory } from './memory.ts';
import { enterOwnNamespace } from './namespace.ts';
import { benchProduct } from './product.ts';
import { benchSoak } from './soak.ts';
import { benchSsh } from './ssh.ts';
import { benchStartUp } from './start-up.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    long: { type: 'boolean', default: false },
    devices: { type: 'string', default: '10000' },
    minutes: { type: 'string', default: '2' },
    interval: { type: 'string', default: '30' },
  },
});

const GROUPS: Readonly<Record<string, () => void | Promise<void>>> = {
  engines: benchEngines,
  product: () => benchProduct(values.long),
  accuracy: benchAccuracy,
  config: benchConfigAndSinks,
  ssh: benchSsh,
  heal: benchHeals,
  history: benchHistory,
  start: benchStartUp,
  memory: benchMemory,
  soak: () =>
    benchSoak({
      devices: Number(values.devices),
      minutes: Number(values.minutes),
      intervalSeconds: Number(values.interval),
    }),
};
const ONLY_WHEN_ASKED = ['soak'];

const usual = Object.keys(GROUPS).filter((name) => !ONLY_WHEN_ASKED.includes(name));
const wanted = positionals.length > 0 ? positionals : usual;
const unknown = wanted.filter((name) => !(name in GROUPS));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are ${Object.keys(GROUPS).join(', ')}.`);
  process.exit(2);
}
await enterOwnNamespace();
const [load = 0] = loadavg();
console.log(
  `Node ${process.versions.node}, ${cpus()[0]?.model} x ${cpus().length}, load ${load.toFixed(1)} before; CPU includes child processes.`,
);
for (const name of wanted) await GROUPS[name]!();
process.exit();
