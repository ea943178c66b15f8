import type { FetchedSecrets } from './fetched-secrets.ts';
import type { Problems } from './problems.ts';
import type { Warnings } from './warnings.ts';

/** What the parts of the resolver share. */
export type Scope = Readonly<{
  dir: string;
  env: NodeJS.ProcessEnv;
  stateDir: string;
  problems: Problems;
  warnings: Warnings;
  secrets: FetchedSecrets;
  /** Names of all dialects, those of the config included. */
  dialects: readonly string[];
  /** The file has the seed's shape, whose users expect its defaults. */
  seed: boolean;
}>;
