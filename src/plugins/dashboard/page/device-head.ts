/** The head of the device page: its state, its figures, and what can be done. */
import { MAY_ACT } from './actions.ts';
import { acknowledge, downtime, heal, note, pause, pingNow } from './device-actions.ts';
import { el, setText } from './dom.ts';
import { duration, percent, rtt } from './format.ts';
import { lookOf } from './looks.ts';
import type { DeviceRow } from './wire.ts';

type Button = Readonly<{ label(device: DeviceRow): string; act(device: DeviceRow): Promise<void> }>;

const BUTTONS: readonly Button[] = [
  { label: () => 'Ping now', act: pingNow },
  { label: () => 'Heal…', act: heal },
  {
    label: ({ flags }) => (flags.acknowledged === null ? 'Acknowledge…' : 'Unacknowledge'),
    act: acknowledge,
  },
  { label: ({ flags }) => (flags.downtime === null ? 'Downtime…' : 'End downtime…'), act: downtime },
  { label: () => 'Note…', act: note },
  { label: ({ flags }) => (flags.paused ? 'Resume healing' : 'Pause healing'), act: pause },
];

const FIGURES: readonly Readonly<{ name: string; text(device: DeviceRow): string }>[] = [
  { name: 'RTT', text: ({ rttMs }) => rtt(rttMs) },
  { name: 'Average', text: ({ stats }) => rtt(stats.averageRttMs) },
  { name: 'Loss of the last 20', text: ({ lossPercent }) => percent(lossPercent, 0) },
  { name: 'Uptime', text: ({ stats }) => percent(stats.uptimePercent, 2) },
  { name: 'Heals', text: ({ healing }) => `${healing.attempts} of ${healing.maxAttempts}` },
];

/** The buttons stay the same elements, so that they keep the focus; `current` is what they act on. */
export function deviceHead(current: () => DeviceRow | undefined) {
  const label = el('h2');
  const address = el('span', 'soft');
  const state = el('span');
  const since = el('span', 'soft');
  const says = el('p', 'says');
  const figures = FIGURES.map(({ name, text }) => ({ text, name: el('dt', '', [name]), value: el('dd') }));
  const buttons = BUTTONS.map((button) => {
    const element = el('button', '', [], { type: 'button' });
    element.addEventListener('click', async () => {
      const device = current();
      if (device === undefined) return;
      element.disabled = true;
      await button.act(device);
      element.disabled = false;
    });
    return { ...button, element };
  });
  const element = el('header', 'device-head', [
    el('div', 'title', [label, address, state, since]),
    says,
    el(
      'dl',
      'figures',
      figures.map(({ name, value }) => el('div', '', [name, value])),
    ),
    MAY_ACT
      ? el(
          'p',
          'buttons',
          buttons.map((button) => button.element),
        )
      : null,
  ]);

  return {
    element,
    show(device: DeviceRow, note: string, now: number): void {
      const look = lookOf(device);
      setText(label, device.label);
      setText(address, device.address === device.label ? '' : device.address);
      state.className = `state ${look.className}`;
      state.replaceChildren(el('span', 'glyph', [look.glyph], { 'aria-hidden': 'true' }), look.word);
      const failure = device.reachability === 'up' ? null : (device.failure?.message ?? null);
      setText(says, [failure, note].filter((words) => words !== null && words !== '').join(' · '));
      for (const { text, value } of figures) setText(value, text(device));
      for (const button of buttons) setText(button.element, button.label(device));
      this.tick(device, now);
    },
    tick(device: DeviceRow, now: number): void {
      setText(since, `for ${duration(now - device.since)}`);
    },
  };
}
