import type { Risk } from 'netheal/plugin';
import type { SshSpec } from './spec.ts';

// Takes the whole device away, wherever it stands in the line; `no shutdown` is the cure, not the disease.
const GRAVE_WORD = /(?<!\bno\s+)(?<![\w-])(?:reboot|shutdown|halt|poweroff|power-off|kexec)(?![\w-])/i;
// Grave only as the command itself: `systemctl reload nginx` and `nginx -s reload` are not.
const GRAVE_COMMAND =
  /(?:^|[;&|(\n])\s*(?:(?:sudo|nohup|exec)\s+)*(?:\S*\/)?(?:reload(?!\s+cancel)|(?:tel)?init\s+[06])\b/i;
const SYSRQ = /sysrq-trigger/;

/** How grave a step is: "high" for what restarts or stops a whole device. */
export function riskOf(spec: SshSpec): Risk {
  const grave = spec.commands.some(({ run }) =>
    [GRAVE_WORD, GRAVE_COMMAND, SYSRQ].some((re) => re.test(run)),
  );
  return grave ? 'high' : 'medium';
}
