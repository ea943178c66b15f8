import {
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';

/** For nobody else to read: passwords may come to stand in it. */
const PRIVATE = 0o600;

/** Writes a file whole or not at all. One that is there keeps its owner, its mode and the links that lead to it. */
export function writeWhole(name: string, text: string): void {
  const path = existsSync(name) ? realpathSync(name) : name;
  const before = existsSync(path) ? statSync(path) : null;
  const part = `${path}.${process.pid}.part`;
  const fd = openSync(part, 'wx', PRIVATE);
  try {
    try {
      writeSync(fd, text);
      if (before) {
        if (before.uid !== process.geteuid?.() || before.gid !== process.getegid?.())
          fchownSync(fd, before.uid, before.gid);
        fchmodSync(fd, before.mode & 0o7777);
      }
    } finally {
      closeSync(fd);
    }
    renameSync(part, path);
  } catch (thrown) {
    rmSync(part, { force: true });
    throw thrown;
  }
}
