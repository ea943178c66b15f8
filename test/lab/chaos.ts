/**
 * `npm run chaos -- --minutes 10 --seed 7 --devices 12` (as root): random faults on real hosts, held against the kernel.
 * Without a seed one is drawn and printed. Ends with 1 where anything was found. `--story host1` tells all of one device.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runChaos } from './chaos/run-chaos.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    devices: { type: 'string', default: '12' },
    story: { type: 'string', multiple: true, default: [] },
  },
});
const { findings } = await runChaos({
  seed: Number(values.seed),
  minutes: Number(values.minutes),
  devices: Number(values.devices),
  stories: values.story,
});
process.exit(findings.length === 0 ? 0 : 1);
