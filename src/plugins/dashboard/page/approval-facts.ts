/** What a person should know before the answer: about what it is, what else it touches, who asks, and how long there is. */
import { devicesBehind } from './behind.ts';
import { el, setText } from './dom.ts';
import { clock, duration } from './format.ts';
import { lookOf } from './looks.ts';
import type { Picture } from './picture.ts';
import { deviceHref } from './route.ts';
import type { HealRow } from './wire.ts';

/** So many names are read; more are counted. */
const NAMED = 6;

type Facts = Readonly<{ element: HTMLElement; tick(picture: Picture, now: number): void }>;

/** The facts about a heal that waits; `tick` keeps those current that go on changing. */
export function approvalFacts({ device: id, by, startedAt, editedBy, plan, expiresAt }: HealRow): Facts {
  const state = el('span');
  const failure = el('span', 'soft');
  const address = el('span', 'soft');
  const name = el('a', '', [], { href: deviceHref(id) });
  const touched = el('dd');
  const left = el('dd', 'left');
  const others = [...new Set(plan.steps.map(({ target }) => target))].filter((target) => target !== id);
  const element = el('dl', 'facts', [
    el('dt', '', ['Device']),
    el('dd', '', [name, ' ', address, ' ', state, failure]),
    el('dt', '', ['Runs on']),
    el('dd', '', [others.length === 0 ? 'this device alone' : `another device: ${others.join(', ')}`]),
    el('dt', '', ['Behind it']),
    touched,
    el('dt', '', ['Asked']),
    el('dd', '', [
      `${clock(startedAt, Date.now())} by ${by === 'auto' ? 'netheal itself' : by}`,
      editedBy === undefined ? null : `; the commands are ${editedBy}'s`,
    ]),
    el('dt', '', ['Expires']),
    left,
  ]);
  return {
    element,
    tick({ devices }, now) {
      const device = devices.get(id);
      setText(name, device?.label ?? id);
      setText(address, device === undefined || device.address === device.label ? '' : device.address);
      if (device !== undefined) {
        const look = lookOf(device);
        state.className = look.className;
        setText(state, `${look.glyph} ${look.word} for ${duration(now - device.since)}`);
        const isWell = device.reachability === 'up' || device.failure === null;
        setText(failure, isWell ? '' : ` · ${device.failure!.message}`);
      }
      setText(touched, namesOf(devicesBehind(id, devices).map(({ label }) => label)));
      setText(left, expiryOf(expiresAt, now));
    },
  };
}

function namesOf(labels: readonly string[]): string {
  if (labels.length === 0) return 'nothing';
  const more = labels.length - NAMED;
  return [...labels.slice(0, NAMED), ...(more > 0 ? [`${more.toLocaleString('en')} more`] : [])].join(', ');
}

function expiryOf(expiresAt: number | null, now: number): string {
  if (expiresAt === null) return 'never';
  return now < expiresAt ? `in ${duration(expiresAt - now)}` : 'now';
}
