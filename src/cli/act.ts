import type { Action } from '../core/api/types.ts';
import { parseDuration } from '../core/duration.ts';
import { NethealError } from '../core/errors.ts';
import { attach } from './attach.ts';
import { currentUser, EXIT, type GlobalOptions, load, print } from './context.ts';

/** Sends one action to the running daemon and says what came of it. */
export async function send(action: Action, options: GlobalOptions): Promise<number> {
  const source = await attach(await load(options), { lens: true });
  try {
    const result = await source.act(action);
    if (options.json) print(JSON.stringify(result));
    else (result.ok ? process.stdout : process.stderr).write(`${result.message}\n`);
    if (result.ok) return EXIT.ok;
    return result.gate === undefined ? EXIT.failed : EXIT.refused;
  } finally {
    await source.close();
  }
}

/**
 * `netheal approve HEAL`: a heal's number stands for one plan, until somebody edits it; with `--hash` it must be the one you
 * have seen.
 */
export async function approve(
  heal: string,
  options: GlobalOptions & { hash?: string; label?: string },
): Promise<number> {
  const source = await attach(await load(options), { lens: true });
  const waiting = source.snapshot().heals.find(({ id }) => id === heal);
  await source.close();
  if (!options.json) {
    for (const step of waiting?.plan.steps ?? [])
      for (const line of step.lines) print(`  on ${step.target}: ${line}`);
  }
  if (waiting?.editedBy !== undefined && options.hash === undefined) {
    // Whoever has read the plan before it was edited must not say yes to what they have not seen.
    const { plan, editedBy } = waiting;
    const message = `heal ${heal} was edited by ${editedBy}: if these are the commands you mean, say --hash ${plan.hash}`;
    if (options.json) print(JSON.stringify({ ok: false, code: 'NH_NOT_ALLOWED', gate: 'approval', message }));
    else process.stderr.write(`${message}\n`);
    return EXIT.refused;
  }
  const hash = options.hash ?? waiting?.plan.hash ?? '';
  const typedLabel = options.label === undefined ? {} : { typedLabel: options.label };
  return send({ type: 'approve', heal, hash, by: currentUser(), ...typedLabel }, options);
}

/** A duration given on the command line. */
export function durationArgument(text: string): number {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  throw new NethealError('NH_ARGUMENT_INVALID', `"${text}" is no duration; write it like 30m, 2h or 1h30m`);
}
