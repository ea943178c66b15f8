import { MAY_ACT } from './actions.ts';
import { openApprovals } from './approval.ts';
import { acknowledge, heal, pingNow } from './device-actions.ts';
import { button, byId, el, keyedList, setText } from './dom.ts';
import { waitingHeals } from './heal-looks.ts';
import { incidentLook, since, ticked } from './incident-case.ts';
import { healingNote, lookOf } from './looks.ts';
import type { Picture } from './picture.ts';
import { deviceHref } from './route.ts';
import type { DeviceRow, Incident } from './wire.ts';

type Item = Readonly<{
  incident: Incident;
  device: DeviceRow | undefined;
  behind: number;
  /** The heal of it that waits for approval. */
  waiting: string | undefined;
}>;

/** Of a mass outage the newest are enough: the devices themselves stand in the table. */
const SHOWN = 50;

/** Open incidents: the root causes, how many devices are behind each, and what is being done. */
export function incidentList() {
  let picture: Picture | null = null;
  const draw = keyedList<Item>(
    byId('incidents'),
    (item) => drawItem(item, () => picture?.devices.get(item.incident.device)),
    ({ incident }) => incident.id,
    // Everything that `drawItem` shows, but not what changes with every check.
    ({ incident, device, behind, waiting }) =>
      JSON.stringify([
        incident,
        behind,
        waiting,
        device?.label,
        device?.address,
        device && lookOf(device).word,
        device?.healing,
      ]),
  );
  const more = el('li', 'soft');
  const calm = el('li', 'calm', ['None: nothing is wrong.']);
  return {
    show(next: Picture, now: number): void {
      picture = next;
      const { incidents, devices, heals } = next;
      const waiting = new Map(waitingHeals(heals.values()).map(({ incident, id }) => [incident, id]));
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
          waiting: waiting.get(incident.id),
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
      ticked(byId('incidents'), now);
    },
  };
}

function drawItem(
  { incident, device, behind, waiting }: Item,
  current: () => DeviceRow | undefined,
): HTMLElement {
  const { glyph, word, className } = incidentLook(incident, device);
  const hasRecovered = incident.recoveredAt !== null;
  const isMild = hasRecovered || word === 'healing';
  const about = (action: (device: DeviceRow) => Promise<void>) => () => {
    const now = current();
    if (now !== undefined) void action(now);
  };
  return el('li', isMild ? 'is-healing' : '', [
    el('span', `state ${className}`, [el('span', 'glyph', [glyph], { 'aria-hidden': 'true' }), word]),
    el('span', 'what', [
      el('a', 'name', [device?.label ?? incident.device], { href: deviceHref(incident.device) }),
      since(incident),
      el('span', 'more-words', [` · ${details(incident, device, behind).join(' · ')}`]),
    ]),
    MAY_ACT && !hasRecovered
      ? el('span', 'buttons', [
          button('Ping', about(pingNow)),
          incident.acknowledged === null ? button('Acknowledge…', about(acknowledge)) : null,
          waiting === undefined
            ? button('Heal…', about(heal))
            : button('Review…', () => openApprovals(waiting)),
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
