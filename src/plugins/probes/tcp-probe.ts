import {
  cleanLine,
  type NameResolver,
  type Probe,
  type ProbeResult,
  type ResolvedAddress,
  z,
} from 'netheal/plugin';
import { failed, localError, resultOfError, windowOf } from './answers.ts';
import { Connection } from './connection.ts';
import type { Deadline, Lanes } from './lanes.ts';
import { pattern, tooSlow } from './pattern.ts';
import { host, lookUp, port } from './target.ts';

const OPTIONS = z.strictObject({
  port: port.describe('The port that must accept a connection.'),
  host,
  send: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe('Text to send once connected; "\\r\\n" in double quotes.'),
  expect: pattern.optional().describe('Text, or /regex/, that the first 4 KB of the answer must contain.'),
});
type Options = z.output<typeof OPTIONS>;

const MOST_ANSWER_BYTES = 4_096;

/** The probe `tcp`: whether a port accepts a connection and says what it should. The RTT is that of the handshake. */
export function tcpProbe(resolver: NameResolver, lanes: Lanes): Probe<Options> {
  return {
    type: 'tcp',
    options: OPTIONS,
    name: (options) =>
      options.host === undefined ? `tcp:${options.port}` : `tcp:${options.host}:${options.port}`,
    async run(request) {
      const { options, device } = request;
      const name = options.host ?? device.address;
      const window = windowOf(request.timeoutMs);
      const found = await lookUp(resolver, name, window.leftMs() / 2);
      if ('result' in found) return found.result;
      const rest = { timeoutMs: window.leftMs(), signal: request.signal };
      return lanes.look(`${name} ${options.port}`, rest, (deadline) => talk(found.to, options, deadline));
    },
  };
}

async function talk(to: ResolvedAddress, options: Options, deadline: Deadline): Promise<ProbeResult> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.open(to, options.port, deadline);
    if (options.send !== undefined) connection.send(options.send);
    if (options.expect === undefined) return { ok: true, rttMs: connection.rttMs };
    return await heard(connection, options.expect);
  } catch (error) {
    if (connection === undefined || options.expect === undefined)
      return resultOfError(error, `port ${options.port}: `, connection !== undefined);
    return notHeard(error, connection, options);
  } finally {
    connection?.close();
  }
}

async function heard(connection: Connection, expect: NonNullable<Options['expect']>): Promise<ProbeResult> {
  // `false` is "not yet": more may come.
  const held = await connection.read((text) => {
    const isIn = expect.isIn(text);
    return isIn === false ? undefined : { isIn };
  }, MOST_ANSWER_BYTES);
  if (held.isIn === undefined) return localError(tooSlow(expect));
  const said = cleanLine(connection.received.trim(), 200);
  return { ok: true, rttMs: connection.rttMs, ...(said === '' ? {} : { detail: said }) };
}

/** The port was open, so the time-out of a wrong answer is a wrong answer. */
function notHeard(error: unknown, connection: Connection, { expect, port }: Options): ProbeResult {
  const said = cleanLine(connection.received.trim(), 60);
  const result = resultOfError(error, `port ${port}: `, true);
  if (result.ok !== false || said === '') return result;
  return failed(`port ${port}: answered "${said}", expected ${expect?.shown}`, connection.rttMs);
}
