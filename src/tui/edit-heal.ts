import type { HealView } from '../core/api/types.ts';
import type { PlannedStep } from '../core/model/types.ts';
import { freshApproval } from './acting.ts';
import { editText } from './programs.ts';
import type { Shell } from './shell.ts';

const ABOUT = `# The commands of this heal, one a line. It goes on waiting for approval, with a risk of its own.
# The lines that begin with "## step" part the steps: leave them as they are. An empty file changes nothing.
`;

function headOf({ kind, target }: PlannedStep, index: number): string {
  return `## step ${index + 1}: ${kind} on ${target}`;
}

/** The commands of a plan as a text that can be edited. */
export function textOfSteps(steps: readonly PlannedStep[]): string {
  const parts = steps.map((step, index) => [headOf(step, index), ...step.lines, ''].join('\n'));
  return `${ABOUT}${parts.join('\n')}`;
}

/** The lines of each step of an edited text; null where the lines between the steps are no longer what they were. */
export function stepsOfText(text: string, steps: readonly PlannedStep[]): string[][] | null {
  const edited: string[][] = [];
  for (const line of text.split(/\r?\n/)) {
    const next = steps[edited.length];
    if (next && line.trimEnd() === headOf(next, edited.length)) edited.push([]);
    else if (line.trim() !== '') edited.at(-1)?.push(line.trimEnd());
  }
  return edited.length === steps.length ? edited : null;
}

/** Opens the commands of a waiting heal in the person's editor and has the result judged anew. Nothing runs by it. */
export async function editHeal(shell: Shell, heal: HealView, hash: string): Promise<void> {
  const { store, lend, env } = shell;
  const { steps } = heal.plan;
  const before = textOfSteps(steps);
  store.say('The commands are open in the editor ...');
  let after: string | null = null;
  await lend(async () => {
    after = await editText(before, env);
  });
  if (after === null || after === before || (after as string).trim() === '') {
    store.say('Nothing was changed.');
    return;
  }
  const edited = stepsOfText(after, steps);
  if (edited === null) {
    store.say('Not taken: the lines that begin with "## step" have to stay.', 'bad');
    return;
  }
  const by = store.options.user;
  const result = await store.act({ type: 'edit', heal: heal.id, hash, by, steps: edited }, 'judging it ...');
  if (!result?.ok || store.ui.overlay?.kind !== 'approval' || store.ui.overlay.heal !== heal.id) return;
  // What was approved so far was another text: the window begins anew, deaf and with nothing typed.
  store.set({
    overlay: { ...freshApproval(store, heal), hash: result.plan?.hash ?? heal.plan.hash },
  });
}
