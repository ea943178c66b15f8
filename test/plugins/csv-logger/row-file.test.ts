import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RowFile } from '../../../src/plugins/csv-logger/row-file.ts';

let folder: string;
let path: string;
let opened: RowFile[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netheal-rows-'));
  path = join(folder, 'rows.csv');
});
afterEach(() => {
  for (const file of opened) file.close();
  opened = [];
  rmSync(folder, { recursive: true, force: true });
});

function open(at = path): RowFile {
  const file = new RowFile(at, 'head', (line) => (line.endsWith('!') ? 'whole' : 'torn'));
  opened.push(file);
  return file;
}
const text = (at = path) => readFileSync(at, 'utf8');

describe('a row file', () => {
  it('makes its folder and begins with the header, once', () => {
    const file = open(join(folder, 'a/b/rows.csv'));
    file.append('1!\n');
    file.append('2!\n3!\n');
    expect(text(file.path)).toBe('head\n1!\n2!\n3!\n');
    expect(statSync(file.path).mode & 0o777).toBe(0o640 & ~process.umask());
  });

  it('goes on behind what is there', () => {
    writeFileSync(path, 'head\n1!\n');
    open().append('2!\n');
    expect(text()).toBe('head\n1!\n2!\n');
  });

  it('ends a whole last line that lacks its newline', () => {
    writeFileSync(path, 'head\n1!');
    open().append('2!\n');
    expect(text()).toBe('head\n1!\n2!\n');
  });

  it('cuts off a last line that a crash has torn', () => {
    writeFileSync(path, 'head\n1!\n2');
    open().append('2!\n');
    expect(text()).toBe('head\n1!\n2!\n');
    writeFileSync(path, 'he');
    open().append('1!\n');
    expect(text()).toBe('head\n1!\n');
  });

  it('refuses a symbolic link and leaves its target alone', () => {
    const target = join(folder, 'shadow');
    writeFileSync(target, 'secret\n');
    symlinkSync(target, path);
    expect(() => open().append('1!\n')).toThrow(`${path}: is a symbolic link, which is refused`);
    expect(text(target)).toBe('secret\n');
  });

  it('refuses what is no regular file, and works once that is gone', () => {
    execFileSync('mkfifo', [path]);
    const file = open();
    expect(() => file.append('1!\n')).toThrow(`${path}: is not a regular file`);
    unlinkSync(path);
    mkdirSync(path);
    expect(() => file.append('1!\n')).toThrow(/EISDIR/);
    rmSync(path, { recursive: true });
    file.append('1!\n');
    expect(text()).toBe('head\n1!\n');
  });
});

describe('log rotation', () => {
  it('by renaming is noticed before the next batch', () => {
    const file = open();
    file.append('1!\n');
    renameSync(path, `${path}.1`);
    file.append('2!\n');
    expect(text(`${path}.1`)).toBe('head\n1!\n');
    expect(text()).toBe('head\n2!\n');
  });

  it('by renaming and creating anew is noticed too', () => {
    const file = open();
    file.append('1!\n');
    renameSync(path, `${path}.1`);
    writeFileSync(path, '');
    file.append('2!\n');
    expect(text()).toBe('head\n2!\n');
  });

  it('by copying and truncating leaves no hole and gives a new header', () => {
    const file = open();
    file.append('1!\n'.repeat(1_000));
    truncateSync(path, 0);
    file.append('2!\n');
    expect(text()).toBe('head\n2!\n');
  });

  it('does not follow a link that someone put in its place', () => {
    const file = open();
    file.append('1!\n');
    const moved = `${path}.1`;
    renameSync(path, moved);
    symlinkSync(moved, path);
    expect(() => file.append('2!\n')).toThrow('symbolic link');
    expect(text(moved)).toBe('head\n1!\n');
  });

  it('is also made known by closing, after which the next batch opens the path anew', () => {
    const file = open();
    file.append('1!\n');
    file.close();
    file.close();
    file.append('2!\n');
    expect(text()).toBe('head\n1!\n2!\n');
  });

  it('copes with a neighbour that appended half a line', () => {
    const file = open();
    file.append('1!\n');
    appendFileSync(path, 'by hand!');
    file.append('2!\n');
    expect(text()).toBe('head\n1!\nby hand!\n2!\n');
  });
});

describe('a process that is killed in mid-write', { timeout: 60_000 }, () => {
  it('loses no acknowledged row, tears none and doubles none, however often', async () => {
    const writer = fileURLToPath(new URL('./writer.ts', import.meta.url));
    let next = 0;
    for (let round = 0; round < 6; round++) {
      const child = spawn(process.execPath, [writer, path, String(next)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.setEncoding('utf8');
      child.stdout.on('data', (chunk: string) => {
        said += chunk;
        if (said.length > 200 + round * 37) child.kill('SIGKILL');
      });
      await once(child, 'close');
      const acknowledged = Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1));
      const rows = wholeRows();
      expect(rows.length).toBeGreaterThanOrEqual(acknowledged);
      next = rows.length;
    }
    new RowFile(path, 'number,text', (line) => (/^\d+,x+!$/.test(line) ? 'whole' : 'torn')).append(
      `${next},${'x'.repeat(60)}!\n`,
    );
    const lines = text().split('\n');
    expect(lines.shift()).toBe('number,text');
    expect(lines.pop()).toBe('');
    expect(lines).toEqual(Array.from({ length: next + 1 }, (_, row) => `${row},${'x'.repeat(60)}!`));
  });

  const wholeRows = () => text().match(/^\d+,x{60}!$/gm) ?? [];
});

const tinyDisk = (() => {
  const mount = mkdtempSync(join(tmpdir(), 'netheal-tiny-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', mount], { stdio: 'ignore' });
    execFileSync('umount', [mount]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(mount, { recursive: true });
  }
})();

describe.skipIf(!tinyDisk)('a full disk (skipped where mounting a tmpfs is not permitted)', () => {
  let mount: string;
  beforeEach(() => {
    mount = join(folder, 'disk');
    mkdirSync(mount);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', mount]);
    path = join(mount, 'rows.csv');
  });
  afterEach(() => {
    for (const file of opened) file.close();
    execFileSync('umount', [mount]);
  });

  const batch = (name: string) => `${name}${'x'.repeat(98)}!\n`.repeat(300);

  it('takes a batch whole or not at all, and takes the same batch once there is room', () => {
    const file = open();
    file.append(batch('a'));
    const hog = join(mount, 'hog');
    writeFileSync(hog, Buffer.alloc(16_384));
    // 30 KB more do not fit into what is left: some pages do, the rest does not.
    expect(() => file.append(batch('b'))).toThrow(/ENOSPC/);
    expect(text()).toBe(`head\n${batch('a')}`);
    expect(() => file.append(batch('b'))).toThrow(/ENOSPC/);
    unlinkSync(hog);
    file.append(batch('b'));
    expect(text()).toBe(`head\n${batch('a')}${batch('b')}`);
  });

  it('that became read-only refuses, and works again when it is writable', () => {
    const file = open();
    file.append('1!\n');
    file.close();
    execFileSync('mount', ['-o', 'remount,ro', mount]);
    expect(() => file.append('2!\n')).toThrow(/EROFS/);
    execFileSync('mount', ['-o', 'remount,rw', mount]);
    file.append('2!\n');
    expect(text()).toBe('head\n1!\n2!\n');
  });
});
