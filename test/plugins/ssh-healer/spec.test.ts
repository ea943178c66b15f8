import { describe, expect, test } from 'vitest';
import { device, runStep, sshHealer } from './harness.ts';

const healer = sshHealer();
const problems = (spec: object) =>
  healer.spec.safeParse(spec).error?.issues.map((issue) => issue.message) ?? [];

describe('the spec of an ssh step', () => {
  test('a string, a list and objects are the same commands', () => {
    const one = {
      run: 'uptime',
      timeoutMs: 30_000,
      sudo: false,
      expectDisconnect: false,
      continueOnError: false,
    };
    expect(healer.spec.parse({ ssh: 'uptime' })).toEqual({ commands: [one] });
    expect(healer.spec.parse({ ssh: ['uptime', { run: ' uptime ' }] })).toEqual({ commands: [one, one] });
  });

  test('keys of the step are defaults that a command can overrule', () => {
    const spec = {
      ssh: ['a', { run: 'b', sudo: false, timeout: '1m30s' }],
      sudo: true,
      commandTimeout: '500ms',
    };
    expect(healer.spec.parse(spec)).toMatchObject({
      commands: [
        { run: 'a', sudo: true, timeoutMs: 500 },
        { run: 'b', sudo: false, timeoutMs: 90_000 },
      ],
    });
  });

  test.each<[object, string]>([
    [{ ssh: '' }, 'empty'],
    [{ ssh: [] }, 'at least one command'],
    [{ ssh: 'a', commandTimeout: '30' }, 'a duration is written like 30s'],
    [{ ssh: 'a', commandTimeout: '0s' }, 'longer than nothing'],
    [{ ssh: 'a\0b' }, 'NUL'],
    [{ ssh: 'ping {{adress}}' }, 'unknown variable {{adress}}'],
    [{ ssh: 'echo "{{label}}"' }, 'write {{label}} without quotes'],
    [{ ssh: "echo 'a' '{{label}}'" }, 'write {{label}} without quotes'],
    [{ ssh: 'a', sudoo: true }, 'sudoo'],
  ])('%j is refused with a reason', (spec, reason) => {
    expect(JSON.stringify(healer.spec.safeParse(spec).error?.issues)).toContain(
      reason.replaceAll('"', '\\"'),
    );
  });

  test('quotes elsewhere, templates of other tools and quoted addresses are left alone', () => {
    expect(
      problems({ ssh: `echo "it's" {{label}} 'done "x"' "{{ip}}"; docker ps --format '{{.Names}}'` }),
    ).toEqual([]);
  });

  test('is described with its exact text, its limits and no connection', () => {
    const spec = healer.spec.parse({
      ssh: [
        { run: 'systemctl restart nginx', sudo: true },
        'ping -c1 {{ip}}\necho {{label}}',
        { run: 'reboot', expectDisconnect: true },
      ],
    });
    expect(healer.describe(spec, device)).toEqual([
      'sudo: systemctl restart nginx   (at most 30 s)',
      'ping -c1 10.0.0.7',
      `  echo 'Web "one" $(touch /nowhere)'   (at most 30 s)`,
      'reboot   (at most 30 s, the session may drop)',
    ]);
  });

  test.each([
    ['reboot', 'high'],
    ['sudo reboot', 'high'],
    ['/sbin/shutdown -r now', 'high'],
    ['sleep 1 && poweroff', 'high'],
    ['systemctl halt', 'high'],
    ['init 6', 'high'],
    ['reload', 'high'],
    ['reload in 5', 'high'],
    ['echo b > /proc/sysrq-trigger', 'high'],
    ['request system power-off', 'high'],
    ['systemctl reload nginx', 'medium'],
    ['nginx -s reload', 'medium'],
    ['no shutdown', 'medium'],
    ['systemctl restart nginx', 'medium'],
    ['systemctl status my-reboot-helper', 'medium'],
  ])('%s is of %s risk', (ssh, risk) => {
    expect(healer.risk?.(healer.spec.parse({ ssh }))).toBe(risk);
  });

  test('a target without access is told, not touched', async () => {
    const { result } = await runStep({ ssh: 'true' }, undefined);
    expect(result).toEqual({ ok: false, acted: false, message: 'web-1 has no ssh access in the config' });
  });
});
