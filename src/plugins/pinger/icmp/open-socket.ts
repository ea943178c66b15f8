import { randomInt } from 'node:crypto';
import type { Family } from '../engine.ts';
import {
  AF,
  EACCES,
  EAFNOSUPPORT,
  EPERM,
  IPPROTO,
  MTU_DISCOVER,
  RECVERR,
  SO_ATTACH_FILTER,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_SNDBUF,
  SO_SNDBUFFORCE,
  SO_TIMESTAMPNS,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOCKADDR,
  SOL_SOCKET,
} from './layout.ts';
import type { Fault, Libc } from './libc.ts';
import { readUint16 } from './packet.ts';
import { echoReplyFilter } from './receive-filter.ts';

/** An open ICMP socket. Raw ones see IP headers (IPv4) and need their checksums made (IPv4). */
export type OpenSocket = Readonly<{ fd: number; isRaw: boolean; identifier: number }>;

/** Asked of the kernel for both directions; without CAP_NET_ADMIN it gives net.core.rmem_max and wmem_max at most. */
const BUFFER_BYTES = 4 * 1024 * 1024;

/** What a user without privileges is told. Capabilities on the node binary would be everybody's who runs a script. */
export const FORBIDDEN: Fault = {
  fault:
    'this user may open neither an unprivileged ICMP socket (net.ipv4.ping_group_range) nor a raw one (CAP_NET_RAW)',
  mend:
    "echo 'net.ipv4.ping_group_range = 0 2147483647' | sudo tee /etc/sysctl.d/50-netheal-ping.conf && " +
    'sudo sysctl --system; or AmbientCapabilities=CAP_NET_RAW in the systemd unit of netheal.',
};

/**
 * Opens an ICMP socket of a family: the unprivileged kind where net.ipv4.ping_group_range allows it (which is for IPv6
 * as well), else a raw one.
 */
export function openSocket(libc: Libc, family: Family): OpenSocket | Fault {
  const flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
  const datagram = libc.socket(AF[family], SOCK_DGRAM | flags, IPPROTO[family]);
  if (datagram >= 0) return openDatagram(libc, family, datagram);
  const errno = libc.errno();
  const raw = libc.socket(AF[family], SOCK_RAW | flags, IPPROTO[family]);
  if (raw < 0) return openFault(libc.errno(), errno, family);
  return openRaw(libc, family, raw);
}

function openDatagram(libc: Libc, family: Family, fd: number): OpenSocket | Fault {
  const { size, port } = SOCKADDR[family];
  const name = new Uint8Array(32);
  const length = Uint32Array.of(size);
  new DataView(name.buffer).setUint16(0, AF[family], true);
  const address = libc.addressOf(name.buffer);
  // Binding makes the kernel choose the identifier, which it writes into every packet in place of ours.
  if (libc.bind(fd, address, size) < 0 || libc.getsockname(fd, address, libc.addressOf(length.buffer)) < 0) {
    const fault = `an ICMP socket cannot be bound (error ${libc.errno()})`;
    libc.close(fd);
    return { fault };
  }
  setOptions(libc, fd, family);
  return { fd, isRaw: false, identifier: readUint16(name, port) };
}

function openRaw(libc: Libc, family: Family, fd: number): OpenSocket {
  const identifier = randomInt(1, 0xffff);
  const { bytes, count } = echoReplyFilter(family, identifier);
  // struct sock_fprog: a count and a pointer, aligned.
  const program = new DataView(new ArrayBuffer(16));
  program.setUint16(0, count, true);
  program.setBigUint64(8, BigInt(libc.addressOf(bytes.buffer as ArrayBuffer)), true);
  // Where the kernel has no filters we see the packets of others, and pass them over ourselves.
  libc.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, libc.addressOf(program.buffer), 16);
  setOptions(libc, fd, family);
  return { fd, isRaw: true, identifier };
}

/** Each of these makes things better; the self-test finds out whether it works without. */
function setOptions(libc: Libc, fd: number, family: Family): void {
  const value = new Int32Array(1);
  const set = (level: number, option: number, number: number) => {
    value[0] = number;
    return libc.setsockopt(fd, level, option, libc.addressOf(value.buffer), 4) === 0;
  };
  set(SOL_SOCKET, SO_TIMESTAMPNS, 1);
  set(RECVERR[family].level, RECVERR[family].option, 1);
  if (family === 4) set(MTU_DISCOVER.level, MTU_DISCOVER.option, MTU_DISCOVER.dont);
  if (!set(SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)) set(SOL_SOCKET, SO_RCVBUF, BUFFER_BYTES);
  if (!set(SOL_SOCKET, SO_SNDBUFFORCE, BUFFER_BYTES)) set(SOL_SOCKET, SO_SNDBUF, BUFFER_BYTES);
}

function openFault(rawErrno: number, datagramErrno: number, family: Family): Fault {
  if (rawErrno === EAFNOSUPPORT) return { fault: `this machine has no IPv${family}` };
  if (isForbidden(rawErrno) && isForbidden(datagramErrno)) return FORBIDDEN;
  return { fault: `an ICMP socket cannot be opened (errors ${datagramErrno} and ${rawErrno})` };
}

export function isForbidden(errno: number): boolean {
  return errno === EPERM || errno === EACCES;
}
