import { isIP } from 'node:net';

/** Letters, digits and dashes between dots; never a leading dash, which a program could take for an option. */
const HOST_NAME =
  /^(?=.{1,253}\.?$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?$/;
/** Only digits and dots: meant as an IPv4 address. `010.0.0.1` is one thing to one program and another to the next. */
const NUMERIC = /^[0-9.]+$/;

/** Is it an IPv4 or IPv6 address (a zone id allowed) or a host name? */
export function isAddress(text: string): boolean {
  return isIP(text) !== 0 || (HOST_NAME.test(text) && !NUMERIC.test(text));
}
