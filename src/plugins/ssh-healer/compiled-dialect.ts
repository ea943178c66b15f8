import { type Dialect, type Dialogue, HOST } from 'netheal/plugin';
import { BUILT_IN_DIALECTS } from './built-in-dialects.ts';

const LINE_ENDINGS = { lf: '\n', cr: '\r', crlf: '\r\n' } as const;
const DEFAULT_HOSTNAME = '[A-Za-z0-9][\\w.-]{0,62}';
// Wide enough for any command that a person writes, so that no echo is broken into two lines.
const DEFAULT_COLUMNS = 511;
const DEFAULT_ROWS = 1_000;

type Mode = NonNullable<Dialect['modes']>[string];
export type CompiledDialogue = Omit<Dialogue, 'prompt'> & Readonly<{ prompt: RegExp }>;

/** Where commands are typed, and how its prompt looks. */
export type CompiledMode = Readonly<{
  name: string;
  ready: boolean;
  next: Readonly<{ type: string; to: string; dialogues: readonly CompiledDialogue[] }> | undefined;
  /** The prompt of a device of one of these names; of any name where none is known yet. */
  prompt(hosts: readonly string[] | null): RegExp;
}>;

/** A dialect made ready: what it is like merged in, patterns compiled, defaults filled in. */
export type CompiledDialect = Readonly<{
  name: string;
  title: string;
  exec: boolean;
  refusesExec: boolean;
  ident: readonly RegExp[];
  greeting: readonly RegExp[];
  loginSuffix: string;
  lineEnding: string;
  columns: number;
  rows: number;
  modes: readonly CompiledMode[];
  neverPrompt: readonly RegExp[];
  neverTyped: readonly RegExp[];
  renames: readonly RegExp[];
  open: readonly string[];
  close: string | undefined;
  config: Dialect['config'];
  errors: readonly RegExp[];
  /** Each finds a log line wherever it begins, up to the end of the line. */
  noise: readonly RegExp[];
  pagers: readonly Readonly<{ pattern: RegExp; answer: string }>[];
  dialogues: readonly CompiledDialogue[];
}>;

type OwnDialects = ReadonlyMap<string, Dialect> | undefined;
const compiled = new WeakMap<Dialect, CompiledDialect>();

/** The dialect of that name, own ones before built-in ones; undefined where there is none. */
export function dialectNamed(name: string, own: OwnDialects): CompiledDialect | undefined {
  const dialect = own?.get(name) ?? BUILT_IN_DIALECTS[name];
  if (dialect === undefined) return undefined;
  const known = compiled.get(dialect) ?? compile(name, dialect);
  compiled.set(dialect, known);
  return known;
}

/** Every dialect there is, own ones first. */
export function allDialects(own: OwnDialects): CompiledDialect[] {
  const names = new Set([...(own?.keys() ?? []), ...Object.keys(BUILT_IN_DIALECTS)]);
  return [...names].flatMap((name) => dialectNamed(name, own) ?? []);
}

/** Patterns that search a line, letter case aside. */
const searching = (sources: readonly string[] = []) => sources.map((source) => new RegExp(source, 'i'));

/** Questions and pagers stand at the end of what the device has said. */
const atEnd = (source: string) => new RegExp(`(?:${source})\\s*$`, 'i');

/** Makes the dialogues of a dialect or of a command ready. */
export function compileDialogues(dialogues: readonly Dialogue[] = []): CompiledDialogue[] {
  return dialogues.map((dialogue) => ({ ...dialogue, prompt: atEnd(dialogue.prompt) }));
}

function compile(name: string, written: Dialect): CompiledDialect {
  const dialect = merged(written);
  const hostname = dialect.hostname ?? DEFAULT_HOSTNAME;
  return {
    name,
    title: dialect.title ?? name,
    exec: dialect.run === 'exec',
    refusesExec: dialect.refusesExec ?? false,
    ident: searching(dialect.ident),
    greeting: searching(dialect.greeting),
    loginSuffix: dialect.loginSuffix ?? '',
    lineEnding: LINE_ENDINGS[dialect.lineEnding ?? 'lf'],
    columns: dialect.columns ?? DEFAULT_COLUMNS,
    rows: dialect.rows ?? DEFAULT_ROWS,
    modes: Object.entries(dialect.modes ?? {}).map(([mode, data]) => compileMode(mode, data, hostname)),
    neverPrompt: searching(dialect.neverPrompt),
    neverTyped: searching(dialect.neverTyped),
    renames: searching(dialect.renames),
    open: dialect.open ?? [],
    close: dialect.close,
    config: dialect.config,
    errors: searching(dialect.errors),
    // Case counts here: %LINK-3-UPDOWN is a log line, `% Link` is not.
    noise: (dialect.noise ?? []).map((source) => new RegExp(`(?:${source})\\s*$`)),
    pagers: (dialect.pagers ?? []).map(({ pattern, answer }) => ({ pattern: atEnd(pattern), answer })),
    dialogues: compileDialogues(dialect.dialogues),
  };
}

/** What a dialect says itself wins; lists of what to look for get longer. */
function merged({ like, ...own }: Dialect): Dialect {
  const base = like === undefined ? undefined : BUILT_IN_DIALECTS[like];
  if (base === undefined) return own;
  const both = <K extends 'errors' | 'noise' | 'neverPrompt' | 'neverTyped' | 'renames'>(key: K) => [
    ...(own[key] ?? []),
    ...(base[key] ?? []),
  ];
  return {
    ...base,
    // It is another kind of device: what gives the first one away says nothing about it.
    ident: [],
    greeting: [],
    ...own,
    modes: { ...base.modes, ...own.modes },
    errors: both('errors'),
    noise: both('noise'),
    neverPrompt: both('neverPrompt'),
    neverTyped: both('neverTyped'),
    renames: both('renames'),
    pagers: [...(own.pagers ?? []), ...(base.pagers ?? [])],
    dialogues: [...(own.dialogues ?? []), ...(base.dialogues ?? [])],
  };
}

function compileMode(name: string, { prompt, hostChars, ready, next }: Mode, hostname: string): CompiledMode {
  const cut = (host: string) => (hostChars === undefined ? host : host.slice(0, hostChars));
  return {
    name,
    ready: ready ?? false,
    next: next && { type: next.type, to: next.to, dialogues: compileDialogues(next.dialogues) },
    prompt(hosts) {
      const known = hosts === null ? hostname : hosts.map((host) => literal(cut(host))).join('|');
      // The first place is read, further ones only have to fit.
      const source = prompt.replace(HOST, () => `(?<host>${known})`).replaceAll(HOST, () => `(?:${known})`);
      return new RegExp(`(?:${source})\\s*$`);
    },
  };
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
