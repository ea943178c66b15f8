import { describe, expect, test } from 'vitest';
import { readNagiosOutput, verdictOf } from '../../../src/plugins/probes/nagios-output.ts';

describe('the output of a Nagios plugin', () => {
  test('has a text, and performance data on the first line and after the second bar', () => {
    const output = [
      'DISK OK - free space: / 3326 MB (56%); | /=2643MB;5948;5958;0;5968',
      '/ 15272 MB (77%);',
      '/boot 68 MB (69%); | /boot=68MB;88;93;0;98',
      '/home=69357MB;253404;253409;0;253414',
    ].join('\n');
    const { text, perfdata } = readNagiosOutput(output);
    expect(text).toBe('DISK OK - free space: / 3326 MB (56%);');
    expect(perfdata.map(({ label }) => label)).toEqual(['/', '/boot', '/home']);
  });

  test('the text of further lines is neither text nor data', () => {
    expect(readNagiosOutput('OK\na=1\nb=2')).toEqual({ text: 'OK', perfdata: [] });
  });

  test.each(['', '\n\n', ' \r\n'])('may be empty: %j', (output) => {
    expect(readNagiosOutput(output)).toEqual({ text: '', perfdata: [] });
  });

  test('lines of Windows and empty ones at its begin do no harm', () => {
    expect(readNagiosOutput('\r\nOK | a=1\r\nmore\r\n')).toMatchObject({
      text: 'OK',
      perfdata: [{ label: 'a' }],
    });
  });
});

describe('the verdict on it', () => {
  const output = readNagiosOutput('SAID | time=0.5s');
  const judge = (code: number, warning: 'ok' | 'failed' = 'ok', rttFrom?: string) =>
    verdictOf(code, output, 7, { warning, rttFrom });

  test('0 is ok, 1 as the options say, 2 failed, and 3 and all others know nothing', () => {
    const ok = { ok: true, rttMs: 7, detail: 'SAID | time=0.5s' };
    expect(judge(0)).toEqual(ok);
    expect(judge(1)).toEqual(ok);
    const failed = { ok: false, reason: 'failed', message: 'SAID', rttMs: 7 };
    expect(judge(1, 'failed')).toEqual({ ...failed, exitCode: 1 });
    expect(judge(2)).toEqual({ ...failed, exitCode: 2 });
    const unknown = { ok: 'unknown', reason: 'local-error' };
    expect(judge(3)).toEqual({ ...unknown, message: 'SAID' });
    expect(judge(4)).toEqual({ ...unknown, message: "exit code 4 is none of the protocol's 0 to 3: SAID" });
    expect(judge(127)).toEqual({ ...unknown, message: 'the command was not found (exit code 127): SAID' });
  });

  test('the RTT is the time of the wanted label, where it is one', () => {
    expect(judge(0, 'ok', 'time')).toMatchObject({ rttMs: 500 });
    expect(judge(2, 'ok', 'time')).toMatchObject({ rttMs: 500 });
    expect(judge(0, 'ok', 'rta')).toMatchObject({ rttMs: 7 });
  });

  test('without a text the exit code is told', () => {
    const nothing = readNagiosOutput('');
    expect(verdictOf(2, nothing, 7, { warning: 'ok' })).toMatchObject({ message: 'exit code 2' });
    expect(verdictOf(0, nothing, 7, { warning: 'ok' })).toEqual({ ok: true, rttMs: 7 });
  });
});
