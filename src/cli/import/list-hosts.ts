import { isIP } from 'node:net';
import type { FoundHost, Reading } from './found-host.ts';

/** A device a line: its address and, behind it, what people call it. Pure. */
export function readList(text: string): Reading {
  const hosts = linesOf(text).map(({ line, words: [address = '', ...label] }) => ({
    line,
    address,
    name: label.join(' ') || (isIP(address) ? null : address),
  }));
  return { hosts, bad: [], remarks: [] };
}

/** `/etc/hosts`: an address, its name, more names of it. What means this machine itself is passed over. Pure. */
export function readEtcHosts(text: string): Reading {
  const hosts = linesOf(text)
    .filter(({ words: [address = ''] }) => !isOfThisMachine(address))
    .map(({ line, words: [address = '', name = null] }): FoundHost => ({ line, address, name }));
  return { hosts, bad: [], remarks: [] };
}

/** Loopback, unspecified, multicast and the link-local prefix: what every machine has in its own file. */
function isOfThisMachine(address: string): boolean {
  return /^(127\.|0\.0\.0\.0$|255\.|::1?$|f[ef]0[0-9a-f]::)/i.test(address);
}

function linesOf(text: string): { line: number; words: string[] }[] {
  return text
    .replace(/^\ufeff/, '')
    .split('\n')
    .map((raw, index) => ({ line: index + 1, words: raw.replace(/#.*/, '').trim().split(/\s+/) }))
    .filter(({ words }) => words[0] !== '');
}
