import { z } from 'zod';

/**
 * A dialect: how the command line of a kind of device looks and is led. Data only, so that the built-in ones and those in
 * a config are the same thing, checked by this one schema. Patterns are regular expressions as text; `docs/dialects.md`
 * explains every key.
 */

/** Stands for the name of the device in a prompt. */
export const HOST = '{host}';
const LONGEST_PATTERN = 500;

const patternThat = (mayBeEmpty: boolean) =>
  z
    .string()
    .min(1)
    .max(LONGEST_PATTERN)
    .superRefine((text, context) => {
      const problem = patternProblem(text, mayBeEmpty);
      if (problem) context.addIssue({ code: 'custom', message: problem });
    });
const pattern = patternThat(false);
const patterns = z.array(pattern).optional();
const line = z
  .string()
  .max(500)
  .refine((text) => !hasControl(text), { error: 'must be one line without control characters' });
const filledLine = line.min(1);
const word = z.string().min(1);

/** A question of the device and the one answer it gets. */
export const dialogueSchema = z
  .strictObject({
    prompt: pattern,
    answer: line.optional(),
    answerWith: z.enum(['enableSecret', 'password', 'sudoPassword']).optional(),
    enter: z.boolean().optional(),
    dropOk: z.boolean().optional(),
  })
  .refine(({ answer, answerWith }) => (answer === undefined) !== (answerWith === undefined), {
    error:
      'a dialogue needs either "answer" (text, "" for Enter alone) or "answerWith" (the name of a secret)',
  });

const mode = z.strictObject({
  prompt: pattern,
  hostChars: z.int().min(1).max(255).optional(),
  ready: z.boolean().optional(),
  next: z
    .strictObject({ type: filledLine, to: word, dialogues: z.array(dialogueSchema).optional() })
    .optional(),
});

export const dialectSchema = z
  .strictObject({
    title: z.string().min(1).max(80).optional(),
    like: word.optional(),
    run: z.enum(['shell', 'exec']).optional(),
    ident: patterns,
    greeting: patterns,
    refusesExec: z.boolean().optional(),
    loginSuffix: filledLine.optional(),
    lineEnding: z.enum(['lf', 'cr', 'crlf']).optional(),
    columns: z.int().min(20).max(65_535).optional(),
    rows: z.int().min(10).max(65_535).optional(),
    // Some devices have no name.
    hostname: patternThat(true).optional(),
    modes: z.record(word, mode).optional(),
    neverPrompt: patterns,
    neverTyped: patterns,
    renames: patterns,
    open: z.array(filledLine).optional(),
    close: filledLine.optional(),
    config: z
      .strictObject({
        enter: filledLine,
        mode: word,
        leave: z.array(filledLine).min(1),
        abandon: z.array(filledLine).optional(),
      })
      .optional(),
    errors: patterns,
    noise: patterns,
    pagers: z.array(z.strictObject({ pattern, answer: line.min(1) })).optional(),
    dialogues: z.array(dialogueSchema).optional(),
  })
  .superRefine((dialect, context) => {
    const { modes = {}, like, run, config } = dialect;
    const names = Object.keys(modes);
    // What is not said here may come from the dialect it is like.
    if (like !== undefined || run === 'exec') return;
    const complain = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    if (!names.some((name) => modes[name]?.ready))
      complain(
        ['modes'],
        'needs a mode with "ready: true", in which commands are run (or say "like: <dialect>")',
      );
    for (const name of names) {
      const to = modes[name]?.next?.to;
      if (to !== undefined && !names.includes(to))
        complain(['modes', name, 'next', 'to'], `there is no mode "${to}"; there are: ${names.join(', ')}`);
    }
    if (config && !names.includes(config.mode))
      complain(['config', 'mode'], `there is no mode "${config.mode}"; there are: ${names.join(', ')}`);
  });

/** A dialect as it is written, in the sources or in a config. */
export type Dialect = z.output<typeof dialectSchema>;
export type Dialogue = z.output<typeof dialogueSchema>;

/** Why a text is no pattern to be let loose on what devices print, or null. */
function patternProblem(text: string, mayBeEmpty: boolean): string | null {
  const source = text.replaceAll(HOST, 'x');
  let regex: RegExp;
  try {
    regex = new RegExp(source);
  } catch (thrown) {
    return `is no regular expression: ${(thrown as Error).message.replace(/^Invalid regular expression: /, '')}`;
  }
  if (!mayBeEmpty && regex.test('')) return 'also matches an empty line, so it would match everywhere';
  if (repeatsARepetition(source))
    return 'repeats a group that holds a repetition itself, like (a+)+: an unlucky line would take hours to search';
  return null;
}

/** `(a+)+` and its kin, whose time doubles with every character; a page of a device must not stop the monitor. */
function repeatsARepetition(source: string): boolean {
  const groups: boolean[] = [];
  const tokens = source.matchAll(/\\.|\[(?:\\.|[^\]\\])*\]|\(|\)|[*+]|\{\d+,\d*\}|./gs);
  let closed = false;
  for (const [token] of tokens) {
    const repeats = /^(?:[*+]|\{\d+,\d*\})$/.test(token);
    if (repeats && closed) return true;
    if (repeats && groups.length > 0) groups[groups.length - 1] = true;
    closed = false;
    if (token === '(') groups.push(false);
    else if (token === ')') {
      closed = groups.pop() ?? false;
      if (closed && groups.length > 0) groups[groups.length - 1] = true;
    }
  }
  return false;
}

function hasControl(text: string): boolean {
  return /[\u0000-\u001f\u007f]/.test(text);
}
