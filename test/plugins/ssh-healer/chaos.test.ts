import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Case, CORPUS } from './corpus.ts';
import type { Action } from './fake-device.ts';
import { type Conversation, converse, randomly } from './fake-session.ts';

const RUNS = Number(process.env.NETHEAL_SPLITS ?? 20) * 10;
const router = CORPUS.find(
  ({ title }) => title === 'cisco-ios: commands run one after the other, paging off first',
)!;

async function hold(one: Case, seed: number): Promise<Conversation> {
  const held = converse(one, randomly(seed));
  let over = false;
  const settle = () => {
    over = true;
  };
  held.then(settle, settle);
  while (!over) await vi.advanceTimersByTimeAsync(500);
  return held;
}

const withCommand = (command: string, actions: readonly Action[]): Case => ({
  ...router,
  step: { ssh: [{ run: command, timeout: '3s' }, 'show version'] },
  device: { ...router.device, commands: { ...router.device.commands, [command]: actions } },
});

describe('whatever a device says', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('a question that nobody declared gets no answer, not even Enter', async () => {
    const words = fc.array(
      fc.constantFrom('Delete', 'file', 'Overwrite', 'all', 'data', 'continue', 'R2', '10%', 'Are you sure'),
      { minLength: 1, maxLength: 6 },
    );
    const ending = fc.constantFrom(
      '?',
      ':',
      ': ',
      '? ',
      '? [confirm]',
      ' [confirm]',
      ' (y/n)',
      ' (y/n)? [n] ',
      ' [yes/no]: ',
      '? [Y/n] ',
      ' [y]',
      '> ',
    );
    await fc.assert(
      fc.asyncProperty(words, ending, fc.nat(), async (said, end, seed) => {
        const ask = { ask: `${said.join(' ')}${end}`, key: true, answers: {}, otherwise: ['done\n'] };
        const { result, device } = await hold(withCommand('do it', [ask]), seed);
        expect(device.answers).toEqual([]);
        expect(result).toMatchObject({
          ok: false,
          acted: true,
          message: expect.stringContaining('unanswered-prompt'),
        });
      }),
      { numRuns: RUNS },
    );
  });

  test('only commands of the step and of the dialect, and declared answers, are ever sent, in order', async () => {
    const noise = fc.constantFrom<Action>(
      'R1#',
      'R1>',
      'R2#',
      '#',
      '>',
      '\n',
      '\r\n',
      'text',
      ' ',
      ': ',
      '? ',
      '[confirm]',
      'Password: ',
      '--More--',
      '% Invalid',
      '% Invalid input\n',
      'Save? [yes/no]: ',
      'Proceed with reload? [confirm]',
      '*Mar  1 00:00:10.123: %SYS-5-CONFIG_I: text',
      '*Mar  1 00:00:10.123: %SYS-5-CONFIG_I: text\n',
      { raw: '\x1b[7m' },
      { raw: '\x1b[K' },
      { raw: '\r' },
      { raw: '\b\b' },
      { raw: '\x1b[' },
      { base64: '/w==' },
      { pause: 40 },
      { pause: 500 },
      { mode: 'config' },
      { mode: 'exec' },
      { rename: 'R9' },
      { noPrompt: true },
      { drop: true },
    );
    const sent =
      /^(?:(?:terminal length 0|terminal width 511|do it|show version|exit|no|enable|enable-canary)\n|\n| )*$/;
    await fc.assert(
      fc.asyncProperty(fc.array(noise, { maxLength: 25 }), fc.nat(), async (actions, seed) => {
        const { device, lines } = await hold(withCommand('do it', actions), seed);
        expect(device.received).toMatch(sent);
        // Nothing was repeated, whatever came back.
        for (const once of ['do it', 'show version', 'exit'])
          expect(device.received.split(`${once}\n`).length, once).toBeLessThanOrEqual(2);
        // Enter alone, a page and `no` are answers to what was there to be answered.
        const said = JSON.stringify(actions);
        if (!said.includes('reload? [confirm]')) expect(device.received).not.toMatch(/\n\n/);
        if (!said.includes('--More--')) expect(device.received).not.toMatch(/\n /);
        if (!said.includes('Save?')) expect(device.received).not.toContain('\nno\n');
        expect(lines.join('\n')).not.toContain('canary');
      }),
      { numRuns: RUNS },
    );
  });
});
