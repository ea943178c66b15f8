import type { DeviceConfig } from '../config/types.ts';
import { type Recording, Track } from './track.ts';

/** Which track is whose. */
export type Matched = Readonly<{
  /** By the id of the device. */
  tracks: ReadonlyMap<string, Track>;
  /** In the log and not in the config. */
  unknown: readonly Track[];
  /** In the config and not in the log: ids. */
  missing: readonly string[];
}>;

/**
 * A history knows devices by their id. A CSV log knows addresses and labels: the address decides, and where several
 * devices have the same one, the label does. Several tracks may be one device: its label has changed meanwhile.
 */
export function matchTracks(devices: readonly DeviceConfig[], { kind, tracks }: Recording): Matched {
  const found = new Map<string, Track[]>();
  const unknown: Track[] = [];
  for (const track of tracks) {
    const candidates = devices.filter(({ id, address }) =>
      kind === 'history' ? id === track.name : address === track.address,
    );
    const device =
      candidates.length > 1 ? candidates.find(({ label }) => label === track.name) : candidates[0];
    if (device) found.set(device.id, [...(found.get(device.id) ?? []), track]);
    else unknown.push(track);
  }
  return {
    tracks: new Map([...found].map(([id, parts]) => [id, joined(parts)])),
    unknown,
    missing: devices.map(({ id }) => id).filter((id) => !found.has(id)),
  };
}

/** A track as people know its device. */
export function trackName({ address, name }: Track): string {
  return address === null ? name : `${name} (${address})`;
}

function joined([first, ...others]: readonly Track[]): Track {
  if (others.length === 0) return first!;
  const whole = new Track(first!.address, first!.name);
  for (const part of [first!, ...others]) {
    for (let index = 0; index < part.length; index++) whole.add(part.at(index), part.value(index));
  }
  whole.sort();
  return whole;
}
