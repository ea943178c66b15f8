import { isIP } from 'node:net';

/** Letters, digits and dashes between dots; never a leading dash, which a program could take for an option. */
const HOST_NAME =
  /^(?=.{1,253}\.?$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?$/;
/**
 * A name whose last part is a number is read as an IPv4 address by one program and as a name by the next: `010.0.0.1`,
 * `0x7f000001`.
 */
const ENDS_IN_NUMBER = /(^|\.)(\d+|0[xX][0-9A-Fa-f]*)\.?$/;
/** The zone of a link-local address is the name of an interface. */
const ZONE = /%(?![A-Za-z0-9][A-Za-z0-9_.-]*$)/;

/** Is it an IPv4 or IPv6 address (a zone id allowed) or a host name? */
export function isAddress(text: string): boolean {
  if (isIP(text) !== 0) return !ZONE.test(text);
  return HOST_NAME.test(text) && !ENDS_IN_NUMBER.test(text);
}
