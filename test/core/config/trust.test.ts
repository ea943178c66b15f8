import { chmodSync, chownSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkTrust, readableByOthers } from '../../../src/core/config/trust.ts';
import { errorOf, folderWith } from './folder.ts';

const IS_ROOT = process.getuid?.() === 0;

function config(mode: number, folderMode = 0o700): { folder: string; file: string } {
  const folder = folderWith({ '.nethealrc': '' });
  const file = join(folder, '.nethealrc');
  chmodSync(file, mode);
  chmodSync(folder, folderMode);
  return { folder, file };
}

test.each([0o600, 0o644, 0o400, 0o444])('a file of mode %o may decide', (mode) => {
  expect(() => checkTrust(config(mode).file)).not.toThrow();
});

test.each([0o620, 0o602, 0o666, 0o777])(
  'a file of mode %o may not, and the mend is the command that closes it',
  async (mode) => {
    const { file } = config(mode);
    const error = await errorOf(() => checkTrust(file));
    expect(error.code).toBe('NH_CONFIG_UNTRUSTED');
    expect(error.message).toBe(`${file}: group or others may change it`);
    expect(error.mend).toBe(`chmod go-w ${file}`);
  },
);

test('a folder that everybody may write to lets anybody replace the file', async () => {
  const { folder, file } = config(0o600, 0o777);
  const error = await errorOf(() => checkTrust(file));
  expect(error.message).toBe(`${file}: anybody may replace it, because ${folder} is writable for all`);
  expect(error.mend).toBe(`chmod o-w ${folder}`);
});

test('the sticky bit, as on /tmp, forbids replacing', () => {
  expect(() => checkTrust(config(0o600, 0o1777).file)).not.toThrow();
});

test('behind a symbolic link, the folder of the target counts as well', async () => {
  const { folder, file } = config(0o600, 0o777);
  const link = join(folderWith({}), '.nethealrc');
  symlinkSync(file, link);
  expect((await errorOf(() => checkTrust(link))).mend).toBe(`chmod o-w ${folder}`);
});

test.skipIf(!IS_ROOT)('a file of a stranger may not decide (only root can give files away)', async () => {
  const { file } = config(0o600);
  chownSync(file, 4242, 4242);
  const error = await errorOf(() => checkTrust(file));
  expect(error.message).toBe(`${file}: it belongs to uid 4242, neither to root nor to you`);
  expect(error.mend).toBe(`chown 0 ${file}`);
});

test.each([
  [0o600, false],
  [0o640, true],
  [0o604, true],
])('mode %o: readable by others is %s', (mode, readable) => {
  expect(readableByOthers(config(mode).file)).toBe(readable);
});
