import { type NameResolver, type ProbeResult, type ResolvedAddress, z } from 'netheal/plugin';
import { localError } from './answers.ts';

/** The option `port`. */
export const port = z.int().min(1).max(65_535);
/** The option `host`: another address than the device's, e.g. its management address. */
export const host = z
  .string()
  .min(1)
  .max(253)
  .optional()
  .describe("Another address than the device's, or a name.");

/** The address of a host, or the result of a check that ends here: the name is gone, or our resolver is silent. */
export async function lookUp(
  resolver: NameResolver,
  name: string,
  waitMs: number,
): Promise<Readonly<{ to: ResolvedAddress }> | Readonly<{ result: ProbeResult }>> {
  const found = await resolver.resolve(name, waitMs);
  if (found.ok) return { to: found };
  const { reason, message } = found;
  return { result: reason === 'dns' ? { ok: false, reason, message } : localError(message) };
}
