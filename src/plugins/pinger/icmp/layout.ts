/**
 * Structures and constants of Linux on 64-bit little-endian machines. glibc and musl differ in the types of some
 * fields, but not in the bytes as long as the padding is zero, which it is in memory of our own.
 */

/** The machines on which these layouts are known to hold. */
export function isLayoutKnown(platform: string, arch: string): boolean {
  return platform === 'linux' && ['x64', 'arm64', 'riscv64'].includes(arch);
}

/** struct mmsghdr: offsets in bytes. */
export const MMSGHDR = {
  size: 64,
  name: 0,
  nameLength: 8,
  iov: 16,
  iovCount: 24,
  control: 32,
  controlLength: 40,
  flags: 48,
  length: 56,
} as const;

/** struct iovec. */
export const IOVEC = { size: 16, base: 0, length: 8 } as const;

/** struct sockaddr_in and sockaddr_in6: offsets in bytes. */
export const SOCKADDR = {
  4: { size: 16, port: 2, address: 4, scope: -1 },
  6: { size: 28, port: 2, address: 8, scope: 24 },
} as const;

/** struct cmsghdr; data follows the header, the next one is aligned to 8 bytes. */
export const CMSGHDR = { size: 16, length: 0, level: 8, type: 12 } as const;

export const AF = { 4: 2, 6: 10 } as const;
export const IPPROTO = { 4: 1, 6: 58 } as const;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
export const MSG_DONTWAIT = 0x40;
export const MSG_ERRQUEUE = 0x2000;
export const CLOCK_REALTIME = 0;

export const SOL_SOCKET = 1;
export const SO_ERROR = 4;
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;
export const SO_ATTACH_FILTER = 26;
export const SO_SNDBUFFORCE = 32;
export const SO_RCVBUFFORCE = 33;
export const SO_TIMESTAMPNS = 35;
/** Counters of the socket (Linux 4.12). It knows of drops after which nothing came, which SO_RXQ_OVFL does not. */
export const SO_MEMINFO = 55;
export const MEMINFO = { count: 9, drops: 8 } as const;

/** IP_RECVERR and IPV6_RECVERR, by family. */
export const RECVERR = { 4: { level: 0, option: 11 }, 6: { level: 41, option: 25 } } as const;
/** IP_MTU_DISCOVER, IP_PMTUDISC_DONT: a large payload is fragmented rather than refused. */
export const MTU_DISCOVER = { level: 0, option: 10, dont: 0 } as const;
/** struct sock_extended_err, and who says so. */
export const EXTENDED_ERROR = { size: 16, errno: 0, origin: 4, type: 5, code: 6 } as const;
export const ORIGIN_ICMP = 2;
export const ORIGIN_ICMP6 = 3;

/** errno values (the same on all known machines). */
export const EPERM = 1;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const EACCES = 13;
export const EAFNOSUPPORT = 97;
export const ENOBUFS = 105;
