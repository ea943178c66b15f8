/** A login as far as a file tells it. What is no number stays as it was written, for the schema to complain about. */
export type FoundLogin = Readonly<{
  host?: string;
  username?: string;
  port?: number | string;
  privateKey?: string;
  dialect?: string;
}>;

/** A jump host: how to reach it, and the name that the file has for it. */
export type FoundHop = FoundLogin & Readonly<{ host: string; name: string }>;

/** One host of a file of somebody else's, not yet a device. */
export type FoundHost = Readonly<{
  line: number;
  address: string;
  /** What the file calls it, for people and, made a slug, for its id. */
  name: string | null;
  id?: string;
  group?: string;
  parents?: readonly string[];
  tags?: Readonly<Record<string, string>>;
  ssh?: FoundLogin;
  via?: readonly FoundHop[];
}>;

/** A word about a line. */
export type Remark = Readonly<{ line: number; what: string }>;

/** What a file has: hosts, lines that are none although they should be, and what else a person ought to know. */
export type Reading = Readonly<{
  hosts: readonly FoundHost[];
  bad: readonly Remark[];
  remarks: readonly Remark[];
}>;

/** A port as a number, or the word that is none. */
export function portOf(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** Leaves out what is not there, so that a device has no empty keys. */
export function present<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const there = Object.entries(fields).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  return Object.fromEntries(there) as { [K in keyof T]?: NonNullable<T[K]> };
}
