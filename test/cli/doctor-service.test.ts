import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { capabilityFinding, logFinding, unitFinding } from '../../src/cli/doctor-service.ts';
import type { ResolvedConfig } from '../../src/core/config/types.ts';

const SHIPPED = readFileSync(fileURLToPath(new URL('../../config/netheal.service', import.meta.url)), 'utf8');

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'netheal-doctor-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
});
const put = (path: string, text = '') => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

describe('the service', () => {
  it('is no finding where systemd is not, or netheal is not installed as one', () => {
    expect(unitFinding(root)).toMatchObject({ ok: true, said: 'systemd does not run here' });
    put('run/systemd/system/x');
    expect(unitFinding(root)).toMatchObject({ ok: true, said: 'netheal is not installed as one' });
  });

  it('is well as it ships', () => {
    put('run/systemd/system/x');
    put('etc/systemd/system/netheal.service', SHIPPED);
    expect(unitFinding(root)).toMatchObject({ ok: true });
  });

  it.each([
    ['WatchdogSec=60s', /one that hangs is not started again/],
    ['AmbientCapabilities=CAP_NET_RAW', /no right to the quickest way/],
    ['Type=notify', /does not hear when it is ready/],
    ['NotifyAccess=all', /does not listen to it/],
  ])('without %s is told of, with the line that mends it', (line, said) => {
    put('run/systemd/system/x');
    put('etc/systemd/system/netheal.service', SHIPPED.replace(`\n${line}\n`, '\n'));
    const finding = unitFinding(root);
    expect(finding).toMatchObject({ ok: 'warn', said: expect.stringMatching(said) });
    expect(finding.mend).toContain(line);
  });
});

describe('CAP_NET_RAW', () => {
  it.each([
    ['CapEff:\t0000000000002000', 'yes'],
    ['CapEff:\t0000000000000000', 'no; the service has it by its unit'],
  ])('%s: %s', (status, said) => {
    expect(capabilityFinding(`Name:\tnode\n${status}\n`)).toMatchObject({ ok: true, said });
  });

  it('is not spoken of where the kernel does not say', () => {
    expect(capabilityFinding('')).toBeNull();
  });
});

describe('the log', () => {
  const config = (name = 'csv-logger') =>
    ({ dir: root, plugins: [{ name, options: { path: 'logs/uptime.csv' } }] }) as unknown as ResolvedConfig;

  it('may be turned off', () => {
    expect(logFinding(config('other'), root)).toMatchObject({ ok: true, said: 'turned off' });
  });

  it.each(['logs/uptime.csv', 'logs/*.csv'])('is rotated by whoever names %s', (path) => {
    put('logs/uptime.csv', 'row\n');
    put('etc/logrotate.d/other', '/var/log/*.log { weekly }');
    expect(logFinding(config(), root).said).toMatch(/rotated by nobody$/);
    put('etc/logrotate.d/netheal', `${join(root, path)} { weekly }`);
    expect(logFinding(config(), root)).toMatchObject({
      ok: true,
      said: expect.stringMatching(/rotated by netheal$/),
    });
  });

  it.skipIf(process.getuid?.() === 0)('that this user cannot write is told of', () => {
    const closed = { dir: '/', plugins: [{ name: 'csv-logger' }] } as unknown as ResolvedConfig;
    expect(logFinding(closed, root)).toMatchObject({ ok: false });
  });
});
