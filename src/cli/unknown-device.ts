import { NethealError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';

/** Nobody reads ten thousand ids. */
const MOST_IDS = 10;

/** What every command says of a device that is not there. */
export function unknownDevice(devices: readonly { id: string }[], id: string): NethealError {
  const ids = devices.map((device) => device.id);
  const near = nearest(id, ids);
  const some = ids.slice(0, MOST_IDS).join(', ') + (ids.length > MOST_IDS ? ', ...' : '');
  return new NethealError('NH_UNKNOWN_DEVICE', `there is no device "${id}"`, {
    mend: near ? `did you mean "${near}"?` : `there are: ${some || 'none'}`,
  });
}
