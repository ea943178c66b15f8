import type { DemoDevice } from './device.ts';
import type { FaultKind } from './devices.ts';

const FIRST_MS = 5_000;
const EVERY_MS = 25_000;

/** The opening of the show; after it, faults come at random. */
const SCRIPT: readonly (readonly [id: string, fault: FaultKind])[] = [
  ['berlin-web', 'service-stopped'],
  ['hamburg-sw', 'link-down'],
  ['berlin-cam', 'service-hung'],
  ['hamburg-vpn', 'service-stopped'],
];

/** Breaks something every so often, one thing at a time, for as long as it runs. */
export class Outages {
  readonly #devices: readonly DemoDevice[];
  readonly #tell: (device: DemoDevice, fault: FaultKind) => void;
  #count = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(devices: readonly DemoDevice[], tell: (device: DemoDevice, fault: FaultKind) => void) {
    this.#devices = devices;
    this.#tell = tell;
  }

  start(): void {
    this.#timer = setTimeout(() => this.#next(), FIRST_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #next(): void {
    this.#timer = setTimeout(() => this.#next(), EVERY_MS);
    const [device, fault] = this.#choose() ?? [];
    if (!device || !fault) return;
    this.#tell(device, fault);
    void device.breakDown(fault);
  }

  #choose(): readonly [DemoDevice, FaultKind] | null {
    const scripted = SCRIPT[this.#count++];
    if (scripted) {
      const device = this.#devices.find(({ spec }) => spec.id === scripted[0]);
      return device ? [device, scripted[1]] : null;
    }
    // One broken thing is easier to follow; what waits for an approval does not hold up the show.
    const able = this.#devices.filter(({ fault, spec }) => fault === null && spec.faults.length > 0);
    const broken = this.#devices.filter(({ fault, spec }) => fault !== null && spec.approval !== 'ask');
    if (able.length === 0 || broken.length > 0) return null;
    const device = able[Math.floor(Math.random() * able.length)]!;
    return [device, device.spec.faults[Math.floor(Math.random() * device.spec.faults.length)]!];
  }
}
