import { describe, expect, test } from 'vitest';
import { type Perfdata, readPerfdata, timeOf, writePerfdata } from '../../../src/plugins/probes/perfdata.ts';

const item = (label: string, value: number | null, unit = '', ...limits: string[]): Perfdata => {
  const [warn = '', crit = '', min = '', max = ''] = limits;
  return { label, value, unit, warn, crit, min, max };
};

describe('performance data', () => {
  test.for<[string, Perfdata[]]>([
    ['load1=0.320;15.000;30.000;0;', [item('load1', 0.32, '', '15.000', '30.000', '0')]],
    [
      'rta=0.047000ms;100;500;0.000000 pl=0%;50;100;0',
      [item('rta', 0.047, 'ms', '100', '500', '0.000000'), item('pl', 0, '%', '50', '100', '0')],
    ],
    ["'a label'=1 'it''s'=2c;;;0", [item('a label', 1), item("it's", 2, 'c', '', '', '0')]],
    ["'C:\\ %'=80%;@10:20;~:10;0;100", [item('C:\\ %', 80, '%', '@10:20', '~:10', '0', '100')]],
    ['/=2643MB;5948;5958;0;5968', [item('/', 2643, 'MB', '5948', '5958', '0', '5968')]],
    ['t=-1.5e-3s a=U', [item('t', -0.0015, 's'), item('a', null)]],
    ['time=0,004s', [item('time', 0.004, 's')]],
    ['  a=1\n\tb=2 ', [item('a', 1), item('b', 2)]],
    ['', []],
    ['no data at all, a = 1', []],
    ['a=x b=1;warn c=1', [item('c', 1)]],
    ["'open=1 a=2", [item('a', 2)]],
  ])('%j is read', ([text, expected]) => {
    expect(readPerfdata(text)).toEqual(expected);
  });

  test("what was read is written as it was, in the protocol's own form", () => {
    const text = "load1=0.32;15;30;0 'a label'=1 'it''s'=2c;;;0 a=U";
    expect(writePerfdata(readPerfdata(text))).toBe(text);
  });

  test('is bounded, whatever comes', () => {
    expect(readPerfdata('a=1 '.repeat(10_000))).toHaveLength(100);
    const began = performance.now();
    readPerfdata("'".repeat(65_536));
    readPerfdata('x'.repeat(65_536));
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test.for([
    ['time=0.004s', 4],
    ['time=250us', 0.25],
    ['time=3ms', 3],
    ['time=3MS', 3],
    ['time=3', undefined],
    ['time=3%', undefined],
    ['time=U', undefined],
    ['time=-1s', undefined],
    ['other=1s', undefined],
  ] as const)('the time of %s is %s ms', ([text, ms]) => {
    expect(timeOf(readPerfdata(text), 'time')).toBe(ms);
  });
});
