/** RTT and loss of a device over time: the band from the least to the most, the average as a line, loss as red shade. */
import type uPlot from 'uplot';
import { answerOf } from './answers.ts';
import { el, setText } from './dom.ts';
import { percent, rtt } from './format.ts';
import { type Series, type SeriesPoint, seriesOf } from './history.ts';

const HOUR_MS = 3_600_000;
const RANGES = [
  { name: '1h', words: 'hour', ms: HOUR_MS },
  { name: '6h', words: '6 hours', ms: 6 * HOUR_MS },
  { name: '24h', words: '24 hours', ms: 24 * HOUR_MS },
  { name: '30d', words: '30 days', ms: 30 * 24 * HOUR_MS },
  { name: '90d', words: '90 days', ms: 90 * 24 * HOUR_MS },
] as const;
type Range = (typeof RANGES)[number];

/** One point for each two pixels. */
const POINTS = 400;
const HEIGHT = 220;
const DAY_S = 86_400;
const NARROW = 560;
/** A name of its own keeps tsc from looking for the file: the server takes it from the package. */
const UPLOT = '/page/uplot.js';

/** The chart of the device that `open` names, as of each `refresh`. */
export function deviceChart() {
  const picture = el('div', 'chart', [], { role: 'img', 'aria-label': 'Nothing is measured yet' });
  const words = el('p', 'soft');
  const readout = el('p', 'soft readout', [], { 'aria-hidden': 'true' });
  const buttons = RANGES.map((range) => {
    const name = [range.name, el('span', 'hidden', [`: the last ${range.words}`])];
    const button = el('button', '', name, { type: 'button' });
    button.addEventListener('click', () => {
      shown = range;
      void refresh();
    });
    return { range, button };
  });
  const element = el('section', '', [
    el('div', 'bar', [
      el('h2', '', ['Round-trip time']),
      el(
        'div',
        'ranges',
        buttons.map(({ button }) => button),
        { role: 'group', 'aria-label': 'Range' },
      ),
    ]),
    picture,
    el('div', 'bar', [words, readout]),
  ]);

  let device = '';
  let shown: Range = RANGES[0];
  let plot: uPlot | null = null;
  let last: Series | null = null;
  let asked = 0;

  async function refresh(): Promise<void> {
    const question = ++asked;
    for (const { range, button } of buttons) button.setAttribute('aria-pressed', String(range === shown));
    const now = Date.now();
    const range = shown;
    const [Plot, series] = await Promise.all([
      import(UPLOT) as Promise<{ default: typeof uPlot }>,
      seriesOf(device, now - range.ms, now, POINTS),
    ]);
    const found = series ?? (await lastSamples(device, now));
    // Another device or range was asked for meanwhile.
    if (question !== asked) return;
    for (const { button } of buttons) button.disabled = series === null;
    const text =
      series === null
        ? `Without the history plugin: ${summary(found, 'checks')}`
        : summary(found, range.words);
    setText(words, text);
    picture.setAttribute('aria-label', text);
    last = found;
    draw(Plot.default, found);
  }

  function draw(Plot: typeof uPlot, series: Series): void {
    const data = columns(series.points);
    const width = Math.max(280, picture.clientWidth);
    if (plot === null) {
      plot = new Plot(
        options(width, colours(picture), {
          span: () => [last!.from / 1_000, last!.to / 1_000],
          onPoint: tellPoint,
        }),
        data,
        picture,
      );
    } else {
      if (plot.width !== width) plot.setSize({ width, height: HEIGHT });
      plot.setData(data);
    }
  }

  function tellPoint(index: number | null): void {
    const point = index === null ? undefined : last?.points[index];
    setText(readout, point === undefined ? '' : pointWords(point));
  }

  function forget(): void {
    plot?.destroy();
    plot = null;
  }

  return {
    element,
    open(id: string): void {
      device = id;
      shown = RANGES[0];
      forget();
    },
    refresh,
    /** The colours or the width have changed. */
    redraw(): void {
      forget();
      if (device !== '') void refresh();
    },
    close(): void {
      asked += 1;
      device = '';
      forget();
    },
  };
}

/** Without a history: what the monitor itself remembers. */
async function lastSamples(device: string, now: number): Promise<Series> {
  const answer = await answerOf<{
    samples: readonly { at: number; rttMs: number | null; ok: boolean | null }[];
  }>(`/api/devices/${encodeURIComponent(device)}/samples`);
  const points = (answer?.samples ?? []).map(
    ({ at, rttMs, ok }): SeriesPoint => [at, 1, ok === null ? null : ok ? 0 : 100, rttMs, rttMs, rttMs],
  );
  return { from: points[0]?.[0] ?? now - HOUR_MS, to: now, stepMs: 0, points };
}

/** uPlot takes columns: seconds, least, most, average, loss. */
function columns(points: readonly SeriesPoint[]): uPlot.AlignedData {
  return [
    points.map(([at]) => at / 1_000),
    points.map(([, , , minMs]) => minMs),
    points.map(([, , , , , maxMs]) => maxMs),
    points.map(([, , , , avgMs]) => avgMs),
    points.map(([, , loss]) => loss),
  ];
}

function summary({ points }: Series, words: string): string {
  const answered = points.filter(([, , , , avgMs]) => avgMs !== null);
  let checks = 0;
  let lost = 0;
  let sum = 0;
  let weight = 0;
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const [, count, loss, minMs, avgMs, maxMs] of points) {
    checks += count;
    lost += (count * (loss ?? 0)) / 100;
    if (avgMs === null) continue;
    const answers = Math.max(1, count * (1 - (loss ?? 0) / 100));
    sum += avgMs * answers;
    weight += answers;
    least = Math.min(least, minMs ?? avgMs);
    most = Math.max(most, maxMs ?? avgMs);
  }
  if (checks === 0) return `Nothing was recorded in the last ${words}.`;
  const loss = `loss ${percent((100 * lost) / checks, 1)} of ${checks.toLocaleString('en')} checks`;
  return answered.length === 0
    ? `Last ${words}: no answer, ${loss}`
    : `Last ${words}: average ${rtt(sum / weight)}, from ${rtt(least)} to ${rtt(most)}, ${loss}`;
}

function pointWords([at, , loss, minMs, avgMs, maxMs]: SeriesPoint): string {
  const time = new Date(at).toLocaleString('en-GB', {
    day: '2-digit',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const range =
    avgMs === null
      ? 'no answer'
      : minMs === maxMs
        ? rtt(avgMs)
        : `${rtt(avgMs)} (${rtt(minMs)} to ${rtt(maxMs)})`;
  return `${time} · ${range}${loss === null || loss === 0 ? '' : ` · loss ${percent(loss, 0)}`}`;
}

type Colours = Readonly<Record<'line' | 'band' | 'loss' | 'text' | 'grid', string>>;

/** A canvas knows no variables of the style sheet: what they come to is read from an element that has the colour. */
function colours(host: HTMLElement): Colours {
  const probe = el('span');
  host.append(probe);
  const value = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const line = value('--healing');
  const found = { line, loss: value('--down'), text: value('--soft'), grid: value('--line') };
  probe.remove();
  return { ...found, band: `color-mix(in srgb, ${line} 22%, transparent)` };
}

function options(
  width: number,
  { line, band, loss, text, grid }: Colours,
  { span, onPoint }: Readonly<{ span(): [from: number, to: number]; onPoint(index: number | null): void }>,
): uPlot.Options {
  const axis = { stroke: text, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { range: () => span() },
      ms: { range: (_, _min, max) => [0, Math.max(max * 1.1, 1)] },
      percent: { range: [0, 100] },
    },
    axes: [
      {
        ...axis,
        space: width < NARROW ? 70 : 90,
        values: (_, ticks, _axis, _space, step) => ticks.map((tick) => tickWords(tick, step)),
      },
      { ...axis, scale: 'ms', size: 64, values: (_, ticks) => ticks.map((tick) => `${tick} ms`) },
    ],
    bands: [{ series: [2, 1], fill: band }],
    series: [
      {},
      { scale: 'ms', width: 0, points: { show: false } },
      { scale: 'ms', width: 0, points: { show: false } },
      { scale: 'ms', stroke: line, width: 1.5, points: { show: false } },
      { scale: 'percent', show: true, width: 0, points: { show: false } },
    ],
    hooks: {
      drawClear: [(plot) => shadeLoss(plot, loss)],
      setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)],
    },
  };
}

/** Time of day, 24 h; the date where a tick is a day. */
function tickWords(seconds: number, step: number): string {
  const time = new Date(seconds * 1_000);
  return step >= DAY_S
    ? time.toLocaleDateString('en-GB', { day: '2-digit', month: 'short' })
    : time.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

/** A lost check is red over its whole time and height, paler where only some were lost: it cannot be overlooked. */
function shadeLoss(plot: uPlot, colour: string): void {
  const [times, , , , losses] = plot.data;
  const { left, top, width, height } = plot.bbox;
  const pixels = devicePixelRatio;
  plot.ctx.save();
  plot.ctx.fillStyle = colour;
  for (let index = 0; index < times!.length; index++) {
    const lost = losses?.[index] ?? 0;
    if (lost === 0) continue;
    const from = plot.valToPos(times![index]!, 'x', true);
    const next = times![index + 1];
    const to = next === undefined ? from + 2 * pixels : plot.valToPos(next, 'x', true);
    const start = Math.max(left, from);
    const end = Math.min(left + width, Math.max(to, from + 2 * pixels));
    if (end <= start) continue;
    plot.ctx.globalAlpha = 0.12 + 0.38 * (lost / 100);
    plot.ctx.fillRect(start, top, end - start, height);
  }
  plot.ctx.restore();
}
