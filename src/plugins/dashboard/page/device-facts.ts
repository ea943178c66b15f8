import { el } from './dom.ts';
import { duration, rtt } from './format.ts';
import { lookOf } from './looks.ts';
import type { Picture } from './picture.ts';
import { deviceHref } from './route.ts';
import type { DeviceRow } from './wire.ts';

/** How a device is watched and healed, and which devices stand before and behind it. */
export function deviceFacts() {
  const list = el('dl', 'facts');
  return {
    element: el('section', '', [el('h2', '', ['How it is watched']), list]),
    show(device: DeviceRow, { devices }: Picture): void {
      const { config } = device;
      const children = [...devices.values()].filter(({ parents }) => parents.includes(device.id));
      const facts: readonly (readonly [string, readonly (Node | string)[]])[] = [
        [
          'Checked',
          [
            `every ${duration(config.intervalMs)}, timeout ${duration(config.timeoutMs)}, an outage after ${config.failureThreshold} failures`,
          ],
        ],
        ['Probes', device.probes.map((probe, index) => probeWords(probe, index))],
        ['SSH', [[config.ssh ?? 'none', ...(config.via ?? []).map((hop) => `through ${hop}`)].join(' ')]],
        ['Heals by', [config.strategies.join(', then ') || 'nobody: no strategy is configured']],
        ['Group', [device.group]],
        [
          'Tags',
          [
            Object.entries(device.tags)
              .map(([key, value]) => `${key}=${value}`)
              .join(', '),
          ],
        ],
        ['Behind', device.parents.map((id) => link(devices.get(id), id))],
        ['Before', children.slice(0, MOST_CHILDREN).map((child) => link(child, child.id))],
      ];
      list.replaceChildren(
        ...facts.flatMap(([name, values]) =>
          values.length === 0 || values[0] === ''
            ? []
            : [
                el('dt', '', [name]),
                el(
                  'dd',
                  '',
                  values.flatMap((value, index) => (index === 0 ? [value] : [', ', value])),
                ),
              ],
        ),
      );
    },
  };
}

const MOST_CHILDREN = 50;

function probeWords({ name, ok, rttMs, message }: DeviceRow['probes'][number], index: number): Node {
  const verdict = ok === null ? 'not known' : ok ? 'good' : 'failed';
  const words = [verdict, rttMs === null ? null : rtt(rttMs), message]
    .filter((word) => word !== null)
    .join(', ');
  return el('span', ok === false ? 'down' : '', [`${name} (${words})`], { 'data-probe': String(index) });
}

function link(device: DeviceRow | undefined, id: string): Node {
  if (device === undefined) return el('a', '', [id], { href: deviceHref(id) });
  const look = lookOf(device);
  return el(
    'a',
    '',
    [el('span', `glyph ${look.className}`, [look.glyph], { 'aria-hidden': 'true' }), device.label],
    {
      href: deviceHref(id),
      'aria-label': `${device.label}, ${look.word}`,
    },
  );
}
