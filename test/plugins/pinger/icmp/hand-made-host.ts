import koffi from 'koffi';
import type { Namespace } from './namespace.ts';

const AF_INET = 2;
const SOCK_RAW = 3;
const IPPROTO_ICMP = 1;
const SOCK_NONBLOCK = 0o4000;
const IP_HEADER = 20;
const ECHO_REQUEST = 8;

const own = koffi.load(null);
const socket = own.func('int socket(int domain, int type, int protocol)');
const bind = own.func('int bind(int fd, void *address, uint32_t length)');
const close = own.func('int close(int fd)');
const recv = own.func('long recv(int fd, void *buffer, size_t length, int flags)');
const sendto = own.func(
  'long sendto(int fd, void *buffer, size_t length, int flags, void *address, uint32_t size)',
);

/** A loopback address whose answers to pings are made by the test. Its namespace must ignore echo requests itself. */
export class HandMadeHost {
  readonly #fd: number;

  constructor(net: Namespace, address: string) {
    this.#fd = net.inside(() => socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_ICMP));
    if (bind(this.#fd, socketAddress(address), 16) !== 0) throw new Error(`bind: error ${koffi.errno()}`);
  }

  /** The next echo request to this address, from its ICMP header on. */
  async asked(): Promise<Buffer> {
    const buffer = Buffer.alloc(2_048);
    for (;;) {
      const length = Number(recv(this.#fd, buffer, buffer.length, 0));
      if (length > IP_HEADER && buffer[IP_HEADER] === ECHO_REQUEST) {
        return Buffer.from(buffer.subarray(IP_HEADER, length));
      }
      if (length < 0) await new Promise(setImmediate);
    }
  }

  /** Answers an echo request, after `change` was done to the reply. */
  reply(request: Buffer, change: (reply: Buffer) => Buffer | undefined = () => undefined): void {
    const copy = Buffer.from(request);
    copy[0] = 0;
    const reply = change(copy) ?? copy;
    reply.writeUInt16LE(0, 2);
    reply.writeUInt16LE(checksum(reply), 2);
    sendto(this.#fd, reply, reply.length, 0, socketAddress('127.0.0.1'), 16);
  }

  close(): void {
    close(this.#fd);
  }
}

function socketAddress(address: string): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(AF_INET);
  bytes.set(address.split('.').map(Number), 4);
  return bytes;
}

/** RFC 1071, written by its letter. */
function checksum(bytes: Buffer): number {
  const even = bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)]);
  let sum = 0;
  for (let at = 0; at < even.length; at += 2) {
    sum += even.readUInt16LE(at);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return ~sum & 0xffff;
}
