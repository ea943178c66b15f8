const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 96;
const HEIGHT = 22;
const PAD = 3;

/** The last RTTs as a line, scaled from the least to the 95th percentile; a lost check is a stroke at the bottom. */
export function sparkline(recent: readonly (number | null)[], slots = 20): SVGSVGElement {
  const svg = svgElement('svg', {
    class: 'spark',
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': describe(recent),
  });
  const y = scale(recent);
  const step = (WIDTH - 2) / (slots - 1);
  const x = (index: number) => (1 + (slots - recent.length + index) * step).toFixed(1);
  let run: string[] = [];
  const endRun = () => {
    if (run.length > 1) svg.append(svgElement('polyline', { points: run.join(' ') }));
    else if (run.length === 1) {
      const [cx, cy] = run[0]!.split(',') as [string, string];
      svg.append(svgElement('circle', { class: 'dot', r: '1.2', cx, cy }));
    }
    run = [];
  };
  recent.forEach((rttMs, index) => {
    if (rttMs !== null) {
      run.push(`${x(index)},${y(rttMs).toFixed(1)}`);
      return;
    }
    endRun();
    const bottom = { x1: x(index), x2: x(index), y1: String(HEIGHT - 6), y2: String(HEIGHT - 1) };
    svg.append(svgElement('line', { class: 'lost', ...bottom }));
  });
  endRun();
  return svg;
}

function scale(recent: readonly (number | null)[]): (rttMs: number) => number {
  const sorted = recent.filter((rttMs) => rttMs !== null).sort((a, b) => a - b);
  const least = sorted[0] ?? 0;
  const most = sorted[Math.floor(0.95 * (sorted.length - 1))] ?? 0;
  // A tenth of a millisecond of jitter is a flat line, not a mountain range.
  const span = Math.max(most - least, least * 0.5, 0.2);
  return (rttMs) => HEIGHT - PAD - (Math.min(rttMs - least, span) / span) * (HEIGHT - 2 * PAD);
}

function describe(recent: readonly (number | null)[]): string {
  const lost = recent.filter((rttMs) => rttMs === null).length;
  return `${lost} of the last ${recent.length} checks lost`;
}

function svgElement<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>>,
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
