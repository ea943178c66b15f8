/** The tokens of a config, kept as hashes: what is in memory lets nobody in. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller, Role, Secret } from 'netheal/plugin';

/** A token as the options give it. */
export type NamedToken = Readonly<{ name: string; token: Secret; role: Role }>;

/** Who has the token `given`; null: nobody. */
export type FindCaller = (given: string) => Caller | null;

/** Makes the look-up. It takes as long for a wrong token as for a right one, whichever that is. */
export function createTokens(tokens: readonly NamedToken[]): FindCaller {
  const known = tokens.map(({ name, role, token }) => ({
    caller: { name, role },
    hash: hashOf(token.reveal()),
  }));
  return (given) => {
    const hash = hashOf(given);
    let found: Caller | null = null;
    // Hashes have one length, so comparing them tells nothing about the token, not even its length; and all are compared.
    for (const each of known) if (timingSafeEqual(each.hash, hash)) found ??= each.caller;
    return found;
  };
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
