import type { Family } from '../engine.ts';
import { ECHO, ECHO_REPLY } from './packet.ts';

/** struct sock_filter: code (16 bits), jump if true, jump if false (8 bits each), operand (32 bits). */
const INSTRUCTION_SIZE = 8;
const LOAD_BYTE = 0x50;
const LOAD_HALF = 0x48;
const LOAD_BYTE_FIXED = 0x30;
const LOAD_HALF_FIXED = 0x28;
const LOAD_IP_HEADER_LENGTH = 0xb1;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;
const WHOLE_PACKET = 0x4_0000;

/**
 * A raw socket gets every ICMP packet of the machine, other people's pings as well. This classic BPF program lets the
 * kernel drop all but the echo replies with our identifier, before they fill the receive buffer.
 */
export function echoReplyFilter(
  family: Family,
  identifier: number,
): Readonly<{ bytes: Uint8Array; count: number }> {
  const type = ECHO_REPLY[family];
  const program =
    family === 4
      ? [
          [LOAD_IP_HEADER_LENGTH, 0, 0, 0],
          [LOAD_BYTE, 0, 0, 0],
          [JUMP_IF_EQUAL, 0, 3, type],
          [LOAD_HALF, 0, 0, ECHO.identifier],
          [JUMP_IF_EQUAL, 0, 1, identifier],
          [RETURN, 0, 0, WHOLE_PACKET],
          [RETURN, 0, 0, 0],
        ]
      : // Raw IPv6 sockets see no IP header.
        [
          [LOAD_BYTE_FIXED, 0, 0, 0],
          [JUMP_IF_EQUAL, 0, 3, type],
          [LOAD_HALF_FIXED, 0, 0, ECHO.identifier],
          [JUMP_IF_EQUAL, 0, 1, identifier],
          [RETURN, 0, 0, WHOLE_PACKET],
          [RETURN, 0, 0, 0],
        ];
  const bytes = new Uint8Array(program.length * INSTRUCTION_SIZE);
  const view = new DataView(bytes.buffer);
  for (const [index, [code = 0, ifTrue = 0, ifFalse = 0, operand = 0]] of program.entries()) {
    const at = index * INSTRUCTION_SIZE;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, ifTrue);
    view.setUint8(at + 3, ifFalse);
    view.setUint32(at + 4, operand, true);
  }
  return { bytes, count: program.length };
}
