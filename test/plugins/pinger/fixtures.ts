import { execFileSync } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, describe, test } from 'vitest';
import type { PingRequest } from '../../../src/plugins/pinger/engine.ts';

const DEBIAN_PACKAGE: Readonly<Record<string, string>> = {
  fping: 'fping',
  ping: 'iputils-ping',
  ip: 'iproute2',
  nft: 'nftables',
  setpriv: 'util-linux',
};

function isInstalled(program: string): boolean {
  return `${process.env.PATH ?? ''}:/usr/sbin:/sbin`.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A group that needs real programs: skipped with the package's name, or a failure where they are required. */
export function describeWith(programs: readonly string[], title: string, define: () => void): void {
  const missing = programs.filter((program) => !isInstalled(program));
  const needsRoot = programs.includes('ip') && process.getuid?.() !== 0;
  if (missing.length === 0 && !needsRoot) {
    describe(title, define);
    return;
  }
  const reason =
    missing.length > 0
      ? `not installed: ${missing.map((program) => `${program} (Debian: ${DEBIAN_PACKAGE[program]})`).join(', ')}`
      : 'network namespaces need root';
  if (process.env.NETHEAL_REQUIRE_LAB === '1') {
    test(title, () => {
      throw new Error(`NETHEAL_REQUIRE_LAB=1, but ${reason}`);
    });
  } else {
    console.warn(`${title}: skipped, ${reason}`);
    describe.skip(`${title} (skipped: ${reason})`, define);
  }
}

const realPath = process.env.PATH ?? '';
const folders: string[] = [];
afterEach(() => {
  process.env.PATH = realPath;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Puts shell scripts before (or instead of) the real programs on PATH, until the end of the test. */
export function putOnPath(scripts: Readonly<Record<string, string>>, only = false): string {
  const folder = mkdtempSync(join(tmpdir(), 'netheal-path-'));
  folders.push(folder);
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  process.env.PATH = only ? folder : `${folder}${delimiter}${realPath}`;
  return folder;
}

export function pingOf(address: string, more: Partial<PingRequest> = {}): PingRequest {
  const family = address.includes(':') ? 6 : 4;
  const signal = new AbortController().signal;
  return { address, family, timeoutMs: 5_000, packets: 1, sizeBytes: 56, signal, ...more };
}

/** Pings from a process that has no file descriptor left (its limit would be this one's, too). */
export function pingWithoutDescriptors(file: string, name: string, options: unknown): unknown {
  const src = new URL('../../../src/', import.meta.url).href;
  const script = `
    import { openSync } from 'node:fs';
    import { registerHooks } from 'node:module';
    registerHooks({ resolve: (name, context, next) =>
      name === 'netheal/plugin' ? { url: '${src}core/plugin.ts', shortCircuit: true } : next(name, context) });
    const { ${name}: Engine } = await import('${src}plugins/pinger/${file}.ts');
    const engine = new Engine(...${JSON.stringify(options === undefined ? [] : [options])});
    try { for (;;) openSync('/dev/null'); } catch {}
    const signal = new AbortController().signal;
    const result = await engine.ping({ address: '127.0.0.1', family: 4, timeoutMs: 800, packets: 1, sizeBytes: 56, signal });
    process.stdout.write(JSON.stringify(result), () => process.exit());`;
  const command = ['ulimit -n 60; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', script];
  return JSON.parse(execFileSync('sh', ['-c', ...command], { encoding: 'utf8', timeout: 10_000 }));
}
