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
  port: port.default(22).describe('Where the SSH server listens.'),
  host,
  expect: pattern
    .optional()
    .describe('Text, or /regex/, that the identification must contain: OpenSSH, /OpenSSH_(9|10)/.'),
});
type Options = z.output<typeof OPTIONS>;

/** RFC 4253, 4.2: other lines may come before. */
const IDENTIFICATION = /^SSH-[^\r\n]*(?=\r?\n)/m;
/** 1.99 is a server of both versions. */
const VERSION_2 = /^SSH-(?:2\.0|1\.99)-/;
const MOST_BYTES = 8_192;
/** Servers write connections that say nothing into their logs as attacks. */
const OURS = 'SSH-2.0-netheal\r\n';

/** The probe `ssh`: whether an SSH server says who it is. Never logs in. The RTT is that of the TCP handshake. */
export function sshProbe(resolver: NameResolver, lanes: Lanes): Probe<Options> {
  return {
    type: 'ssh',
    options: OPTIONS,
    name: (options) =>
      options.host === undefined ? `ssh:${options.port}` : `ssh:${options.host}:${options.port}`,
    async run({ options, device, timeoutMs, signal }) {
      const name = options.host ?? device.address;
      const window = windowOf(timeoutMs);
      const found = await lookUp(resolver, name, window.leftMs() / 2);
      if ('result' in found) return found.result;
      const rest = { timeoutMs: window.leftMs(), signal };
      return lanes.look(`${name} ${options.port}`, rest, (deadline) => greet(found.to, options, deadline));
    },
  };
}

async function greet(to: ResolvedAddress, options: Options, deadline: Deadline): Promise<ProbeResult> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.open(to, options.port, deadline);
    const identification = await connection.read((text) => IDENTIFICATION.exec(text)?.[0], MOST_BYTES);
    connection.send(OURS);
    return judge(identification, options, connection.rttMs);
  } catch (error) {
    const said = cleanLine(connection?.received.trim() ?? '', 60);
    const result = resultOfError(error, `port ${options.port}: `, connection !== undefined);
    if (result.ok !== false || said === '') return result;
    return failed(`port ${options.port}: "${said}" is no SSH identification`, connection?.rttMs);
  } finally {
    connection?.close();
  }
}

function judge(identification: string, { expect }: Options, rttMs: number): ProbeResult {
  const said = cleanLine(identification, 255);
  if (!VERSION_2.test(identification)) return failed(`${said} is not version 2 of SSH`, rttMs);
  const isIn = expect?.isIn(identification);
  if (expect && isIn === undefined) return localError(tooSlow(expect));
  if (expect && !isIn) return failed(`the server is ${said}, expected ${expect.shown}`, rttMs);
  return { ok: true, rttMs, detail: said };
}
