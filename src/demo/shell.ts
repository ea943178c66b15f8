import type { DemoDevice } from './device.ts';

/** What a command prints, line by line, and how it exits. */
export type ShellAnswer = Readonly<{ lines: readonly string[]; exitCode: number; delayMs: number }>;

type Command = Readonly<{
  pattern: RegExp;
  run: (device: DemoDevice, service: string) => Promise<ShellAnswer> | ShellAnswer;
}>;

/** The commands that a device of the playground understands. They act on its real service. */
const COMMANDS: readonly Command[] = [
  {
    pattern: /^systemctl status (\S+)$/,
    run: (device, service) => {
      const words = {
        'service-stopped': 'inactive (dead)',
        'service-hung': 'active (running), not answering',
        'link-down': 'active (running)',
      };
      const active = device.fault === null ? 'active (running)' : words[device.fault];
      return say(
        [`${service}.service - demo service`, `   Active: ${active}`],
        device.fault === 'service-stopped' ? 3 : 0,
      );
    },
  },
  {
    pattern: /^systemctl restart (\S+)$/,
    run: async (device, service) => {
      if (service !== device.spec.service)
        return say([`Failed to restart ${service}.service: Unit not found.`], 5);
      if (device.fault === 'service-stopped' || device.fault === 'service-hung') await device.mend();
      return say([`Restarted ${service}.service.`], 0, 300);
    },
  },
  {
    pattern: /^ip link set (uplink0) up$/,
    run: async (device, link) => {
      if (device.fault === 'link-down') await device.mend();
      return say([`${link}: link becomes ready`], 0, 300);
    },
  },
];

/** Runs one command line on a device. */
export async function runCommand(device: DemoDevice, line: string): Promise<ShellAnswer> {
  for (const { pattern, run } of COMMANDS) {
    const found = pattern.exec(line.trim());
    if (found) return run(device, found[1]!);
  }
  return say([`sh: ${line.trim().split(' ')[0]}: not found`], 127);
}

function say(lines: readonly string[], exitCode: number, delayMs = 50): ShellAnswer {
  return { lines, exitCode, delayMs };
}
