/** The last 90 days of a device, a bar each. */
import { el, setText } from './dom.ts';
import { duration, percent } from './format.ts';
import { type Day, daysOf } from './history.ts';

const DAYS = 90;

/** Bars, a line of words for the one that is looked at, and the bad days as a table. */
export function deviceDays() {
  const words = el('p', 'soft');
  const bars = el('ol', 'days', [], { 'aria-hidden': 'true' });
  const table = el('tbody');
  const details = el('details', 'bad-days', [
    el('summary', '', ['Days with an outage']),
    el('table', '', [
      el('thead', '', [
        el(
          'tr',
          '',
          ['Day', 'Uptime', 'Down for', 'Outages'].map((name) => el('th', '', [name], { scope: 'col' })),
        ),
      ]),
      table,
    ]),
  ]);
  const element = el('section', '', [el('h2', '', [`${DAYS} days`]), bars, words, details]);

  return {
    element,
    async show(device: string, isStill: () => boolean): Promise<void> {
      const answer = await daysOf(device, DAYS);
      if (!isStill()) return;
      element.hidden = answer === null;
      if (answer === null) return;
      const total = totalOf(answer.days);
      setText(words, total);
      bars.replaceChildren(
        ...answer.days.map((day) => {
          const bar = el('li', classOf(day), [], { title: dayWords(day) });
          bar.addEventListener('pointerenter', () => setText(words, dayWords(day)));
          bar.addEventListener('pointerleave', () => setText(words, total));
          return bar;
        }),
      );
      const bad = answer.days.filter(({ outages, downMs }) => outages > 0 || downMs > 0).reverse();
      details.hidden = bad.length === 0;
      table.replaceChildren(
        ...bad.map(({ day, uptimePercent, downMs, outages }) =>
          el(
            'tr',
            '',
            [day, percent(uptimePercent, 2), duration(downMs), String(outages)].map((text) =>
              el('td', '', [text]),
            ),
          ),
        ),
      );
    },
  };
}

function classOf({ uptimePercent }: Day): string {
  if (uptimePercent === null) return 'unknown';
  if (uptimePercent === 100) return 'all-up';
  return uptimePercent >= 99 ? 'mostly-up' : 'mostly-down';
}

function dayWords({ day, uptimePercent, downMs, outages }: Day): string {
  if (uptimePercent === null) return `${day}: not watched`;
  if (outages === 0 && downMs === 0) return `${day}: ${percent(uptimePercent, 2)}`;
  return `${day}: ${percent(uptimePercent, 2)}, ${outageWords(outages)}, down for ${duration(downMs)}`;
}

function totalOf(days: readonly Day[]): string {
  const watched = days.filter(({ uptimePercent }) => uptimePercent !== null);
  if (watched.length === 0) return 'Not watched so far.';
  const checks = watched.reduce((sum, day) => sum + day.checks, 0);
  const mean =
    watched.reduce((sum, day) => sum + day.uptimePercent! * Math.max(1, day.checks), 0) /
    Math.max(checks, watched.length);
  const outages = days.reduce((sum, day) => sum + day.outages, 0);
  const downMs = days.reduce((sum, day) => sum + day.downMs, 0);
  const watchedFor = `${watched.length} ${watched.length === 1 ? 'day' : 'days'} watched`;
  return outages === 0 && downMs === 0
    ? `${percent(mean, 3)} up, no outage, ${watchedFor}`
    : `${percent(mean, 3)} up, ${outageWords(outages)}, down for ${duration(downMs)}, ${watchedFor}`;
}

const outageWords = (count: number) => `${count} ${count === 1 ? 'outage' : 'outages'}`;
