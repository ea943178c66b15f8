import { z } from 'zod';
import { problemsOf } from '../core/config/explain.ts';
import { parseFile } from '../core/config/parse-file.ts';
import { Problems } from '../core/config/problems.ts';
import { ACTIONS, withOwnKeys } from '../tui/own-keys.ts';
import { THEMES } from '../tui/theme.ts';
import type { TuiOptions } from '../tui/tui-options.ts';

export type TuiSettings = Pick<TuiOptions, 'bindings' | 'theme'>;

const keys = z
  .union([z.string(), z.array(z.string())], { error: 'is a key or a list of keys; [] for none' })
  .transform((value) => (typeof value === 'string' ? [value] : value));

const schema = z.strictObject({
  keys: z.strictObject(Object.fromEntries(ACTIONS.map((action) => [action, keys.optional()]))).optional(),
  theme: z.enum(THEMES).optional(),
});

/**
 * What a person's own file says about the terminal UI.
 *
 * @throws NethealError NH_CONFIG_INVALID, one line a mistake, each with its place
 */
export async function readSettings(file: string): Promise<TuiSettings> {
  const { raw, locate } = await parseFile(file, process.cwd(), false);
  const problems = new Problems(locate);
  const parsed = schema.safeParse(raw ?? {});
  if (!parsed.success) problems.addAll(problemsOf(parsed.error.issues, [], raw, schema));
  problems.throwIfAny();
  const { keys: own = {}, theme } = parsed.data!;
  const chosen = Object.fromEntries(
    Object.entries(own).flatMap(([action, list]) => (list === undefined ? [] : [[action, list]])),
  );
  const { bindings, problems: wrong } = withOwnKeys(chosen);
  for (const { action, message } of wrong) problems.add(['keys', action], message);
  problems.throwIfAny();
  return { bindings, ...(theme === undefined ? {} : { theme }) };
}
