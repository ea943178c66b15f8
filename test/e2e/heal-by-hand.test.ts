import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/netheal.js', import.meta.url));

describe('netheal heal DEVICE, no daemon running', () => {
  let dir: string;
  let port = 0;
  const service = createServer((socket) => socket.end());

  const netheal = async (...args: string[]) => {
    const child = spawn(process.execPath, [BIN, ...args, '-c', join(dir, 'netheal.json')]);
    const [out, err, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((resolve) => child.once('close', resolve)),
    ]);
    return { out, err, code };
  };
  const touched = (name: string) => existsSync(join(dir, name));

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'netheal-by-hand-'));
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    port = (service.address() as { port: number }).port;
    const device = (id: string, tcp: number) => ({
      id,
      ip: '127.0.0.1',
      group: id,
      icmp: false,
      probes: [{ type: 'tcp', port: tcp }],
      heal: [{ name: 'touch', steps: [{ local: ['touch', join(dir, `${id}.touched`)] }] }],
    });
    const config = {
      stateDir: './state',
      monitoring: { interval: '1s', timeout: '500ms', retryInterval: '100ms', witnesses: [] },
      healing: { settle: '100ms', verifyWindow: '300ms', maxUnhealthy: '100%' },
      devices: [device('up', port), device('down', 1), device('other', 2)],
      plugins: { dashboard: false },
    };
    writeFileSync(join(dir, 'netheal.json'), JSON.stringify(config), { mode: 0o600 });
  });
  afterAll(() => {
    service.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('prints the plan and every gate for a dry run, and runs nothing', async () => {
    const { out, code } = await netheal('heal', 'down', '--dry-run');
    expect(code).toBe(0);
    expect(out).toMatch(/plan [0-9a-f]{12}: "touch", attempt 1\/2/);
    expect(out).toContain('touch');
    expect(out).toMatch(/ok {3}blast-radius/);
    expect(touched('down.touched')).toBe(false);
  });

  it('refuses a device that is well, with the gate and exit 3, unless that gate is overridden by name', async () => {
    const refused = await netheal('heal', 'up');
    expect(refused).toMatchObject({ code: 3, err: expect.stringContaining('up is not down') });
    expect(touched('up.touched')).toBe(false);

    const forced = await netheal('heal', 'up', '--force', 'healthy');
    expect(forced).toMatchObject({ code: 0, out: expect.stringContaining('up is healed') });
    expect(touched('up.touched')).toBe(true);
  });

  it('heals this device and no other that happens to be down, and says that it did not help', async () => {
    const { code, out, err } = await netheal('heal', 'down');
    expect(code).toBe(1);
    expect(out).toContain('$ touch');
    expect(err).toContain('down is not healed');
    expect(touched('down.touched')).toBe(true);
    expect(touched('other.touched')).toBe(false);
    expect(readFileSync(join(dir, 'state', 'journal'), 'utf8')).toContain('"outcome":"failed"');
  });
});
