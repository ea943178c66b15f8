import type { Connection } from './connection.ts';

/** What the server says (its last line), and what we answer. */
type Turn = readonly [hears: RegExp, says: string];

/** The words before TLS. `NNN-` lines of SMTP are followed by more. */
const DIALOGUES = {
  smtp: [
    [/^220 .*\r?\n/m, 'EHLO netheal\r\n'],
    [/^250 .*\r?\n/m, 'STARTTLS\r\n'],
    [/^220 .*\r?\n/m, ''],
  ],
  imap: [
    [/^\* OK.*\r?\n/m, 'a STARTTLS\r\n'],
    [/^a OK.*\r?\n/m, ''],
  ],
  pop3: [
    [/^\+OK.*\r?\n/m, 'STLS\r\n'],
    [/^\+OK.*\r?\n/m, ''],
  ],
} as const satisfies Readonly<Record<string, readonly Turn[]>>;

export type StartTls = keyof typeof DIALOGUES;
export const START_TLS = Object.keys(DIALOGUES) as StartTls[];

const MOST_BYTES = 4_096;
/** Refusals: no further line will come, so nobody waits for one. */
const NO = /^(?:[45]\d\d |a (?:NO|BAD)|\* BYE|-ERR).*\r?\n/m;

/** Asks a mail server to begin TLS; the refusal in its words, or `undefined` when TLS may begin. */
export async function startTls(connection: Connection, protocol: StartTls): Promise<string | undefined> {
  for (const [hears, says] of DIALOGUES[protocol]) {
    const refusal = await connection.read(
      (text) => (hears.test(text) ? '' : NO.exec(text)?.[0].trim()),
      MOST_BYTES,
    );
    if (refusal !== '') return refusal;
    connection.forget();
    if (says !== '') connection.send(says);
  }
  return undefined;
}
