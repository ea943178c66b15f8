import type { DeviceRow, EventRecord } from './wire.ts';

/** A state as it is seen: glyph, word and colour together, the worst first in every list. */
export type Look = Readonly<{
  rank: number;
  glyph: string;
  word: string;
  className: string;
  /** Somebody may have to look at it. */
  isProblem: boolean;
}>;

const LOOKS = {
  down: { rank: 0, glyph: '✖', word: 'down', className: 'down', isProblem: true },
  healing: { rank: 1, glyph: '✚', word: 'healing', className: 'healing', isProblem: true },
  degraded: { rank: 2, glyph: '◐', word: 'degraded', className: 'degraded', isProblem: true },
  unreachable: { rank: 3, glyph: '◌', word: 'unreachable', className: 'unreachable', isProblem: true },
  unknown: { rank: 4, glyph: '?', word: 'unknown', className: 'quiet', isProblem: true },
  downtime: { rank: 5, glyph: '‖', word: 'downtime', className: 'quiet', isProblem: false },
  up: { rank: 6, glyph: '●', word: 'up', className: 'up', isProblem: false },
} as const satisfies Record<string, Look>;

/** Every look, in the order of their gravity, which is also that of the digits of /api/grid. */
export const ALL_LOOKS: readonly Look[] = Object.values(LOOKS);

/** A heal that waits for approval does nothing yet: its device is simply down. */
const IN_HEALING: ReadonlySet<string> = new Set(['running', 'settling', 'verifying']);

/** How a bare state looks, as in an event. */
export function lookOfState(state: string): Look {
  return state in LOOKS ? LOOKS[state as keyof typeof LOOKS] : LOOKS.unknown;
}

/** How grave an event is, as glyph and colour. */
export const LEVELS: Readonly<Record<EventRecord['level'], Readonly<{ glyph: string; className: string }>>> =
  {
    info: { glyph: '·', className: '' },
    good: { glyph: '●', className: 'up' },
    warn: { glyph: '◐', className: 'degraded' },
    bad: { glyph: '✖', className: 'down' },
  };

/** How a device looks now: the same word as in the terminal and in the API. */
export function lookOf({
  healing,
  flags,
  reachability,
}: Pick<DeviceRow, 'healing' | 'flags' | 'reachability'>): Look {
  if (IN_HEALING.has(healing.phase)) return LOOKS.healing;
  return flags.downtime === null ? LOOKS[reachability] : LOOKS.downtime;
}

/** What else is to be said about a device, the most pressing first. */
export function noteOf(device: DeviceRow, labelOf: (id: string) => string): string {
  const { healing, flags, rootCause } = device;
  const words = [
    rootCause === null ? null : `behind ${labelOf(rootCause)}`,
    healingNote(healing),
    flags.flapping ? 'flapping' : null,
    flags.downtime === null ? null : `downtime: ${flags.downtime}`,
    flags.acknowledged === null
      ? null
      : `acknowledged by ${flags.acknowledged.by}: ${flags.acknowledged.reason}`,
    flags.paused ? 'healing paused' : null,
    device.hardness === 'soft' && device.consecutiveFailures > 0
      ? `${device.consecutiveFailures} failed ${device.consecutiveFailures === 1 ? 'check' : 'checks'}`
      : null,
  ];
  return words.filter((word) => word !== null).join(' · ');
}

/** Where the remedy of a device stands, in words. */
export function healingNote({ phase, attempts, maxAttempts, reason }: DeviceRow['healing']): string | null {
  if (phase === 'idle') return null;
  if (phase === 'needs-human') return `needs a person: ${reason ?? 'attempts used up'}`;
  if (phase === 'waiting-approval') return `heal ${attempts + 1}/${maxAttempts} waits for approval`;
  return `heal ${attempts}/${maxAttempts} ${phase.replace('-', ' ')}`;
}
