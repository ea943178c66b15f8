import { createSocket, type RemoteInfo } from 'node:dgram';
import { createServer } from 'node:net';
import type { Servers } from './tools.ts';

const TYPES: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  257: 'CAA',
};
const RCODES: Readonly<Record<string, number>> = {
  formerr: 1,
  servfail: 2,
  nxdomain: 3,
  notimp: 4,
  refused: 5,
};

/** Data of answers, `TYPE name` -> one buffer a record. A name such as `servfail.example` is answered by that code. */
export type Zone = Readonly<Record<string, readonly Buffer[]>>;

/** A small name server of its own making on UDP and TCP; `asked` lists the questions, as `udp A name`. */
export type DnsServer = Readonly<{ port: number; asked: string[] }>;

export async function startDnsServer(zone: Zone, servers: Servers, host = '127.0.0.1'): Promise<DnsServer> {
  const asked: string[] = [];
  const answer = (query: Buffer, way: 'udp' | 'tcp') => {
    const { name, type, end } = questionOf(query);
    asked.push(`${way} ${type} ${name}`);
    const first = name.split('.')[0] as string;
    if (first === 'mute' || (first === 'mute-tcp' && way === 'tcp')) return null;
    if (first === 'garbage') return Buffer.concat([query.subarray(0, 2), Buffer.from([0x81, 0x80, 0xff])]);
    const records = zone[`${type} ${name}`] ?? [];
    const rcode = RCODES[first] ?? 0;
    const question = query.subarray(12, end);
    const truncated = way === 'udp' && (first === 'mute-tcp' || Buffer.concat(records).length > 400);
    const sent = truncated ? [] : records;
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8480 | (truncated ? 0x0200 : 0) | rcode, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(sent.length, 6);
    const typeNumber = query.readUInt16BE(end - 4);
    return Buffer.concat([head, question, ...sent.map((data) => recordOf(typeNumber, data))]);
  };

  const tcp = createServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const reply = answer(received.subarray(2), 'tcp');
      if (reply === null) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(reply.length);
      socket.write(Buffer.concat([length, reply]));
    });
  });
  const port = await servers.listen(tcp, host);
  const udp = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  udp.on('message', (query: Buffer, from: RemoteInfo) => {
    const reply = answer(query, 'udp');
    if (reply) udp.send(reply, from.port, from.address);
  });
  await new Promise<void>((resolve) => udp.bind(port, host, resolve));
  servers.atEnd(() => udp.close());
  return { port, asked };
}

function questionOf(query: Buffer): { name: string; type: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] as number; length > 0; length = query[at] as number) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return {
    name: labels.join('.').toLowerCase(),
    type: TYPES[query.readUInt16BE(at + 1)] ?? '?',
    end: at + 5,
  };
}

/** The question's name (a pointer to it), type, class IN, 60 s, data. */
function recordOf(type: number, data: Buffer): Buffer {
  const head = Buffer.from([0xc0, 0x0c, 0, 0, 0, 1, 0, 0, 0, 60, 0, 0]);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

/** A name as it is on the wire. */
export function wireName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

/** 16-bit numbers as they are on the wire. */
export function words(...numbers: number[]): Buffer {
  return Buffer.concat(numbers.map((number) => Buffer.from([number >> 8, number & 255])));
}

/** A character string as it is on the wire. */
export function wireText(text: string): Buffer {
  return Buffer.from([text.length, ...Buffer.from(text)]);
}
