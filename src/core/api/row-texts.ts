import type { DeviceView, Source } from './types.ts';

/** The views of larger fleets are made anew for each list, so what is made of them would be kept for nobody. */
const MOST_KEPT = 10_000;

/** Rows of a list as JSON, by the id of their device; null where it is gone by the time its row is made. */
export type RowTexts = (id: string) => string | null;

/**
 * Makes the rows of one list. Each is kept as long as the view that it was made of: in a list that is asked for again, only
 * those are made that have changed.
 */
export function createRowTexts(
  source: Pick<Source, 'device'>,
  make: (device: DeviceView) => unknown,
): (total: number) => RowTexts {
  const texts = new WeakMap<DeviceView, string>();
  const made = (id: string) => {
    const device = source.device(id);
    return device && JSON.stringify(make(device));
  };
  const kept = (id: string) => {
    const device = source.device(id);
    if (device === null) return null;
    let text = texts.get(device);
    if (text === undefined) {
      text = JSON.stringify(make(device));
      texts.set(device, text);
    }
    return text;
  };
  return (total) => (total <= MOST_KEPT ? kept : made);
}
