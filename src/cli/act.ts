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

/** `netheal approve HEAL`: a heal's number stands for one plan; with `--hash` it must be the one you have seen. */
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
  const hash = options.hash ?? waiting?.plan.hash ?? '';
  const typedLabel = options.label === undefined ? {} : { typedLabel: options.label };
  return send({ type: 'approve', heal, hash, by: currentUser(), ...typedLabel }, options);
}

/** `netheal heals [HEAL]`: the attempts the daemon knows, or one with its transcript. */
export async function heals(id: string | undefined, options: GlobalOptions): Promise<number> {
  const source = await attach(await load(options), { lens: true });
  const all = source.snapshot().heals;
  await source.close();
  const wanted = id === undefined ? all : all.filter((heal) => heal.id === id);
  if (id !== undefined && wanted.length === 0) {
    throw new NethealError('NH_ARGUMENT_INVALID', `there is no heal "${id}"`, {
      mend: 'see `netheal heals`',
    });
  }
  for (const heal of wanted) {
    if (options.json) {
      print(JSON.stringify(heal));
      continue;
    }
    const { device, attempt, maxAttempts, strategy, phase, outcome, reason, by } = heal;
    const nth = `${attempt}/${maxAttempts}`;
    print(
      `${heal.id}  ${device}  ${nth}  "${strategy}"  ${outcome ?? phase}  by ${by}${reason ? `: ${reason}` : ''}`,
    );
    if (phase === 'waiting-approval') print(`   netheal approve ${heal.id}   or   netheal reject ${heal.id}`);
    if (id === undefined) continue;
    for (const { at, kind, text } of heal.transcript)
      print(`   ${new Date(at).toISOString().slice(11, 23)} ${kind.padEnd(7)} ${text}`);
  }
  return EXIT.ok;
}

/** A duration given on the command line. */
export function durationArgument(text: string): number {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  throw new NethealError('NH_ARGUMENT_INVALID', `"${text}" is no duration; write it like 30m, 2h or 1h30m`);
}
