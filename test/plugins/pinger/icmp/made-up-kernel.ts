import type { Libc } from '../../../../src/plugins/pinger/icmp/libc.ts';

const MMSGHDR = 64;
const EAGAIN = 11;

/** What the made-up kernel says a message is: bytes for its buffers, and lengths that may be wrong. */
export type MadeUpMessage = Readonly<{
  packet: Uint8Array;
  name: Uint8Array;
  control: Uint8Array;
  length: number;
  controlLength: number;
}>;

/** A C library whose `recvmmsg` answers what a test says; everything else succeeds and does nothing. */
export function madeUpKernel(next: (isErrorQueue: boolean) => readonly MadeUpMessage[]): Libc {
  const regions: { address: number; memory: ArrayBuffer }[] = [];
  let free = 0x1000;
  const at = (address: number) => {
    const region = regions.find(
      (one) => address >= one.address && address < one.address + one.memory.byteLength,
    );
    if (!region) throw new Error(`no memory at ${address}`);
    return { memory: region.memory, offset: address - region.address };
  };
  const copy = (view: DataView, pointerAt: number, bytes: Uint8Array) => {
    const { memory, offset } = at(Number(view.getBigUint64(pointerAt, true)));
    new Uint8Array(memory, offset).set(bytes);
  };
  return {
    socket: () => 3,
    bind: () => 0,
    getsockname: () => 0,
    setsockopt: () => 0,
    getsockopt: () => -1,
    close: () => 0,
    sendmmsg: (_fd, _vector, count) => count,
    recvmmsg: (_fd, vector, _count, flags) => {
      const messages = next((flags & 0x2000) !== 0);
      const { memory, offset } = at(vector);
      const view = new DataView(memory);
      for (const [i, message] of messages.entries()) {
        const header = offset + i * MMSGHDR;
        copy(view, header, message.name);
        copy(view, header + 32, message.control);
        const iov = at(Number(view.getBigUint64(header + 16, true)));
        copy(view, iov.offset, message.packet);
        view.setUint32(header + 40, message.controlLength, true);
        view.setUint32(header + 56, message.length, true);
      }
      return messages.length > 0 ? messages.length : -1;
    },
    clock_gettime: () => 0,
    if_nametoindex: () => 0,
    errno: () => EAGAIN,
    addressOf: (memory) => {
      const address = free;
      regions.push({ address, memory });
      free += memory.byteLength + 64;
      return address;
    },
  };
}
