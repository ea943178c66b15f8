import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Journal } from '../../src/core/journal.ts';
import { attempt, incident } from './journal-entries.ts';

const NOW = Date.UTC(2026, 10, 23);
const HOUR = 3_600_000;

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'netheal-journal-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const open = (dir: string, warn: (message: string) => void = () => undefined, now = NOW) =>
  Journal.open(join(dir, 'journal'), () => now, warn);

describe('the journal', () => {
  it('knows after a restart what was written before: open incidents, unfinished attempts, pauses, downtimes', () => {
    const dir = folder();
    const before = open(dir);
    before.append(incident('1'));
    before.append(attempt('7', '1'));
    before.append({ type: 'paused', device: null, by: 'op', at: NOW });
    before.append({
      type: 'downtime',
      downtime: { device: 'd1', by: 'op', reason: 'works', until: NOW + HOUR },
    });
    before.append({ type: 'cooldown', device: 'd1', until: NOW + HOUR });
    before.close();
    const { state } = open(dir);
    expect(state.attempts['7']).toMatchObject({ end: null });
    expect(state).toMatchObject({
      incidents: { 1: { device: 'd1' } },
      paused: { by: 'op' },
      downtimes: [{ reason: 'works' }],
      cooldowns: { d1: NOW + HOUR },
      lastIncident: 1,
      lastHeal: 7,
    });
  });

  it('forgets at a restart what is over, but no number that was given out and no attempt of the last hour', () => {
    const dir = folder();
    const before = open(dir);
    before.append(incident('1'));
    before.append(incident('1', NOW));
    before.append(attempt('1', '1', NOW - 2 * HOUR));
    before.append(attempt('2', '1', NOW - 0.5 * HOUR));
    before.append({ type: 'cooldown', device: 'd1', until: NOW - 1 });
    before.close();
    const { state } = open(dir);
    expect(state.incidents).toEqual({});
    expect(Object.keys(state.attempts)).toEqual(['2']);
    expect(state.cooldowns).toEqual({});
    expect(state).toMatchObject({ lastIncident: 1, lastHeal: 2 });
  });

  it('passes over a last line that was cut off in the middle of its write', () => {
    const dir = folder();
    const before = open(dir);
    before.append(incident('1'));
    before.close();
    appendFileSync(join(dir, 'journal'), '{"type":"incident","incident":{"id":"2"');
    const warn = vi.fn();
    expect(Object.keys(open(dir, warn).state.incidents)).toEqual(['1']);
    expect(warn).not.toHaveBeenCalled();
  });

  it.each([
    ['garbage', 'garbage'],
    ['no entry', 'null'],
    ['an entry of another version', '{"type":"from-the-future"}'],
  ])('uses the rest where a line is %s, keeps a copy, and says so', (_what, damaged) => {
    const dir = folder();
    const before = open(dir);
    before.append(incident('1'));
    before.close();
    appendFileSync(join(dir, 'journal'), `${damaged}\n{"type":"paused","device":null,"by":"op","at":1}\n`);
    const warn = vi.fn();
    expect(open(dir, warn).state).toMatchObject({ incidents: { 1: {} }, paused: { by: 'op' } });
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('1 unreadable line(s)'));
    const copy = readdirSync(dir).find((name) => name.startsWith('journal.corrupt-'))!;
    expect(readFileSync(join(dir, copy), 'utf8')).toContain(damaged);
  });

  it('has on the disk every entry that was acknowledged before kill -9', async () => {
    const dir = folder();
    const dist = fileURLToPath(new URL('../../dist/core/journal.js', import.meta.url));
    const script = `
      import { Journal } from ${JSON.stringify(dist)};
      const entry = ${JSON.stringify(incident('0'))};
      const journal = Journal.open(${JSON.stringify(join(dir, 'journal'))}, () => Date.now(), () => {});
      for (let i = 1; ; i++) {
        entry.incident.id = String(i);
        journal.append(entry);
        process.stdout.write(i + '\\n');
      }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    let acknowledged = 0;
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk) => {
        acknowledged = Number(String(chunk).trimEnd().split('\n').at(-1));
        if (acknowledged > 50) child.kill('SIGKILL');
      });
      child.once('close', () => resolve());
    });
    const { state } = open(dir);
    expect(acknowledged).toBeGreaterThan(50);
    expect(state.lastIncident).toBeGreaterThanOrEqual(acknowledged);
  });

  it('stays small however many incidents come and go, and keeps what is open', () => {
    const dir = folder();
    const journal = open(dir);
    journal.append(incident('1'));
    for (let id = 2; id < 30_000; id++) {
      journal.append(incident(String(id)));
      journal.append(incident(String(id), NOW));
    }
    expect(Object.keys(journal.state.incidents)).toEqual(['1']);
    journal.close();
    expect(readFileSync(join(dir, 'journal')).length).toBeLessThan(5 * 1024 * 1024);
    const { state } = open(dir);
    expect(Object.keys(state.incidents)).toEqual(['1']);
    expect(state.lastIncident).toBe(29_999);
  });
});
