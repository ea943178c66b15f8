/** `%LINK-3-UPDOWN: text`, the heart of a log line of Cisco's kind. */
const MESSAGE = '%[A-Z][A-Z0-9_-]{1,60}-[0-7]-[A-Z0-9_]{1,60}: .*';
const TIME = String.raw`\d\d:\d\d:\d\d(?:\.\d{1,6})?`;
const DATE = '[A-Z][a-z][a-z] {1,2}\\d{1,2}';

/** Log lines as Cisco and Arista print them on a terminal: number, time and sender may stand before the message. */
export const SYSLOG: readonly string[] = [
  // *Mar  1 00:00:10.123 UTC: %SYS-5-CONFIG_I: Configured from console
  String.raw`(?:\d{1,9}: )?(?:[*.])?${DATE} (?:\d{4} )?${TIME}(?: [A-Z]{2,5})?: ${MESSAGE}`,
  // 2026 Jan 10 12:00:00 sw1 %ETHPORT-5-IF_UP: ... and: Jan 10 12:00:00 sw1 Ebra: %LINEPROTO-5-UPDOWN: ...
  String.raw`(?:\d{4} )?${DATE} ${TIME} \S{1,64}(?: \S{1,40}:)? ${MESSAGE}`,
  // 00:01:02: %LINK-3-UPDOWN: ... (time since the start)
  `${TIME}: ${MESSAGE}`,
  MESSAGE,
];
