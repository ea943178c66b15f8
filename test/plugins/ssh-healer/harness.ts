import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Device,
  type Healer,
  type PluginApi,
  Secret,
  type SshAccess,
  type StepResult,
} from 'netheal/plugin';
import ssh2 from 'ssh2';
import { afterEach } from 'vitest';
import plugin from '../../../src/plugins/ssh-healer/index.ts';
import { fingerprintOf } from '../../../src/plugins/ssh-healer/known-hosts.ts';
import { hostKey } from './ssh-server.ts';

export const device: Device = {
  id: 'web-1',
  address: '10.0.0.7',
  label: 'Web "one" $(touch /nowhere)',
  group: 'default',
  tags: {},
  parents: [],
};

/** The fingerprint of a private key's host, as a pin. */
export function pinOf(privateKey: string): string {
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error) throw key;
  return fingerprintOf(key.getPublicSSH() as unknown as Buffer);
}

/** Access to a server on loopback whose host key is pinned, with the password "right". */
export function accessTo(port: number, changes: Partial<SshAccess> = {}): SshAccess {
  return {
    name: 'web-1',
    host: '127.0.0.1',
    port,
    username: 'admin',
    password: new Secret('right'),
    agent: false,
    knownHosts: [],
    hostKey: pinOf(hostKey.private),
    via: [],
    dialect: 'auto',
    legacy: false,
    connectTimeoutMs: 5_000,
    ...changes,
  };
}

/** A healer as the plugin contributes it. */
export function sshHealer(kind = 'ssh'): Healer {
  let found: Healer | undefined;
  const api = {
    clock: { now: () => Date.now(), monoMs: () => performance.now() },
    healer: (healer: Healer) => {
      if (healer.kind === kind) found = healer;
    },
  } as unknown as PluginApi;
  void plugin.apply(api, undefined);
  if (found === undefined) throw new Error('the plugin contributed no healer');
  return found;
}

export type StepRun = Readonly<{ result: StepResult; lines: string[]; masked: string[]; tookMs: number }>;
export type RunOptions = Readonly<{
  timeoutMs?: number;
  signal?: AbortSignal;
  onLine?: (line: string) => void;
}>;

/** Parses and runs a step as the core does; transcript lines read `kind: text`. */
export async function runStep(
  spec: object,
  ssh: SshAccess | undefined,
  options: RunOptions = {},
): Promise<StepRun> {
  const healer = sshHealer('ssh-shell' in spec ? 'ssh-shell' : 'ssh');
  const lines: string[] = [];
  const masked: string[] = [];
  const timeoutMs = options.timeoutMs ?? 15_000;
  const startedAt = performance.now();
  const result = await healer.run({
    spec: healer.spec.parse(spec),
    device,
    target: device,
    ssh,
    timeoutMs,
    signal: options.signal ?? AbortSignal.timeout(timeoutMs),
    transcript: {
      write: (kind, text) => {
        lines.push(`${kind}: ${text}`);
        options.onLine?.(`${kind}: ${text}`);
      },
      mask: (secret) => masked.push(secret instanceof Secret ? secret.reveal() : secret),
    },
  });
  return { result, lines, masked, tookMs: performance.now() - startedAt };
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'netheal-ssh-'));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs after the test, last registered first. */
export function cleanUp(action: () => unknown): void {
  cleanUps.push(action);
}

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const action of cleanUps.splice(0).reverse()) await action();
});

/** A server that is closed after the test. */
export async function closing<T extends { close(): unknown }>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  cleanUp(() => server.close());
  return server;
}
