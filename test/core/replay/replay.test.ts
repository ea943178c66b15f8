import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logText, type Pattern, play, readText, rowsOf, START } from './play.ts';

const recorded = (...patterns: Pattern[]) => readText(logText(rowsOf(patterns)));
const times = (letter: string, count: number) => letter.repeat(count);
const device = (id: string, number: number, more: object = {}) => ({
  id,
  ip: `10.0.0.${number}`,
  heal: [{ name: 'restart', steps: [{ wait: '1s' }] }],
  ...more,
});
const web = (more: object = {}) => device('web', 1, more);
const ASSUMED =
  'note assumed: nobody resumes healing that the blast radius has stopped; nobody approves what asks for it';
/** Local, as in a config. */
const clock = (afterStartSeconds: number) =>
  new Date(START + afterStartSeconds * 1_000).toLocaleString('sv-SE').replace(' ', 'T');

describe('one device', () => {
  test('is healed at its third offline row in a row, and the rows behind say whether it came back', async () => {
    const { told, summary } = await play(
      { devices: [web()] },
      recorded({ ip: '10.0.0.1', checks: `+++---${times('+', 20)}` }),
    );
    expect(told).toEqual([
      ASSUMED,
      '+150s incident-opened web',
      '+150s would-heal web 1/2 "restart"',
      '+210s verification web 1 true',
      '+510s incident-closed web',
    ]);
    expect(summary).toMatchObject({
      devices: 1,
      samples: 26,
      from: START,
      to: START + 25 * 30_000,
      incidents: 1,
      heals: 1,
      recovered: 1,
      notRecovered: 0,
      refused: {},
      needsHuman: 0,
      gaps: 0,
    });
  });

  test('that fails twice and comes back is no incident', async () => {
    const { told } = await play({ devices: [web()] }, recorded({ ip: '10.0.0.1', checks: '++--++--++' }));
    expect(told).toEqual([ASSUMED]);
  });

  test('is judged by the threshold of the config', async () => {
    const { told } = await play(
      { monitoring: { failureThreshold: 2 }, devices: [web()] },
      recorded({ ip: '10.0.0.1', checks: `++--${times('+', 4)}` }),
    );
    expect(told.slice(1)).toEqual([
      '+90s incident-opened web',
      '+90s would-heal web 1/2 "restart"',
      '+150s verification web 1 true',
    ]);
  });

  test('that stays down climbs the ladder, and then a person is called', async () => {
    const heal = [
      { name: 'restart', when: { attempt: 1 }, steps: [{ wait: '1s' }] },
      { name: 'reboot', when: { attempt: 2 }, steps: [{ wait: '1s' }], settle: '3m' },
    ];
    const { told, summary } = await play(
      { devices: [web({ heal })] },
      recorded({ ip: '10.0.0.1', checks: `+++${times('-', 40)}` }),
    );
    expect(told.slice(1)).toEqual([
      '+150s incident-opened web',
      '+150s would-heal web 1/2 "restart"',
      // 1 s of waiting, 10 s of settling, 120 s of verification: the first row behind that ends it.
      '+300s verification web 1 false',
      // 10 s of cooling down; then its next row is waited for.
      '+330s would-heal web 2/2 "reboot"',
      '+660s verification web 2 false',
      '+660s would-refuse web attempts',
      '+660s needs-human web attempts',
    ]);
    expect(summary).toMatchObject({ heals: 2, notRecovered: 2, needsHuman: 1, refused: { attempts: 1 } });
  });

  test('the plan is told with its targets and commands, without secrets', async () => {
    const heal = [{ steps: [{ on: 'pdu', ssh: ['outlet 7 off', 'outlet 7 on'] }] }];
    const pdu = { id: 'pdu', ip: '10.0.0.9', ssh: { username: 'me', password: 'hunter2' } };
    const { lines } = await play(
      { devices: [web({ heal }), pdu] },
      recorded({ ip: '10.0.0.1', checks: '+---' }, { ip: '10.0.0.9', checks: '++++' }),
    );
    const plan = lines.find(({ type }) => type === 'would-heal');
    expect(plan).toMatchObject({ steps: [{ kind: 'ssh', target: 'pdu' }] });
    expect(JSON.stringify(plan)).toContain('outlet 7 off');
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  test('that answers too slowly is healed by a strategy for that', async () => {
    const heal = [{ name: 'shape', when: { failure: ['rtt'] }, steps: [{ wait: '1s' }] }];
    const { told } = await play(
      { devices: [web({ heal })] },
      recorded({ ip: '10.0.0.1', checks: `+++~~~${times('+', 6)}` }),
    );
    expect(told.slice(1)).toEqual([
      '+150s incident-opened web',
      '+150s would-heal web 1/2 "shape"',
      '+210s verification web 1 true',
    ]);
  });
});

describe('gates', () => {
  const down = recorded.bind(null, { ip: '10.0.0.1', checks: `++${times('-', 12)}` });

  test('a downtime holds the heal until it is over', async () => {
    const downtimes = [{ devices: ['web'], from: clock(0), to: clock(240), reason: 'works' }];
    const { told, lines } = await play({ devices: [web()], downtimes }, down());
    expect(told.slice(1)).toEqual([
      '+0s downtime web',
      '+120s incident-opened web',
      '+120s would-refuse web downtime',
      '+240s downtime web',
      '+240s would-heal web 1/2 "restart"',
      '+390s verification web 1 false',
    ]);
    expect(lines.find(({ type }) => type === 'would-refuse')).toMatchObject({
      gate: 'downtime',
      reason: 'in downtime: works',
    });
  });

  test('healing that is off in the config is what stops it', async () => {
    const { told, summary } = await play({ devices: [web()], healing: { enabled: false } }, down());
    expect(told.slice(1)).toEqual([
      '+120s incident-opened web',
      '+120s would-refuse web healing-disabled',
      '+120s needs-human web healing-disabled',
    ]);
    expect(summary.refused).toEqual({ 'healing-disabled': 1 });
  });

  test('a config in observe mode is told as if it acted', async () => {
    const { told } = await play({ devices: [web()], healing: { mode: 'observe' } }, down());
    expect(told[0]).toBe('note the config says mode: observe; told is what mode: act would do');
    expect(told).toContain('+120s would-heal web 1/2 "restart"');
  });

  test('what asks for approval gets none: nobody is there', async () => {
    const heal = [{ name: 'reboot', steps: [{ wait: '1s' }], approval: 'ask' }];
    const { told, summary } = await play(
      { devices: [web({ heal })] },
      recorded({ ip: '10.0.0.1', checks: `++${times('-', 30)}` }),
    );
    expect(told.slice(1)).toEqual([
      '+120s incident-opened web',
      '+120s would-ask web 1/2 "reboot"',
      '+720s would-refuse web approval',
      '+720s needs-human web approval',
    ]);
    expect(summary).toMatchObject({ heals: 0, refused: { approval: 1 }, needsHuman: 1 });
  });

  test('a device without a way in is not healed, and the attempt is not spent', async () => {
    const { told, summary } = await play({ devices: [web({ heal: ['systemctl restart nginx'] })] }, down());
    expect(told).toContain('+120s would-refuse web access');
    expect(summary).toMatchObject({ recovered: 0, notRecovered: 0, refused: { access: 1 }, needsHuman: 1 });
  });

  test('a flapping device is left alone', async () => {
    const { told } = await play(
      { devices: [web({ failureThreshold: 1, successThreshold: 1 })], healing: { maxAttempts: 20 } },
      recorded({ ip: '10.0.0.1', checks: `++${times('-+', 8)}----` }),
    );
    expect(told.some((line) => line.includes('flapping-started web'))).toBe(true);
    expect(told.some((line) => line.endsWith('would-refuse web flapping'))).toBe(true);
  });

  const SIX = [1, 2, 3, 4, 5, 6];
  const six = { devices: SIX.map((number) => device(`d${number}`, number)), healing: { maxPerHour: 99 } };
  const halfDown = (more: number) =>
    recorded(
      ...SIX.map((number) => ({
        ip: `10.0.0.${number}`,
        checks:
          number <= 3 ? `++${times('-', 10)}${times('+', more)}${times('-', 6)}` : times('+', 18 + more),
      })),
    );

  test('half a fleet down stops all healing', async () => {
    const { summary } = await play(six, halfDown(20));
    expect(summary).toMatchObject({ heals: 0, incidents: 6 });
    expect(summary.refused['blast-radius']).toBeGreaterThanOrEqual(3);
  });

  test('until the person whom --resume-after stands for resumes it', async () => {
    const { told } = await play(six, halfDown(20), { resumeAfterMs: 5 * 60_000 });
    // It trips when the third is confirmed, and again while they are still down.
    expect(told.filter((line) => / (paused|resumed) /.test(line)).slice(0, 3)).toEqual([
      '+120s paused null',
      '+420s resumed null',
      expect.stringMatching(/ paused null$/),
    ]);
  });
});

describe('the neighbourhood', () => {
  const child = { ...device('child', 2), parents: ['gw'] };
  const gateway = device('gw', 1);

  test.each([
    ['before', 0],
    ['behind', 20_000],
  ])('only the gateway is healed when both fail, also where its rows come %s', async (_where, delayMs) => {
    const { told, summary } = await play(
      { devices: [gateway, child] },
      recorded(
        { ip: '10.0.0.1', checks: `+++----${times('+', 20)}`, delayMs },
        { ip: '10.0.0.2', checks: `+++----${times('+', 20)}`, delayMs: 10_000 },
      ),
    );
    expect(told.filter((line) => line.includes('would-heal'))).toEqual([
      `+${150 + delayMs / 1_000}s would-heal gw 1/2 "restart"`,
    ]);
    expect(summary).toMatchObject({ incidents: 1, heals: 1 });
  });

  test('a child whose gateway is no longer in the log is judged all the same', async () => {
    const { told } = await play(
      { devices: [gateway, child] },
      recorded({ ip: '10.0.0.1', checks: '++' }, { ip: '10.0.0.2', checks: `++++++++---${times('+', 4)}` }),
    );
    expect(told).toContain('+300s would-heal child 1/2 "restart"');
  });

  const four = [1, 2, 3, 4].map((number) => device(`d${number}`, number));

  test('when all of a fleet of four fail at once, it is our own uplink', async () => {
    const { told, summary } = await play(
      { devices: four },
      recorded(...four.map(({ ip }, index) => ({ ip, checks: '+++------++++', delayMs: index * 1_000 }))),
    );
    expect(told.slice(1)).toEqual(['+150s self-offline null', expect.stringMatching(/self-online null$/)]);
    expect(summary).toMatchObject({ incidents: 0, heals: 0, selfOffline: 1 });
  });

  test('a witness in the log is asked, one that is not is told', async () => {
    const config = { devices: [web()], monitoring: { witnesses: ['10.0.0.254', '10.0.0.253'] } };
    const { told, summary } = await play(
      config,
      recorded({ ip: '10.0.0.1', checks: '+++------' }, { ip: '10.0.0.254', checks: '+++------' }),
    );
    expect(told[0]).toBe('note in the log and not in the config: 10.0.0.254 (10.0.0.254)');
    expect(told[1]).toBe('note witnesses that are not in the log are not asked: 10.0.0.253');
    expect(summary).toMatchObject({ incidents: 0, selfOffline: 1 });
  });

  test('devices that only one of log and config knows are told', async () => {
    const { told, summary } = await play(
      { devices: [web(), device('new', 7)] },
      recorded({ ip: '10.0.0.1', checks: '++' }, { ip: '10.0.0.8', label: 'Old', checks: '++' }),
    );
    expect(told.slice(0, 2)).toEqual([
      'note in the log and not in the config: Old (10.0.0.8)',
      'note in the config and not in the log: new',
    ]);
    expect(summary).toMatchObject({
      devices: 1,
      configured: 2,
      unknown: ['Old (10.0.0.8)'],
      missing: ['new'],
    });
  });

  test('a log without any device of the config is a mistake', async () => {
    await expect(play({ devices: [web()] }, recorded({ ip: '10.9.9.9', checks: '+' }))).rejects.toThrow(
      /^no device of the config is in .*uptime\.csv: it has checks of 10\.9\.9\.9$/,
    );
  });
});

describe('a log with holes', () => {
  test('time in which it holds nothing at all did not pass: a recovery has still to last', async () => {
    // Healthy for 1.5 minutes, then two hours without a row; the incident is closed 5 healthy minutes after it began.
    const hole = times(' ', 240);
    const { told, summary } = await play(
      { devices: [web()] },
      recorded({ ip: '10.0.0.1', checks: `+---+++++${hole}${times('+', 10)}` }),
    );
    const closed = told.find((line) => line.includes('incident-closed'));
    expect(summary).toMatchObject({ gaps: 1, gapMs: 241 * 30_000 });
    // Up for good with the second good row (150 s); 90 s until the hole; 210 s more behind it.
    expect(closed).toBe(`+${240 + 241 * 30 + 210}s incident-closed web`);
  });

  test('one that holds other devices meanwhile has a device of which nothing is known: it is not healed', async () => {
    const { told } = await play(
      { devices: [web({ heal: [{ name: 'restart', steps: [{ wait: '1s' }] }] }), device('other', 2)] },
      recorded(
        { ip: '10.0.0.1', checks: `+---${times(' ', 40)}+++` },
        { ip: '10.0.0.2', checks: times('+', 47) },
      ),
    );
    expect(told.slice(1, 5)).toEqual([
      '+90s incident-opened web',
      '+90s would-heal web 1/2 "restart"',
      '+221s verification web 1 false',
      '+231s would-refuse web healthy',
    ]);
    expect(told.filter((line) => line.includes('would-heal'))).toHaveLength(1);
  });

  test('a log of one row in five minutes has time enough for its verification', async () => {
    const sparse = (checks: string) => [...checks].join(times(' ', 9));
    const { told } = await play(
      { devices: [web()] },
      recorded({ ip: '10.0.0.1', checks: sparse('++---++++') }),
    );
    expect(told).toContain('+1200s would-heal web 1/2 "restart"');
    expect(told).toContain('+1800s verification web 1 true');
  });
});

describe('a replay', () => {
  const letters = fc.array(fc.constantFrom(...'++++++----~ '), { minLength: 5, maxLength: 80 });

  test('of the same log says the same, whatever is in it and in whatever order', async () => {
    const config = {
      monitoring: { successThreshold: 2 },
      devices: [web(), device('b', 2, { parents: ['web'] }), device('c', 3), device('d', 4)],
    };
    await fc.assert(
      fc.asyncProperty(fc.array(letters, { minLength: 4, maxLength: 4 }), fc.gen(), async (checks, gen) => {
        const patterns = checks.map((all, index) => ({
          ip: `10.0.0.${index + 1}`,
          checks: `+${all.join('')}`,
          delayMs: index * 1_000,
        }));
        const rows = rowsOf(patterns);
        const shuffled = gen(fc.shuffledSubarray, rows, { minLength: rows.length });
        const [first, second] = [
          await play(config, readText(logText(rows))),
          await play(config, readText(logText(shuffled, '\r\n'))),
        ];
        expect(second.lines).toEqual(first.lines);
        expect({ ...second.summary, source: '' }).toEqual({ ...first.summary, source: '' });
      }),
      { numRuns: 25 },
    );
  });

  test('of two days of a hundred devices finds every outage that is in them', {
    timeout: 60_000,
  }, async () => {
    const checks = 2 * 24 * 120;
    const hundred = Array.from({ length: 100 }, (_, index) => ({
      ip: `10.0.1.${index + 1}`,
      // One outage each, of three rows and at another time.
      checks: `${times('+', 100 + index * 50)}---${times('+', checks - 103 - index * 50)}`,
      delayMs: (index % 30) * 1_000,
    }));
    const { summary, told } = await play(
      { devices: hundred.map(({ ip }) => ({ id: ip, ip, heal: [{ steps: [{ wait: '1s' }] }] })) },
      recorded(...hundred),
    );
    expect(summary).toMatchObject({
      devices: 100,
      samples: 100 * checks,
      incidents: 100,
      heals: 100,
      recovered: 100,
      notRecovered: 0,
      refused: {},
      needsHuman: 0,
    });
    expect(told.filter((line) => line.includes('incident-closed'))).toHaveLength(100);
  });
});
