import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Secret, type SshAccess } from 'netheal/plugin';
import { parse } from 'yaml';
import type { DeviceData } from './fake-device.ts';

type Written = Readonly<{
  title: string;
  ident?: string;
  kind?: 'ssh' | 'ssh-shell';
  device?: Partial<DeviceData>;
  access?: Readonly<Record<'enableSecret' | 'sudoPassword', string | null>>;
  spec?: object;
  run: readonly unknown[];
  ok: boolean;
  acted?: boolean;
  message?: string;
  typed?: readonly string[];
  answers?: readonly string[];
  shows?: readonly string[];
  never?: readonly string[];
}>;
type Family = Readonly<{ dialect: string; ident: string; device: DeviceData; cases: readonly Written[] }>;

/** One conversation with a device: what it is like, what to run, and what must come of it. */
export type Case = Omit<Written, 'device' | 'access' | 'run' | 'spec'> &
  Readonly<{ dialect: string; ident: string; device: DeviceData; access: Partial<SshAccess>; step: object }>;

const SECRETS = { enableSecret: 'enable-canary', sudoPassword: 'sudo-canary' };
/** No transcript may ever hold it, not even before the core masks it. */
export const CANARY = /canary/;

/** All conversations of the data files. */
export const CORPUS: readonly Case[] = ['cisco-ios.yaml', 'others.yaml'].flatMap((file) => {
  const text = readFileSync(fileURLToPath(new URL(`corpus/${file}`, import.meta.url)), 'utf8');
  return [parse(text) as Family | Family[]].flat().flatMap((family) =>
    family.cases.map(({ device = {}, access, run, spec, ...rest }): Case => {
      const secrets = Object.entries({ ...SECRETS, ...access }).filter(([, secret]) => secret !== null);
      return {
        ...rest,
        title: `${family.dialect}: ${rest.title}`,
        dialect: family.dialect,
        ident: rest.ident ?? family.ident,
        device: {
          ...family.device,
          ...device,
          modes: { ...family.device.modes, ...device.modes },
          commands: { ...family.device.commands, ...device.commands },
        },
        access: Object.fromEntries(secrets.map(([name, secret]) => [name, new Secret(secret as string)])),
        step: { [rest.kind ?? 'ssh']: run, ...spec },
      };
    }),
  );
});
