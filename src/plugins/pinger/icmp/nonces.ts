import { randomFillSync } from 'node:crypto';

const pool = new Uint32Array(1_024);
let used = pool.length;

/** A random number of 32 bits; the system is asked for a thousand at a time. */
export function nextNonce(): number {
  if (used >= pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const nonce = pool[used] as number;
  used += 1;
  return nonce;
}
