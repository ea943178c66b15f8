import type { DeviceView, HealView } from '../../core/api/types.ts';
import { shownState } from '../../core/model/shown-state.ts';
import { fitTo, line, rule, type Span, spansWidth, steady } from '../cells.ts';
import { chart, WINDOWS_MS, wholeWindow } from '../chart.ts';
import { noteOf } from '../device-state.ts';
import { clock, coarseDuration, duration, loss, p95, rtt, uptime } from '../format.ts';
import { bodyHeight, type Scene } from '../ui.ts';
import { eventSpans } from './event-line.ts';
import { healWord, transcriptTail } from './heals.ts';

/** Beside each other where the screen is this wide, else under each other. */
const TWO_PANES = 110;

/** One device in full. The first two lines stand still, the rest scrolls. */
export function deviceLines(scene: Scene): { head: string[]; scrolling: string[] } {
  const { ui, data, look, size } = scene;
  const device = data.byId.get(ui.device ?? '');
  if (!device) {
    const gone = line(look, size.columns, [
      ['warn', ' This device is no longer in the config. Esc goes back.'],
    ]);
    return { head: [gone, ''], scrolling: [] };
  }
  return {
    head: headLines(scene, device),
    scrolling: scrollingLines(scene, device),
  };
}

function headLines({ look, size, now, data, samples }: Scene, device: DeviceView): string[] {
  const { glyphs } = look;
  const state = shownState(device);
  const note = noteOf(device, data);
  const answered = samples.map(({ rttMs }) => rttMs).filter((rttMs) => rttMs !== null);
  const slow = p95(answered);
  const jitter = jitterOf(answered);
  const first: Span[] = [
    ['title', ` ${steady(device.label, glyphs)}`],
    '  ',
    [state, `${glyphs.states[state]} ${state} ${duration(now - device.since)}`],
    note === '' ? '' : ['warn', `  ${note}`],
  ];
  const second: Span[] = [
    ['dim', ' rtt '],
    device.rttMs === null ? '-' : `${rtt(device.rttMs)} ms`,
    ['dim', '  average '],
    device.stats.averageRttMs === null ? '-' : `${rtt(device.stats.averageRttMs)} ms`,
    ['dim', '  p95 '],
    slow === null ? '-' : `${rtt(slow)} ms`,
    ['dim', '  jitter '],
    jitter === null ? '-' : `${rtt(jitter)} ms`,
    ['dim', '  loss '],
    loss(device.lossPercent),
    ['dim', '  up '],
    `${uptime(device.stats.uptimePercent)}%`,
    ['dim', '  checks '],
    `${device.stats.onlineChecks.toLocaleString('en')}/${device.stats.totalChecks.toLocaleString('en')}`,
  ];
  return [line(look, size.columns, first), line(look, size.columns, second)];
}

/** The mean step from one RTT to the next. */
function jitterOf(rttMs: readonly number[]): number | null {
  if (rttMs.length < 2) return null;
  const steps = rttMs.slice(1).map((value, index) => Math.abs(value - rttMs[index]!));
  return steps.reduce((sum, step) => sum + step, 0) / steps.length;
}

/** What happens comes before how it is set up, unless both fit beside each other. */
function scrollingLines(scene: Scene, device: DeviceView): string[] {
  const { columns } = scene.size;
  const heal = lastHeal(scene, device);
  const story = [...stateLines(scene, device), ...(heal ? healLines(scene, heal) : [])];
  const events = eventLines(scene, device);
  if (columns < TWO_PANES || scene.ui.isFull)
    return [...chartPane(scene, columns), ...story, ...factsPane(scene, device, columns), ...events];
  const left = Math.floor(columns * 0.52);
  const right = factsPane(scene, device, columns - left - 1);
  return [...beside(scene, chartPane(scene, left), right, left), ...story, ...events];
}

function chartPane({ look, samples, now, ui, size }: Scene, width: number): string[] {
  const windowMs = WINDOWS_MS[ui.zoom ?? wholeWindow(samples, now)]!;
  const title = rule(look, width, `RTT ${duration(windowMs)}`, '[ ] zoom');
  if (samples.length === 0) return [title, line(look, width, [['dim', '  no samples yet']])];
  const height = ui.isFull ? bodyHeight(size) - 3 : size.rows >= 32 ? 10 : 7;
  return [title, ...chart(samples, now, windowMs, look, width, height)];
}

function factsPane(scene: Scene, device: DeviceView, width: number): string[] {
  const { look } = scene;
  return [
    rule(look, width, 'how it is checked and healed'),
    ...facts(scene, device).map(([name, spans]) =>
      line(look, width, [['dim', ` ${fitTo(name, 10, look.glyphs)}`], ...spans]),
    ),
  ];
}

/** Two panes in one; the left is padded by what it shows, colours aside. */
function beside({ look }: Scene, left: readonly string[], right: readonly string[], width: number): string[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => {
    const one = left[index] ?? '';
    const bare = one.replace(/\x1b\[[\d;]*m/g, '');
    return `${one}${' '.repeat(Math.max(0, width - spansWidth(look, [bare])))} ${right[index] ?? ''}`;
  });
}

function facts({ data, look }: Scene, device: DeviceView): [string, Span[]][] {
  const { config, probes, healing, flags } = device;
  const { glyphs } = look;
  const tags = Object.entries(device.tags).map(([key, value]) => `${key}=${value}`);
  const rows: [string, Span[]][] = [
    ['address', [device.address, ['dim', `  group ${device.group}`]]],
    [
      'checked',
      [
        `every ${duration(config.intervalMs)}, timeout ${duration(config.timeoutMs)}, down after ${config.failureThreshold} failures`,
      ],
    ],
    ['through', parentSpans(device, data.labelOf, (id) => data.byId.get(id), look.glyphs.states)],
    ['login', [config.ssh ?? 'no ssh', ['dim', config.via ? `  through ${config.via.join(', ')}` : '']]],
    ['heals by', [config.strategies.join(', ') || 'nothing: no strategy']],
    [
      'healing',
      [
        `${healing.phase.replaceAll('-', ' ')}, ${healing.attempts} of ${healing.maxAttempts} attempts`,
        healing.reason === null ? '' : (['dim', ` (${healing.reason})`] as const),
      ],
    ],
  ];
  if (tags.length > 0) rows.push(['tags', [tags.join(' ')]]);
  if (device.failure)
    rows.push([
      'failure',
      [['bad', `${device.failure.probe} ${device.failure.kind}: ${device.failure.message}`]],
    ]);
  if (flags.acknowledged)
    rows.push(['ack', [`${flags.acknowledged.by}: ${flags.acknowledged.reason || '(no reason)'}`]]);
  for (const { name, ok, rttMs, message } of probes) {
    const sign: Span =
      ok === null
        ? ['dim', glyphs.states.unknown]
        : ok
          ? ['good', glyphs.states.up]
          : ['bad', glyphs.states.down];
    const words = rttMs === null ? '' : ` ${rtt(rttMs)} ms`;
    rows.push(['probe', [sign, ` ${name}${words}`, ['dim', message === null ? '' : `  ${message}`]]]);
  }
  return rows;
}

function parentSpans(
  { parents }: DeviceView,
  labelOf: (id: string) => string,
  find: (id: string) => DeviceView | undefined,
  signs: Readonly<Record<string, string>>,
): Span[] {
  if (parents.length === 0) return ['nothing: reached directly'];
  return parents.flatMap((id, index): Span[] => {
    const parent = find(id);
    const state = parent ? shownState(parent) : 'unknown';
    return [index === 0 ? '' : ', ', [state, `${signs[state]} `], labelOf(id)];
  });
}

/** How the device went from state to state, as far as the events reach back. */
function stateLines({ events, look, size, now }: Scene, device: DeviceView): string[] {
  const changes = events.filter(({ device: id, to }) => id === device.id && to !== undefined).slice(0, 8);
  const spans: Span[] = [' '];
  const oldest = changes.at(-1);
  if (oldest?.from) spans.push([oldest.from, `${look.glyphs.states[oldest.from]} ${oldest.from}`]);
  for (const [index, { to, at }] of [...changes.entries()].reverse()) {
    const next = changes[index - 1];
    const lasted = (next ? Date.parse(next.at) : now) - Date.parse(at);
    spans.push(
      ['dim', ` ${look.glyphs.arrow} ${clock(Date.parse(at))} `],
      [to!, `${look.glyphs.states[to!]} ${to} ${coarseDuration(lasted)}`],
    );
  }
  if (changes.length === 0)
    spans.push([
      device.reachability,
      `${look.glyphs.states[device.reachability]} ${device.reachability} for ${duration(now - device.since)}`,
    ]);
  return [rule(look, size.columns, 'states'), line(look, size.columns, spans)];
}

function lastHeal({ data }: Scene, device: DeviceView): HealView | undefined {
  return data.snapshot.heals
    .filter((heal) => heal.device === device.id)
    .toSorted((a, b) => b.startedAt - a.startedAt)[0];
}

function healLines({ look, size }: Scene, heal: HealView): string[] {
  const [, word] = healWord(heal);
  const title = `last heal ${heal.attempt}/${heal.maxAttempts} "${heal.strategy}": ${word}`;
  // A plan is shown whole: this is what somebody may be about to approve.
  const height = heal.transcript.length === 0 ? Number.POSITIVE_INFINITY : size.rows >= 32 ? 7 : 5;
  return [rule(look, size.columns, title, 't all'), ...transcriptTail(heal, look, size.columns, height)];
}

function eventLines({ events, look, size, data }: Scene, device: DeviceView): string[] {
  const own = events.filter(({ device: id }) => id === device.id).slice(0, 20);
  const lines = own.map((event) => line(look, size.columns, eventSpans(event, data, look)));
  if (own.length === 0) lines.push(line(look, size.columns, [['dim', '  none yet']]));
  return [rule(look, size.columns, 'events of this device'), ...lines];
}

/** How far the detail can be scrolled. */
export function lastDetailTop(scene: Scene): number {
  const { head, scrolling } = deviceLines(scene);
  return Math.max(0, scrolling.length - (bodyHeight(scene.size) - head.length));
}
