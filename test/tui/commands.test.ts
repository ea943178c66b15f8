import { describe, expect, it } from 'vitest';
import { paste } from '../../src/tui/input.ts';
import { FakeSource, fleet, NOW, planOf, snapshot } from './fake-source.ts';
import { openUi } from './scene.ts';

describe('acting', () => {
  it('shows the plan and the gates against it before a heal by hand, and asks', async () => {
    const source = new FakeSource({
      answer: (action) =>
        action.type === 'dry-run'
          ? {
              ok: true,
              message: '',
              plan: planOf('x'),
              gates: [{ gate: 'cooling-down', ok: false, reason: '8 s are left' }],
            }
          : { ok: true, message: 'wan-rt-02 is healed' },
    });
    const ui = openUi({ source });
    await ui.press('H');
    expect(ui.box()).toContain('Gate "cooling-down" is against it: 8 s are left');
    expect(ui.box()).toContain('no shutdown');
    expect(ui.asked('heal')).toEqual([]);
    await ui.press('y');
    expect(ui.asked('heal')).toEqual([{ type: 'heal', device: 'wan-rt-02', by: 'oper' }]);
    expect(ui.text()).toContain('wan-rt-02 is healed');
    ui.close();
  });

  it('heals nothing where the answer is n or Enter', async () => {
    const ui = openUi();
    await ui.press('H', 'enter', 'n');
    expect(ui.asked('heal')).toEqual([]);
    expect(ui.store.frame.box).toBeNull();
    ui.close();
  });

  it('shows a refusal in the message line', async () => {
    const source = new FakeSource({
      answer: () => ({ ok: false, code: 'NH_REFUSED', message: 'not now: in downtime' }),
    });
    const ui = openUi({ source });
    await ui.press('p');
    expect(ui.store.frame.lines.at(-2)).toContain('not now: in downtime');
    ui.close();
  });

  it('acknowledges with a reason, and not without one', async () => {
    const ui = openUi();
    await ui.press('A', 'enter');
    expect(ui.text()).toContain('needs a reason');
    await ui.press('A', ...'on it', 'enter');
    expect(ui.asked('ack')).toEqual([{ type: 'ack', device: 'wan-rt-02', by: 'oper', reason: 'on it' }]);
    ui.close();
  });

  it('takes an acknowledgement back', async () => {
    const acknowledged = { by: 'x', reason: 'y', at: NOW, until: null };
    const devices = fleet().map((one) => ({ ...one, flags: { ...one.flags, acknowledged } }));
    const ui = openUi({ source: new FakeSource({ snapshot: snapshot({ devices }) }) });
    await ui.press('A');
    expect(ui.asked('unack')).toEqual([{ type: 'unack', device: 'wan-rt-02', by: 'oper' }]);
    ui.close();
  });

  it('sets a downtime from "2h new firmware"', async () => {
    const ui = openUi();
    await ui.press('m', ...'tomorrow', 'enter');
    expect(ui.text()).toContain('begin with how long');
    await ui.press('m', ...'2h new firmware', 'enter');
    expect(ui.asked('downtime')).toEqual([
      { type: 'downtime', device: 'wan-rt-02', by: 'oper', durationMs: 7_200_000, reason: 'new firmware' },
    ]);
    ui.close();
  });

  it('pauses all healing after a question, and resumes what was stopped', async () => {
    const ui = openUi();
    await ui.press('P', 'y');
    expect(ui.asked('pause')).toEqual([{ type: 'pause', by: 'oper' }]);
    const { monitor } = ui.source.snapshot();
    ui.source.change({ monitor: { ...monitor, healingStopped: '40% of the fleet is unhealthy' } });
    await expect.poll(() => ui.lineWith('STOPPED')).not.toBe('');
    await ui.press('P');
    expect(ui.box()).toContain('40% of the fleet is unhealthy');
    await ui.press('y');
    expect(ui.asked('resume')).toEqual([{ type: 'resume', by: 'oper' }]);
    ui.close();
  });

  it.each(['H', 'A', 'm', 'p', 'P'])(
    'does nothing with %s in a read-only session, and says so',
    async (key) => {
      const ui = openUi({ readOnly: true });
      await ui.press(key);
      expect(ui.text()).toContain('This session is read-only');
      expect(ui.source.asked).toEqual([]);
      ui.close();
    },
  );

  it('asks before it quits only where the engine would end with it', async () => {
    const attached = openUi();
    await attached.press('q');
    expect(attached.calls.quit).toBe(1);
    const inside = openUi({ source: new FakeSource({ inProcess: true }) });
    await inside.press('q', 'n', 'q');
    expect(inside.calls.quit).toBe(0);
    expect(inside.box()).toContain('end with it');
    await inside.press('y');
    expect(inside.calls.quit).toBe(1);
    await inside.press('ctrl+c');
    expect(inside.calls.quit).toBe(2);
    attached.close();
    inside.close();
  });
});

describe('finding', () => {
  it('filters while it is typed; Esc clears it', async () => {
    const ui = openUi();
    await ui.press('/', ...'state:down');
    expect(ui.lineWith('Fleet')).toContain('2 of 47');
    await ui.press('enter');
    expect(ui.lineWith('Fleet')).toContain('state:down');
    await ui.press('escape');
    expect(ui.lineWith('Fleet')).toContain('47 of 47');
    ui.close();
  });

  it('keeps the filters of the fleet and of the events apart', async () => {
    const ui = openUi();
    await ui.press('!', '2');
    expect(ui.lineWith('Events')).toContain('48 of 48');
    await ui.press('/', ...'lobby', 'enter');
    expect(ui.lineWith('Events')).toContain('3 of 48');
    await ui.press('1');
    expect(ui.lineWith('Fleet')).toContain('8 of 47');
    await ui.press('3', 'escape');
    expect(ui.lineWith('Fleet')).toContain('8 of 47');
    await ui.press('escape');
    expect(ui.lineWith('Fleet')).toContain('47 of 47');
    await ui.press('2', 'escape', 'escape');
    expect(ui.lineWith('Fleet')).toContain('47 of 47');
    ui.close();
  });

  it('says what is wrong with a filter', async () => {
    const ui = openUi();
    await ui.press('/', ...'rtt>x', 'enter');
    expect(ui.lineWith('Fleet')).toContain('needs a number');
    ui.close();
  });

  it('takes pasted text where text is typed and nowhere else', async () => {
    const ui = openUi();
    paste(ui.shell, 'qHy');
    expect(ui.calls.quit + ui.source.asked.length).toBe(0);
    await ui.press('/');
    paste(ui.shell, 'lob\x1b\rby');
    expect(ui.store.ui.filters.fleet).toBe('lob by');
    ui.close();
  });

  it('keeps the cursor on its device while the order changes', async () => {
    const ui = openUi();
    await ui.press('j', 'j');
    const selected = ui.store.selectedDevice();
    await ui.press('s', 'S', 'b');
    expect(ui.store.selectedDevice()).toBe(selected);
    ui.close();
  });

  it('closes a group from any of its devices', async () => {
    const ui = openUi();
    await ui.press('j', 'h');
    expect(ui.lineWith('▸ berlin')).toMatch(/^>/);
    await ui.press('l');
    expect(ui.lineWith('▾ berlin')).not.toBe('');
    ui.close();
  });
});

describe('views', () => {
  it('opens a device with chart, probes, last heal and its events', async () => {
    const ui = openUi();
    await ui.press('/', ...'lobby', 'enter', 'j', 'enter');
    for (const words of [
      'RTT 30m',
      '×',
      'admin@10.1.4.17:22',
      'heal 2/2 "interface cycle"',
      'states',
      'events of this device',
    ])
      expect(ui.text()).toContain(words);
    await ui.press('escape');
    expect(ui.lineWith('Fleet')).not.toBe('');
    ui.close();
  });

  it.each(['1', '2', '3', '4', '5'])(
    'marks the row that keys act on without any colour (%s)',
    async (view) => {
      const ui = openUi({ colour: false });
      await ui.press(view);
      const marked = () => ui.store.frame.lines.filter((line) => line.startsWith('>'));
      const [first] = marked();
      expect(marked()).toHaveLength(1);
      await ui.press('j');
      expect(marked()).toHaveLength(1);
      expect(marked()[0]).not.toBe(first);
      ui.close();
    },
  );

  it('follows the newest event until somebody scrolls', async () => {
    const ui = openUi();
    await ui.press('2', 'j');
    expect(ui.lineWith('Events')).toContain('follow: off');
    const top = ui.store.frame.lines[3];
    const event = {
      seq: 99,
      at: new Date(NOW).toISOString(),
      type: 'notice',
      level: 'info',
      message: 'brand new',
    } as const;
    ui.source.change({ seq: 99, events: [event] });
    await expect.poll(() => ui.lineWith('Events')).toContain('49 of 49');
    expect(ui.store.selectedDevice()).toBe('ap-lobby');
    await ui.press('f');
    expect(ui.store.frame.lines[3]).not.toBe(top);
    expect(ui.text()).toContain('brand new');
    ui.close();
  });

  it('shows incidents with what they made unreachable', async () => {
    const ui = openUi();
    await ui.press('3');
    expect(ui.lineWith('#42')).toMatch(/heal 1\/2 approval! +root of 4/);
    expect(ui.text()).toMatch(/├ ◌ sw-b-01[\s\S]*└ ◌ 2 more/);
    ui.close();
  });

  it('lists all that an incident made unreachable with l, and the first ones again with h', async () => {
    const ui = openUi();
    await ui.press('3', 'j', 'l');
    expect(ui.text()).toMatch(/├ ◌ sw-b-01[\s\S]*├ ◌ ap-b-01[\s\S]*└ ◌ ap-b-02/);
    await ui.press('h');
    expect(ui.text()).toMatch(/└ ◌ 2 more/);
    ui.close();
  });

  it('shows an incident with more victims than a screen has lines, as many as fit', async () => {
    const devices = snapshot().devices.map((device) =>
      device.group === 'paris'
        ? { ...device, reachability: 'unreachable' as const, rootCause: 'wan-rt-02' }
        : device,
    );
    const source = new FakeSource({ snapshot: snapshot({ devices }) });
    const ui = openUi({ source, columns: 80, rows: 24 });
    await ui.press('3', 'j', 'l');
    expect(ui.lineWith('#42')).toContain('>');
    expect(ui.text()).toMatch(/├ ◌ sw-b-01[\s\S]*└ ◌ \d+ more/);
    ui.close();
  });

  it('tells what has happened in an incident, and nothing of others', async () => {
    const ui = openUi();
    await ui.press('3', 'j', 'j');
    const story = ui.store.frame.lines.filter((line) => /^│ +\d\d:/.test(line)).join('\n');
    expect(story).toMatch(/waits for approval[\s\S]*heal 1\/2 failed[\s\S]*is down/);
    expect(story).not.toContain('wan-rt-02');
    ui.close();
  });

  it('shows the transcript of a heal and of plugins what they cost', async () => {
    const ui = openUi();
    await ui.press('4', 'G');
    expect(ui.text()).toContain('$ radio restart');
    await ui.press('5', 'G');
    expect(ui.lineWith('smtp')).toMatch(/faulty +1,204 +2 +1 +3,021\.0 +connect ECONNREFUSED/);
    ui.close();
  });

  it('gives every command of a transcript one prompt: its own, or ours where it has none', async () => {
    const [running] = snapshot().heals.filter(({ phase }) => phase === 'running');
    const transcript = ['$ uptime', '# reboot', 'GET http://nas/restart'].map((text) => ({
      at: NOW,
      kind: 'command' as const,
      text,
    }));
    const ui = openUi({
      source: new FakeSource({ snapshot: snapshot({ heals: [{ ...running!, transcript }] }) }),
    });
    await ui.press('4');
    const told = ui.store.frame.lines
      .filter((line) => /^│ \d\d:/.test(line))
      .map((line) => line.slice('│ 14:02:31 '.length, -1).trimEnd());
    expect(told).toEqual(['$ uptime', '# reboot', '$ GET http://nas/restart']);
    ui.close();
  });

  it('says why a heal failed on a narrow screen too', async () => {
    const ui = openUi({ columns: 80, rows: 24 });
    await ui.press('4', 'G');
    expect(ui.text()).toContain('by auto: 3 checks, no answer');
    ui.close();
  });

  it('shows the counts however small the terminal is, and the gravest devices where there is room', () => {
    const ui = openUi({ columns: 30, rows: 13 });
    expect(ui.text()).toMatch(/✖ 2 down[\s\S]*2 approvals!/);
    expect(ui.text()).toContain('✖ ap-lobby 2m');
    ui.store.resize({ columns: 12, rows: 3 });
    expect(ui.store.frame.lines).toHaveLength(3);
    ui.close();
  });

  it.each([
    [60, 15],
    [61, 16],
    [79, 23],
    [200, 70],
  ])('fills a screen of %i x %i exactly, in every view', async (columns, rows) => {
    const ui = openUi({ columns, rows });
    for (const keys of [['1'], ['2'], ['3'], ['4'], ['5'], ['1', 'enter'], ['?']]) {
      await ui.press(...keys);
      expect(ui.store.frame.lines).toHaveLength(rows);
    }
    ui.close();
  });

  it('says that the picture is old when the daemon is gone', () => {
    const source = new FakeSource();
    source.state = 'stale';
    const ui = openUi({ source });
    expect(ui.store.frame.lines[0]).toContain('STALE');
    expect(ui.text()).toContain('The daemon is gone since 14:02:19');
    ui.close();
  });
});
