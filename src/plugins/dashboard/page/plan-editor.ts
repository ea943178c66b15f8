import type { HealPlan } from 'netheal/plugin';
import { el } from './dom.ts';

/** The commands of a plan as text that can be changed, a field a step. Steps can neither be added nor taken away. */
export function planEditor(plan: HealPlan): Readonly<{ element: HTMLElement; steps(): string[][] }> {
  const fields = plan.steps.map(({ kind, target, lines }, index) => {
    const area = el('textarea', '', [], {
      'aria-label': `Commands of step ${index + 1} on ${target}, one a line`,
      rows: String(Math.max(2, lines.length + 1)),
      spellcheck: 'false',
      autocomplete: 'off',
    });
    area.value = lines.join('\n');
    return { area, head: el('p', 'soft', [`on ${target} (${kind}), one command a line`]) };
  });
  return {
    element: el(
      'div',
      'editor',
      fields.flatMap(({ head, area }) => [head, area]),
    ),
    steps: () => fields.map(({ area }) => area.value.split(/\r?\n/).filter((line) => line.trim() !== '')),
  };
}
