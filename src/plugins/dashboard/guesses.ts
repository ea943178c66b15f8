/** Wrong tokens by remote address: after some of them an address has to wait. */
import { isIPv6 } from 'node:net';

/** A person mistypes a few times; a machine that guesses gets no further. */
const GUESSES = 10;
const WINDOW_MS = 60_000;
/** Addresses remembered; beyond these the one that guessed longest ago is forgotten. */
const MOST_ADDRESSES = 4_096;

/** Counts wrong tokens. Others are not kept waiting by the guesses of one address. */
export interface Guesses {
  /** How long this address has to wait before its tokens are looked at again; 0: not at all. */
  waitMs(address: string): number;
  wrong(address: string): void;
}

/** Creates the counts; `monoMs` is a clock that is never set back. */
export function createGuesses(monoMs: () => number): Guesses {
  const windows = new Map<string, { count: number; until: number }>();
  return {
    waitMs(address) {
      const window = windows.get(keyOf(address));
      return window && window.count >= GUESSES ? Math.max(0, window.until - monoMs()) : 0;
    },
    wrong(address) {
      const key = keyOf(address);
      const before = windows.get(key);
      const isOver = before === undefined || before.until <= monoMs();
      windows.delete(key);
      windows.set(
        key,
        isOver ? { count: 1, until: monoMs() + WINDOW_MS } : { ...before, count: before.count + 1 },
      );
      const oldest = windows.size > MOST_ADDRESSES ? windows.keys().next().value : undefined;
      if (oldest !== undefined) windows.delete(oldest);
    },
  };
}

/** One IPv6 host has a whole /64 to guess from; an IPv4 address in IPv6 clothes is that address. */
function keyOf(address: string): string {
  const bare = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!isIPv6(bare)) return bare;
  const [head = '', tail] = bare.split('::');
  const groups = head === '' ? [] : head.split(':');
  const behind = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - groups.length - behind.length)).fill('0');
  return [...groups, ...zeros, ...behind]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
