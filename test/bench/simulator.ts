import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { nativeProgram } from './native.ts';

/** Where the simulated network begins. */
export const SIMULATED = '10.99.0.0';

const DEVICE = 'nhsim';
const DELAY_US = 5_000;

/** What the network itself knows about its packets. */
export type Truth = Readonly<{
  requests: number;
  dropped: number;
  /** The time after which 99 of 100 requests were really answered. */
  stayedP99Ms: number;
}>;

/** Starts simulator.c in this process's network namespace: 10.99.0.0/16 answers after 5 ms, or not at all. */
export async function startSimulator(lossPercent: number): Promise<{ stop: () => Promise<Truth> }> {
  const child = spawn(nativeProgram('simulator')!, [DEVICE, String(DELAY_US), String(lossPercent)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), ended]);
  if (child.exitCode !== null) throw new Error('the simulator could not make its TUN device');
  const ip = (command: string) => execFileSync('ip', command.split(' '));
  ip(`addr add 10.98.0.1/32 dev ${DEVICE}`);
  ip(`link set ${DEVICE} up txqueuelen 10000`);
  ip(`route add 10.99.0.0/16 dev ${DEVICE}`);
  return {
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      return JSON.parse(said.slice(said.indexOf('{')));
    },
  };
}
