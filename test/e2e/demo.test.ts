import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const TUI = fileURLToPath(new URL('../../bin/netheal-tui.js', import.meta.url));

describe('netheal-tui without a config and without a terminal', () => {
  it('opens the demo, says so, and heals a device over SSH within 30 seconds', {
    timeout: 60_000,
  }, async () => {
    const empty = mkdtempSync(join(tmpdir(), 'netheal-empty-'));
    const home = mkdtempSync(join(tmpdir(), 'netheal-home-'));
    const started = performance.now();
    const child = spawn(process.execPath, [TUI], {
      cwd: empty,
      env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, NETHEAL_CONFIG: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    const healed = new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk) => {
        text += chunk;
        if (/heal \d\/\d healed: verified/.test(text)) resolve();
      });
      child.once('exit', () => reject(new Error(`it ended:\n${text}`)));
    });
    await healed;
    const tookMs = performance.now() - started;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    rmSync(empty, { recursive: true });
    rmSync(home, { recursive: true });

    expect(text).toContain('this is the demo');
    expect(text).toMatch(
      /demo: breaking (.+?): .*[\s\S]*✖ \1 is down[\s\S]*heal 1\/2 started[\s\S]*\$ systemctl restart[\s\S]*● \1 is up/,
    );
    expect(tookMs).toBeLessThan(30_000);
  });
});
