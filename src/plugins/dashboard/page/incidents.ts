import { actionButton, MAY_ACT } from './actions.ts';
import { byId, el, keyedList, setText } from './dom.ts';
import { duration } from './format.ts';
import { healingNote, lookOf } from './looks.ts';
import type { Picture } from './picture.ts';
import { deviceHref } from './route.ts';
import type { DeviceRow, Incident } from './wire.ts';

type Item = Readonly<{ incident: Incident; device: DeviceRow | undefined; behind: number }>;

/** Of a mass outage the newest are enough: the devices themselves stand in the table. */
const SHOWN = 50;

/** Open incidents: the root causes, how many devices are behind each, and what is being done. */
export function incidentList() {
  const draw = keyedList<Item>(
    byId('incidents'),
    drawItem,
    ({ incident }) => incident.id,
    // Everything that `drawItem` shows, but not what changes with every check.
    ({ incident, device, behind }) =>
      JSON.stringify([
        incident,
        behind,
        device?.label,
        device?.address,
        device && lookOf(device).word,
        device?.healing,
      ]),
  );
  const more = el('li', 'soft');
  const calm = el('li', 'calm', ['None: nothing is wrong.']);
  return {
    show({ incidents, devices }: Picture, now: number): void {
      const behind = new Map<string, number>();
      for (const { rootCause } of devices.values()) {
        if (rootCause !== null) behind.set(rootCause, (behind.get(rootCause) ?? 0) + 1);
      }
      const items = [...incidents.values()]
        .sort((a, b) => b.openedAt - a.openedAt)
        .map((incident) => ({
          incident,
          device: devices.get(incident.device),
          behind: behind.get(incident.device) ?? 0,
        }));
      draw(items.slice(0, SHOWN));
      if (items.length === 0) byId('incidents').replaceChildren(calm);
      if (items.length > SHOWN) {
        setText(more, `and ${(items.length - SHOWN).toLocaleString('en')} more that began earlier`);
        byId('incidents').append(more);
      }
      this.tick(now);
    },
    tick(now: number): void {
      for (const time of byId('incidents').querySelectorAll<HTMLElement>('time')) {
        setText(time, duration(now - Number(time.dataset.since)));
      }
    },
  };
}

function drawItem({ incident, device, behind }: Item): HTMLElement {
  const hasRecovered = incident.recoveredAt !== null;
  const look = device === undefined ? null : lookOf(device);
  const word = hasRecovered ? 'up again' : (look?.word ?? 'down');
  const className = hasRecovered ? 'up' : (look?.className ?? 'down');
  const time = el('time', 'soft', [], { 'aria-live': 'off' });
  time.dataset.since = String(incident.recoveredAt ?? incident.openedAt);
  const base = `/api/devices/${encodeURIComponent(incident.device)}`;
  const isMild = hasRecovered || look?.word === 'healing';
  return el('li', isMild ? 'is-healing' : '', [
    el('span', `state ${className}`, [
      el('span', 'glyph', [hasRecovered ? '●' : (look?.glyph ?? '✖')], { 'aria-hidden': 'true' }),
      word,
    ]),
    el('span', 'what', [
      el('a', 'name', [device?.label ?? incident.device], { href: deviceHref(incident.device) }),
      time,
      el('span', 'more-words', [` · ${details(incident, device, behind).join(' · ')}`]),
    ]),
    MAY_ACT && !hasRecovered
      ? el('span', 'buttons', [
          actionButton('Ping', `${base}/ping`),
          incident.acknowledged === null ? actionButton('Acknowledge', `${base}/ack`) : null,
          actionButton('Heal', `${base}/heal`),
        ])
      : null,
  ]);
}

function details(incident: Incident, device: DeviceRow | undefined, behind: number): string[] {
  // What needs a person stands in the incident itself.
  const healing = device?.healing.phase === 'needs-human' ? undefined : device?.healing;
  return [
    incident.failure.message,
    behind === 0 ? null : `${behind} ${behind === 1 ? 'device' : 'devices'} behind it`,
    healing === undefined ? null : healingNote(healing),
    incident.needsHuman === null ? null : `needs a person: ${incident.needsHuman}`,
    incident.acknowledged === null ? null : `acknowledged by ${incident.acknowledged.by}`,
  ].filter((word) => word !== null);
}
