import { describe, expect, test } from 'vitest';
import { play, readStories } from './story.ts';

for (const { file, stories } of readStories()) {
  describe(file, () => {
    test.each(stories)('$title', (story) => {
      const lines = play(story);
      const asWritten = lines.map((line) => `${line.check} | ${line.expected}`);
      expect(lines.map((line) => `${line.check} | ${line.actual}`)).toEqual(asWritten);
    });
  });
}
