import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { configText } from '../core/config/describe.ts';
import { configJsonSchema } from '../core/config/schema.ts';
import { convertSeed } from '../core/config/seed-format.ts';
import { NethealError } from '../core/errors.ts';
import { EXIT, type GlobalOptions, load, print } from './context.ts';
import { openTool } from './tool.ts';

export type ConfigOptions = GlobalOptions & Readonly<{ convert?: boolean; schema?: boolean }>;

/** `netheal config`: checks the config, the options of its plugins included, and prints it resolved. */
export async function config(options: ConfigOptions): Promise<number> {
  if (options.schema) {
    print(JSON.stringify(configJsonSchema(), null, 2));
    return EXIT.ok;
  }
  const resolved = await load(options);
  if (options.convert) {
    if (resolved.format !== 'seed' || resolved.file === null) {
      throw new NethealError('NH_ARGUMENT_INVALID', `${resolved.file} has the new shape already`);
    }
    print(convertSeed(readFileSync(resolved.file, 'utf8')));
    return EXIT.ok;
  }
  const tool = await openTool(resolved, 'list');
  await tool.done();
  if (!options.json && !options.quiet) print(`# ${resolved.file}`);
  // Piece by piece, as fast as it is taken: a large fleet is hundreds of megabytes.
  if (!options.quiet) await pipeline(Readable.from(configText(resolved)), process.stdout, { end: false });
  for (const warning of resolved.warnings) process.stderr.write(`! ${warning}\n`);
  return EXIT.ok;
}
