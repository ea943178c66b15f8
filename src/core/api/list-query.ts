import { z } from 'zod';
import { SEVERITY } from '../model/shown-state.ts';

const count = z
  .string()
  .regex(/^\d{1,9}$/, 'must be a whole number, 0 or more')
  .transform(Number);

/** What may stand behind the `?` of a list of devices: `DeviceQuery` as text. Other parameters are left alone. */
export const LIST_QUERY = z.object({
  q: z.string().max(200).optional(),
  state: z.enum(SEVERITY).optional(),
  group: z.string().max(200).optional(),
  problems: z
    .enum(['true', 'false'])
    .transform((word) => word === 'true')
    .optional(),
  offset: count.optional(),
  limit: count.optional(),
});
