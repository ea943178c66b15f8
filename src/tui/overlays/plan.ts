import type { HealPlan } from '../../core/model/types.ts';
import { type Look, type Span, steady, wrap } from '../cells.ts';
import { duration } from '../format.ts';
import type { Style } from '../theme.ts';

const RISK: Readonly<Record<HealPlan['risk'], Style>> = { low: 'good', medium: 'warn', high: 'bad' };

/** A plan as it is approved: strategy, risk, and every command whole, however long it is. */
export function planRows(
  plan: HealPlan,
  look: Look,
  width: number,
  labelOf: (id: string) => string,
): Span[][] {
  const rows: Span[][] = [
    [
      ['dim', 'strategy '],
      ['bold', plan.strategy],
      ['dim', '   attempt '],
      `${plan.attempt} of ${plan.maxAttempts}`,
    ],
    [
      ['dim', 'risk '],
      [RISK[plan.risk], plan.risk.toUpperCase()],
      ['dim', `   plan ${plan.hash}`],
    ],
    [],
  ];
  for (const { kind, target, lines } of plan.steps) {
    rows.push([
      ['bold', kind],
      ['dim', ' on '],
      ['bold', labelOf(target)],
    ]);
    lines.forEach((text, index) => {
      for (const [part, chunk] of wrap(steady(text, look.glyphs), width - 5).entries())
        rows.push([
          ['dim', part === 0 ? `${String(index + 1).padStart(3)}  ` : '     '],
          ['key', chunk],
        ]);
    });
  }
  rows.push([]);
  rows.push([
    ['dim', `then waits ${duration(plan.settleMs)} and verifies: only good checks count as healed`],
  ]);
  rows.push([['dim', 'rollback none: what has run stays']]);
  return rows;
}
