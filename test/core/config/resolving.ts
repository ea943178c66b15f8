import { resolveConfig } from '../../../src/core/config/resolve.ts';
import type { DeviceConfig, ResolvedConfig } from '../../../src/core/config/types.ts';
import { NethealError } from '../../../src/core/errors.ts';

/** A secret that no message and no print may hold. */
export const CANARY = 'canary-7f3a-do-not-show';
const ENV = { HOME: '/home/op', SW01_PASSWORD: CANARY, SW01_ENABLE: CANARY, NETHEAL_TOKEN: CANARY };

/** A raw config resolved as if it stood in /etc/x/.nethealrc; `env` is added to a usual environment. */
export function resolve(raw: unknown, env: NodeJS.ProcessEnv = {}): Promise<ResolvedConfig> {
  return resolveConfig(raw, {
    file: '/etc/x/.nethealrc',
    dir: '/etc/x',
    env: { ...ENV, ...env },
    locate: () => '.nethealrc:1:1',
  });
}

/** What is said about a raw config, line by line and without the place; nothing where it is right. */
export async function complaints(raw: unknown, env?: NodeJS.ProcessEnv): Promise<string[]> {
  try {
    await resolve(raw, env);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof NethealError)) throw thrown;
    return thrown.message.split('\n').map((line) => line.replace('.nethealrc:1:1 ', ''));
  }
}

/** The only device of a config that says this about it. */
export async function oneDevice(says: object, rest: object = {}): Promise<DeviceConfig> {
  const { devices } = await resolve({ devices: [{ id: 'one', ip: '10.0.0.1', ...says }], ...rest });
  return devices[0]!;
}
