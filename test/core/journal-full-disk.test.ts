import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Journal } from '../../src/core/journal.ts';
import { attempt, incident } from './journal-entries.ts';

const disk = vi.hoisted(() => ({ full: false }));

/** The real disk, until it is full: then half of what is written still finds its place, as on a real one. */
vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const writeSync = (fd: number, bytes: Buffer, offset: number) => {
    if (!disk.full) return fs.writeSync(fd, bytes, offset);
    fs.writeSync(fd, bytes.subarray(offset, offset + Math.floor((bytes.length - offset) / 2)));
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  };
  return { ...fs, writeSync };
});

function openIn(dir: string) {
  const warn = vi.fn<(message: string) => void>();
  const journal = Journal.open(join(dir, 'journal'), () => 0, warn);
  onTestFinished(() => journal.close());
  return { journal, warn };
}
function setUp() {
  const dir = mkdtempSync(join(tmpdir(), 'netheal-full-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return { dir, ...openIn(dir) };
}

beforeEach(() => {
  disk.full = false;
});

describe('a journal on a full disk', () => {
  it('lets no attempt run: what cannot be written down must not happen', () => {
    const { journal } = setUp();
    disk.full = true;
    expect(() => journal.append(attempt('7', '1'))).toThrow('ENOSPC');
    expect(journal.state.attempts).toEqual({});
  });

  it('counts everything else in memory, and says so once', () => {
    const { journal, warn } = setUp();
    disk.full = true;
    for (const id of ['1', '2', '3']) journal.append(incident(id));
    journal.append({ type: 'paused', device: null, by: 'op', at: 0 });
    expect(journal.state).toMatchObject({ incidents: { 1: {}, 2: {}, 3: {} }, paused: { by: 'op' } });
    expect(warn).toHaveBeenCalledOnce();
    expect(warn.mock.calls[0]![0]).toContain('ENOSPC');
  });

  it('leaves no half line behind', () => {
    const { dir, journal } = setUp();
    journal.append(incident('1'));
    const before = readFileSync(join(dir, 'journal'), 'utf8');
    disk.full = true;
    journal.append(incident('2'));
    expect(() => journal.append(attempt('7', '1'))).toThrow();
    expect(readFileSync(join(dir, 'journal'), 'utf8')).toBe(before);
  });

  it('makes up for all of it with the first entry that finds space again', () => {
    const { dir, journal } = setUp();
    disk.full = true;
    journal.append(incident('1'));
    journal.append({ type: 'paused', device: null, by: 'op', at: 0 });
    disk.full = false;
    journal.append(attempt('7', '1'));
    const { journal: after, warn } = openIn(dir);
    expect(after.state).toMatchObject({ incidents: { 1: {} }, attempts: { 7: {} }, paused: { by: 'op' } });
    expect(warn).not.toHaveBeenCalled();
  });

  it('says so again when the disk is full for a second time', () => {
    const { journal, warn } = setUp();
    for (let time = 0; time < 2; time++) {
      disk.full = true;
      journal.append(incident('1'));
      disk.full = false;
      journal.append(incident('2'));
    }
    expect(warn).toHaveBeenCalledTimes(2);
  });
});
