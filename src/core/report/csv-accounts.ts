import type { DeviceConfig } from '../config/types.ts';
import { matchTracks, trackName } from '../replay/match.ts';
import { type Recording, type Track, UNTIMED } from '../replay/track.ts';
import { Confirmation, DeviceAccount } from './device-account.ts';
import type { ReportedDevice } from './report-rows.ts';

type Thresholds = Readonly<{ failureThreshold: number; successThreshold: number }>;

/** What holds for a device that no config knows. */
const DEFAULTS: Thresholds = { failureThreshold: 3, successThreshold: 2 };

/** The devices of a CSV log, which holds answers and silence alone: no heals, no downtimes, no parents. */
export function csvDevices(devices: readonly DeviceConfig[], recording: Recording): ReportedDevice[] {
  const { tracks, unknown } = matchTracks(devices, recording);
  const known = devices.flatMap(({ id, group, check }) => {
    const track = tracks.get(id);
    return track ? [{ name: id, group, account: accountOf(track, check), heals: null }] : [];
  });
  const others = unknown.map((track) => ({
    name: trackName(track),
    group: null,
    account: accountOf(track, DEFAULTS),
    heals: null,
  }));
  return [...known, ...others];
}

function accountOf(track: Track, thresholds: Thresholds): DeviceAccount {
  const account = new DeviceAccount(track.spacingMs);
  const confirmation = new Confirmation(thresholds);
  for (let index = 0; index < track.length; index++) {
    const value = track.value(index);
    const ok = !Number.isNaN(value);
    const rttMs = ok && value !== UNTIMED ? value : null;
    const reachability = confirmation.after(ok);
    account.add({ at: track.at(index), ok, rttMs, reachability, excluded: false });
  }
  return account;
}
