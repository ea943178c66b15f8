import { dirname } from 'node:path';
import { NethealError } from '../errors.ts';
import { type FindOptions, findConfig, namedFile, searchFolders } from './find-config.ts';
import { parseFile } from './parse-file.ts';
import { resolveConfig } from './resolve.ts';
import { checkTrust, readableByOthers } from './trust.ts';
import type { ResolvedConfig } from './types.ts';

export { findConfig } from './find-config.ts';

/** A secret that stands in the file itself, as a plain string, on the line of its key. */
const INLINE_SECRET =
  /["']?(?:password|ssh_password|passphrase|enableSecret|sudoPassword|token)["']?[ \t]*:[ \t]*["']?[^\s"'{[$#]/;

/**
 * Finds, trusts, parses and resolves the config.
 *
 * @throws NethealError NH_CONFIG_NOT_FOUND, NH_CONFIG_UNTRUSTED, NH_CONFIG_INVALID (one line a mistake), NH_SECRET_UNAVAILABLE
 */
export async function loadConfig(options: FindOptions): Promise<ResolvedConfig> {
  const file = await findConfig(options);
  if (file === null) {
    const looked = searchFolders(options).map(({ dir, names }) => `${dir}/${names[0]}`);
    throw new NethealError(
      'NH_CONFIG_NOT_FOUND',
      `no config was found; looked for ${looked.join(', ')} and their kin`,
      {
        mend: '`netheal init` writes one; or name one with --config FILE, or try `netheal demo`',
      },
    );
  }
  checkTrust(file);
  const { raw, text, locate } = await parseFile(file, options.cwd, namedFile(options) !== null);
  const config = await resolveConfig(raw, { file, dir: dirname(file), env: options.env, locate });
  if (!INLINE_SECRET.test(text) || !readableByOthers(file)) return config;
  const warning = `${file} holds a password and can be read by others: chmod 600 ${file}, or use { env: NAME }`;
  return { ...config, warnings: [...config.warnings, warning] };
}
