import { readdirSync } from 'node:fs';
import { expandHome } from '../core/config/environment.ts';

/** Nobody looks at more. */
const MOST = 1_000;

/**
 * Files and folders that begin with what was typed. Of a folder that is the only one what is in it is offered, too: a shell
 * that has one word to offer takes it for done.
 */
export function filesBeginningWith(typed: string, env: NodeJS.ProcessEnv): string[] {
  const found = entries(typed, env);
  const [only] = found;
  return found.length === 1 && only!.endsWith('/') ? [only!, ...entries(only!, env)] : found;
}

function entries(typed: string, env: NodeJS.ProcessEnv): string[] {
  const folder = typed.slice(0, typed.lastIndexOf('/') + 1);
  const begun = typed.slice(folder.length);
  try {
    return readdirSync(expandHome(folder || '.', env), { withFileTypes: true })
      .filter(({ name }) => name.startsWith(begun) && (begun !== '' || !name.startsWith('.')))
      .slice(0, MOST)
      .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`);
  } catch {
    return [];
  }
}
