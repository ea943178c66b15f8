import type { HealPlan } from 'netheal/plugin';
import { el } from './dom.ts';
import { duration } from './format.ts';

const RISKS: Readonly<Record<HealPlan['risk'], string>> = { low: 'up', medium: 'degraded', high: 'down' };

/** A plan as a person decides about it: the exact commands, where they run, and how it is proved. */
export function planView(plan: HealPlan): HTMLElement {
  return el('div', 'plan', [
    el('p', '', [
      el('b', '', [plan.strategy]),
      ` · attempt ${plan.attempt} of ${plan.maxAttempts} · `,
      el('span', RISKS[plan.risk], [`risk ${plan.risk}`]),
      el('span', 'soft', [` · plan ${plan.hash}`]),
    ]),
    el(
      'div',
      'transcript',
      plan.steps.flatMap(({ kind, target, lines }) => [
        el('div', 'info', [`on ${target} (${kind})`]),
        ...lines.map((line) => el('div', 'command', [line])),
      ]),
      { tabindex: '0', role: 'region', 'aria-label': 'Commands' },
    ),
    el('p', 'soft', [
      `Then it waits ${duration(plan.settleMs)} and verifies: only good checks count as healed. There is no way back: what has run stays.`,
    ]),
  ]);
}
