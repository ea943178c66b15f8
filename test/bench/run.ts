/** `npm run bench`: every table in one run, so that its ratios hold on a noisy machine too. */
import { cpus } from 'node:os';
import { benchEngines } from './engines.ts';
import { benchMemory } from './memory.ts';
import { benchSsh } from './ssh.ts';
import { benchStartUp } from './start-up.ts';

console.log(`Node ${process.versions.node}, ${cpus().length} CPUs; medians; CPU includes child processes.`);
benchEngines();
await benchSsh();
await benchStartUp();
await benchMemory();
