import { messageOf } from 'netheal/plugin';

/** The calls of the C library that an ICMP socket needs. Pointers are plain numbers (below 2^53 on every 64-bit Linux). */
export type Libc = Readonly<{
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: number, length: number): number;
  getsockname(fd: number, address: number, length: number): number;
  setsockopt(fd: number, level: number, name: number, value: number, length: number): number;
  getsockopt(fd: number, level: number, name: number, value: number, length: number): number;
  close(fd: number): number;
  sendmmsg(fd: number, vector: number, count: number, flags: number): number;
  recvmmsg(fd: number, vector: number, count: number, flags: number, timeout: number): number;
  clock_gettime(clock: number, timespec: number): number;
  if_nametoindex(name: string): number;
  /** errno of the last call above. */
  errno(): number;
  /** Where memory begins. An ArrayBuffer of this size is never moved; whoever passes it on keeps it alive. */
  addressOf(memory: ArrayBuffer): number;
}>;

/** Why something cannot be, and what a person can do about it. */
export type Fault = Readonly<{ fault: string; mend?: string }>;
type Koffi = typeof import('koffi');

/** Binds the C library through koffi, an optional dependency: that it is missing or does not load is an answer. */
export async function loadLibc(
  importKoffi: () => Promise<Readonly<{ default: unknown }>> = () => import('koffi'),
): Promise<Libc | Fault> {
  if (process.platform !== 'linux') return { fault: `ICMP sockets are not known on ${process.platform}` };
  try {
    return bindLibc((await importKoffi()).default as Koffi);
  } catch (error) {
    const isMissing = (error as { code?: unknown } | null)?.code === 'ERR_MODULE_NOT_FOUND';
    const fault = isMissing
      ? 'the optional npm package koffi is not installed'
      : `koffi does not load: ${messageOf(error).split('\n', 1)[0]}`;
    return {
      fault,
      mend: 'Install netheal with its optional dependencies: `npm install --include=optional`.',
    };
  }
}

function bindLibc(koffi: Koffi): Libc {
  // Node itself is linked with the C library, so no file name of it must be known (glibc, musl).
  const own = koffi.load(null);
  const bind = <F>(name: string, parameters: readonly string[]) =>
    own.func(name, 'int', [...parameters]) as unknown as F;
  return {
    socket: bind('socket', ['int', 'int', 'int']),
    bind: bind('bind', ['int', 'uintptr_t', 'uint32_t']),
    getsockname: bind('getsockname', ['int', 'uintptr_t', 'uintptr_t']),
    setsockopt: bind('setsockopt', ['int', 'int', 'int', 'uintptr_t', 'uint32_t']),
    getsockopt: bind('getsockopt', ['int', 'int', 'int', 'uintptr_t', 'uintptr_t']),
    close: bind('close', ['int']),
    sendmmsg: bind('sendmmsg', ['int', 'uintptr_t', 'uint32_t', 'int']),
    recvmmsg: bind('recvmmsg', ['int', 'uintptr_t', 'uint32_t', 'int', 'uintptr_t']),
    clock_gettime: bind('clock_gettime', ['int', 'uintptr_t']),
    if_nametoindex: bind('if_nametoindex', ['str']),
    errno: () => koffi.errno(),
    addressOf: (memory) => Number(koffi.address(memory)),
  };
}
