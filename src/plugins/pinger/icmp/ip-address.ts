import { isIPv4, isIPv6 } from 'node:net';
import type { Family } from '../engine.ts';

/** An IP address as four words of a native `sockaddr` (IPv4: only the first is used), in network byte order. */
export class IpAddress {
  readonly text: string;
  readonly family: Family;
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;
  /** Interface number of a link-local IPv6 address, else 0. */
  readonly scope: number;

  constructor(text: string, family: Family, bytes: Uint8Array, scope = 0) {
    const words = new Uint32Array(4);
    new Uint8Array(words.buffer).set(bytes);
    this.text = text;
    this.family = family;
    [this.w0, this.w1, this.w2, this.w3] = words as unknown as [number, number, number, number];
    this.scope = scope;
  }
}

/** Parses an IP address. `scopeOf` answers the number of an interface by its name, 0 where there is none. */
export function parseIpAddress(text: string, scopeOf: (zone: string) => number): IpAddress | undefined {
  if (isIPv4(text)) return new IpAddress(text, 4, Uint8Array.from(text.split('.'), Number));
  if (!isIPv6(text)) return undefined;
  const [address = '', zone] = text.split('%', 2);
  if (zone === undefined) return new IpAddress(text, 6, ipv6Bytes(address));
  const scope = /^\d{1,9}$/.test(zone) ? Number(zone) : scopeOf(zone);
  return scope > 0 ? new IpAddress(text, 6, ipv6Bytes(address), scope) : undefined;
}

/** The 16 bytes of a valid IPv6 address. */
function ipv6Bytes(address: string): Uint8Array {
  const [before = '', after] = address.split('::', 2);
  const head = groupBytes(before);
  const tail = after === undefined ? [] : groupBytes(after);
  const bytes = new Uint8Array(16);
  bytes.set(head);
  bytes.set(tail, 16 - tail.length);
  return bytes;
}

function groupBytes(groups: string): number[] {
  if (groups === '') return [];
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/** More than any fleet has; beyond it the oldest is forgotten. */
const MAX_KNOWN = 262_144;

/** Parsed addresses by their text: a fleet asks for the same ones again and again. */
export class AddressBook {
  readonly #known = new Map<string, IpAddress>();
  readonly #scopeOf: (zone: string) => number;
  readonly #limit: number;

  constructor(scopeOf: (zone: string) => number, limit = MAX_KNOWN) {
    this.#scopeOf = scopeOf;
    this.#limit = limit;
  }

  get(text: string): IpAddress | undefined {
    const known = this.#known.get(text);
    if (known) return known;
    const address = parseIpAddress(text, this.#scopeOf);
    // The number of an interface changes when it is made anew, so zones are looked up each time.
    if (address && address.scope === 0) this.#remember(text, address);
    return address;
  }

  #remember(text: string, address: IpAddress): void {
    if (this.#known.size >= this.#limit) {
      const oldest = this.#known.keys().next();
      if (!oldest.done) this.#known.delete(oldest.value);
    }
    this.#known.set(text, address);
  }
}
