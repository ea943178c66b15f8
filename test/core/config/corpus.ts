import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('./corpus/', import.meta.url));

/** A bad config and the first line that is said about it. */
export type BadConfig = Readonly<{
  name: string;
  /** What the file has to be called: `package.json` means something. */
  fileName: string;
  bytes: Buffer;
  expected: string;
}>;

/** The expectation with the placeholders `{file}` and `{dir}` filled in. */
export function expectedIn(folder: string, { fileName, expected }: BadConfig): string {
  return expected.replaceAll('{file}', fileName).replaceAll('{dir}', folder);
}

/** All cases. The expectation stands in the first line of a YAML file, and beside a JSON file in NAME.expect. */
export function badConfigs(): BadConfig[] {
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(yaml|json)$/.test(name))
    .sort()
    .map((name) => {
      const bytes = readFileSync(join(FOLDER, name));
      const said = name.endsWith('.json')
        ? readFileSync(join(FOLDER, `${name}.expect`), 'utf8')
        : bytes
            .toString('utf8')
            .split('\n')[0]!
            .replace(/^# expect: /, '');
      const fileName = basename(name);
      return { name, fileName, bytes, expected: said.trim() };
    });
}
