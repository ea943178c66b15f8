/** What a person can do about a device: each asks for what it needs, does it, and says what came of it. */
import { act, tell } from './actions.ts';
import { ask } from './dialog.ts';
import { el } from './dom.ts';
import { planView } from './plan.ts';
import type { DeviceRow } from './wire.ts';

const LENGTH = { source: '\\s*(\\d+\\s*[mhd]\\s*)+', words: 'A length such as 30m, 1h30m or 2d' };
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Checks it now. */
export async function pingNow(device: DeviceRow): Promise<void> {
  tell((await act(path(device, 'ping'))).message);
}

/** Shows what would be run and which gates are against it, and runs it only after a yes. */
export async function heal(device: DeviceRow): Promise<void> {
  const { ok, message, plan, gates = [] } = await act(path(device, 'heal'), { dryRun: true });
  if (!ok || plan === undefined) {
    tell(message);
    return;
  }
  const against = gates.filter((gate) => !gate.ok);
  const answer = await ask({
    title: `Heal ${device.label}?`,
    body: [
      planView(plan),
      el(
        'ul',
        'gates',
        against.map(({ gate, reason }) =>
          el('li', '', [
            el('span', 'glyph down', ['⊘'], { 'aria-hidden': 'true' }),
            el('b', '', [gate]),
            ` ${reason ?? 'is against it'}`,
          ]),
        ),
      ),
      against.length === 0
        ? el('p', 'soft', [`All ${gates.length} gates are open.`])
        : el('p', 'soft', ['A gate is overridden on the command line: netheal heal DEVICE --force GATE.']),
    ],
    submit: against.length === 0 ? 'Heal now' : null,
  });
  if (answer !== null) tell((await act(path(device, 'heal'))).message);
}

/** Keeps netheal's hands off it for a time; or ends that time. */
export async function downtime(device: DeviceRow): Promise<void> {
  if (device.flags.downtime !== null) {
    const yes = await ask({
      title: `End the downtime of ${device.label}?`,
      body: [el('p', 'soft', [device.flags.downtime])],
      submit: 'End it',
    });
    if (yes !== null) tell((await act(path(device, 'end-downtime'))).message);
    return;
  }
  const answer = await ask({
    title: `Downtime of ${device.label}`,
    body: [el('p', 'soft', ['It is watched and shown, but neither judged nor healed.'])],
    fields: [
      { name: 'length', label: 'For how long', value: '1h', pattern: LENGTH, required: true },
      { name: 'reason', label: 'Why', placeholder: 'new firmware' },
    ],
    submit: 'Begin',
  });
  if (answer === null) return;
  const { length = '', reason = '' } = answer;
  tell((await act(path(device, 'downtime'), { durationMs: lengthMs(length), ...said({ reason }) })).message);
}

/** Somebody is on it: netheal heals no more until it is well; or takes that back. */
export async function acknowledge(device: DeviceRow): Promise<void> {
  if (device.flags.acknowledged !== null) {
    tell((await act(path(device, 'unack'))).message);
    return;
  }
  const answer = await ask({
    title: `Acknowledge ${device.label}`,
    fields: [{ name: 'reason', label: 'Why', placeholder: 'on my way' }],
    submit: 'Acknowledge',
  });
  if (answer !== null) tell((await act(path(device, 'ack'), said(answer))).message);
}

/** Leaves a person's words among the events. */
export async function note(device: DeviceRow): Promise<void> {
  const answer = await ask({
    title: `Note about ${device.label}`,
    fields: [{ name: 'text', label: 'What others should know', required: true }],
    submit: 'Keep',
  });
  if (answer !== null) tell((await act(path(device, 'note'), answer)).message);
}

/** Lets netheal heal it or not, until somebody says otherwise. */
export async function pause(device: DeviceRow): Promise<void> {
  tell((await act(path(device, device.flags.paused ? 'resume' : 'pause'))).message);
}

/** `1h30m` in milliseconds. */
export function lengthMs(text: string): number {
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)\s*([mhd])/g)) sum += Number(count) * UNIT_MS[unit!]!;
  return sum;
}

const path = ({ id }: DeviceRow, action: string) => `/api/devices/${encodeURIComponent(id)}/${action}`;

/** Only what was really said: the API has words of its own for the rest. */
function said(words: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(words).filter(([, word]) => word !== ''));
}
