import type { HealRow } from './wire.ts';

type HealLook = Readonly<{ glyph: string; word: string; className: string }>;

/** Every outcome and phase as glyph, word and colour. */
const LOOKS: Readonly<Record<string, HealLook>> = {
  'waiting-approval': { glyph: '!', word: 'waits for approval', className: 'degraded' },
  running: { glyph: '✚', word: 'running', className: 'healing' },
  settling: { glyph: '✚', word: 'settling', className: 'healing' },
  verifying: { glyph: '✚', word: 'verifying', className: 'healing' },
  healed: { glyph: '✔', word: 'healed', className: 'up' },
  failed: { glyph: '✖', word: 'failed', className: 'down' },
  refused: { glyph: '⊘', word: 'refused', className: 'quiet' },
  interrupted: { glyph: '⊘', word: 'interrupted', className: 'degraded' },
};

/** How a heal looks: what came of it, or where it stands; one of an earlier life without an end was interrupted. */
export function healLook(heal: Readonly<{ outcome: string | null; phase: string | null }>): HealLook {
  return LOOKS[heal.outcome ?? heal.phase ?? ''] ?? LOOKS.interrupted!;
}

/** Those that wait for a person, the one that expires first before the others. */
export function waitingHeals(heals: Iterable<HealRow>): HealRow[] {
  return [...heals]
    .filter(({ phase }) => phase === 'waiting-approval')
    .sort((a, b) => (a.expiresAt ?? Infinity) - (b.expiresAt ?? Infinity));
}
