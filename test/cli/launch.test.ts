import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BIN } from './netheal.ts';

/** netheal as somebody has it who copied it without installing, with a stand-in for the build. */
function copy(main: string | null): string {
  const folder = mkdtempSync(join(tmpdir(), 'netheal-launch-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(BIN, join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  mkdirSync(join(folder, 'dist/cli'), { recursive: true });
  if (main !== null) writeFileSync(join(folder, 'dist/cli/main.js'), main);
  return folder;
}

function launch(node: string, folder: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(node, [join(folder, 'bin/netheal.js'), ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** A Node of this machine that is too old for netheal, if it has one outside of node_modules. */
function oldNode(): string | undefined {
  const folders = (process.env.PATH ?? '').split(':').filter((folder) => !folder.includes('node_modules'));
  return [...folders, '/usr/local/bin', '/usr/bin']
    .map((folder) => join(folder, 'node'))
    .find(
      (path) =>
        existsSync(path) &&
        /^v(1\d|20|21|22\.([0-9]|1[0-7]))\./.test(execFileSync(path, ['--version'], { encoding: 'utf8' })),
    );
}

const SAYS =
  'export const main = (argv) => { console.log(process.versions.node, argv.slice(2).join()); process.exitCode = 3; };\n';
const old = oldNode();

test('on a Node that is new enough, the build runs with the arguments and its exit code', () => {
  const said = launch(process.execPath, copy(SAYS), 'status', '--json');
  expect(said).toEqual({ status: 3, stdout: `${process.versions.node} status,--json\n`, stderr: '' });
});

test('where nothing is built, one sentence says how to', () => {
  const said = launch(process.execPath, copy(null), 'run');
  expect(said).toEqual({
    status: 1,
    stdout: '',
    stderr: 'netheal is not built: run `npm ci` (or `npm run build`) in its folder.\n',
  });
});

test.skipIf(!old)(
  'on an old Node, one sentence says what is needed (skipped where no old Node is installed)',
  () => {
    const { status, stdout, stderr } = launch(old!, copy(SAYS), 'run');
    expect(stderr).toMatch(/^netheal needs Node 22\.18 or newer; this is Node \d+\.\d+\.\d+\.\n$/);
    expect([status, stdout]).toEqual([1, '']);
  },
);

test.skipIf(!old)(
  'on an old Node, the one that npm installed beside netheal takes over (skipped where no old Node is installed)',
  () => {
    const folder = copy(SAYS);
    mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
    symlinkSync(process.execPath, join(folder, 'node_modules/.bin/node'));
    expect(launch(old!, folder, 'check', 'a b')).toEqual({
      status: 3,
      stdout: `${process.versions.node} check,a b\n`,
      stderr: '',
    });
  },
);
