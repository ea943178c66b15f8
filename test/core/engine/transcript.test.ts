import { describe, expect, it } from 'vitest';
import { LiveTranscript } from '../../../src/core/engine/transcript.ts';
import type { TranscriptLine } from '../../../src/core/plugin.ts';
import { Secret } from '../../../src/core/secret.ts';

function setUp() {
  const told: TranscriptLine[] = [];
  let now = 0;
  const transcript = new LiveTranscript(
    () => ++now,
    (line) => told.push(line),
  );
  const texts = () => transcript.lines.map(({ text }) => text);
  return { transcript, told, texts };
}

describe('a transcript', () => {
  it('keeps who said what and when, line by line, and tells each at once', () => {
    const { transcript, told } = setUp();
    transcript.write('command', 'uptime');
    transcript.write('output', 'up 3 days\nload 0.1\n');
    expect(transcript.lines).toEqual([
      { at: 1, kind: 'command', text: 'uptime' },
      { at: 2, kind: 'output', text: 'up 3 days' },
      { at: 3, kind: 'output', text: 'load 0.1' },
    ]);
    expect(told).toEqual(transcript.lines);
  });

  it('shows no control characters and no endless lines', () => {
    const { transcript, texts } = setUp();
    transcript.write('output', `\x1b[31mred\x1b[0m\x07 \u202egnp.exe\r\n${'x'.repeat(5_000)}`);
    expect(texts()[0]).toBe('red· ·gnp.exe');
    expect(texts()[1]).toHaveLength(500);
  });

  it('ends after two thousand lines, and says so', () => {
    const { transcript, told, texts } = setUp();
    transcript.write('output', 'y\n'.repeat(5_000));
    transcript.write('verdict', 'failed');
    expect(transcript.lines).toHaveLength(2_001);
    expect(texts().at(-1)).toMatch(/the transcript ends here/);
    expect(told).toHaveLength(2_001);
  });
});

describe('secrets in a transcript', () => {
  it('are masked wherever they stand, from the moment they are known', () => {
    const { transcript, texts } = setUp();
    transcript.mask(new Secret('hunter2'));
    transcript.mask('s3cr3t');
    transcript.write('output', 'hunter2 and s3cr3t, again hunter2');
    expect(texts()).toEqual(['<secret> and <secret>, again <secret>']);
  });

  it('that begin with another secret leave no end behind', () => {
    const { transcript, texts } = setUp();
    transcript.mask('admin');
    transcript.mask('admin-1234');
    transcript.write('output', 'login admin-1234');
    expect(texts()).toEqual(['login <secret>']);
  });

  it('are found between colours too, and on the edge of a line that is cut', () => {
    const { transcript, texts } = setUp();
    transcript.mask('hunter2');
    transcript.write('output', 'hun\x1b[1mter2');
    transcript.write('output', `${'x'.repeat(496)}hunter2`);
    expect(texts()[0]).toBe('<secret>');
    expect(texts().join()).not.toContain('hun');
  });

  it('so short that every word would be masked are not', () => {
    const { transcript, texts } = setUp();
    transcript.mask('a');
    transcript.mask('');
    transcript.write('output', 'a banana');
    expect(texts()).toEqual(['a banana']);
  });
});
