import { Resolver } from 'node:dns/promises';
import {
  cleanLine,
  type NameResolver,
  type Probe,
  type ProbeResult,
  type ResolvedAddress,
  z,
} from 'netheal/plugin';
import { failed, windowOf } from './answers.ts';
import { resultOfDnsError } from './dns-errors.ts';
import { comparable, questionName, RECORD_TYPES, writeRecords } from './dns-records.ts';
import type { Deadline, Lanes } from './lanes.ts';
import { lookUp, port } from './target.ts';

const TEXT = z.string().min(1).max(1_000);
const OPTIONS = z.strictObject({
  name: z.string().min(1).max(253).describe('The name to ask for; for PTR an address will do.'),
  record: z.enum(RECORD_TYPES).default('A').describe('The type of record to ask for.'),
  server: z.string().min(1).max(253).optional().describe("The server to ask. Default: the device's address."),
  port: port.default(53).describe('Where the server listens.'),
  expect: z
    .union([TEXT, z.array(TEXT).min(1)])
    .optional()
    .describe('Answers that must be there, as a zone file writes them: "10 mail.example.org" for MX.'),
});
type Options = z.output<typeof OPTIONS>;

/** The probe `dns`: whether a server answers a question, and as it should. The RTT is that of question and answer. */
export function dnsProbe(resolver: NameResolver, lanes: Lanes): Probe<Options> {
  return {
    type: 'dns',
    options: OPTIONS,
    name: ({ record, name, server }) => `dns:${record}:${name}${server === undefined ? '' : `@${server}`}`,
    async run({ options, device, timeoutMs, signal }) {
      const server = options.server ?? device.address;
      const window = windowOf(timeoutMs);
      const found = await lookUp(resolver, server, window.leftMs() / 2);
      if ('result' in found) return found.result;
      const rest = { timeoutMs: window.leftMs(), signal };
      return lanes.look(`${server} ${options.port}`, rest, (deadline) => ask(found.to, options, deadline));
    },
  };
}

async function ask(
  to: ResolvedAddress,
  options: Options,
  { leftMs, signal }: Deadline,
): Promise<ProbeResult> {
  const { record, name, port } = options;
  // One try: the next one is the next check's, and an RTT must not hold the wait for a lost answer.
  const timeoutMs = Math.ceil(leftMs());
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  resolver.setServers([to.family === 4 ? `${to.address}:${port}` : `[${to.address}]:${port}`]);
  // Over TCP, after a truncated answer, c-ares counts its time anew.
  let late = false;
  const cancel = () => resolver.cancel();
  const timer = setTimeout(() => {
    late = true;
    cancel();
  }, timeoutMs);
  signal.addEventListener('abort', cancel, { once: true });
  const startedMonoMs = performance.now();
  try {
    const answers = await resolver.resolve(questionName(record, name), record);
    return judge(writeRecords(record, answers), options, performance.now() - startedMonoMs);
  } catch (error) {
    const rttMs = performance.now() - startedMonoMs;
    const cause = late ? { code: 'ETIMEOUT' } : error;
    return await resultOfDnsError(cause, `${record} ${name}`, { address: to, port }, rttMs);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  }
}

function judge(answers: readonly string[], { record, name, expect }: Options, rttMs: number): ProbeResult {
  const shown = cleanLine(answers.join(', '), 300);
  const there = new Set(answers.map((answer) => comparable(record, answer)));
  const missing = [expect ?? []].flat().filter((wanted) => !there.has(comparable(record, wanted)));
  if (missing.length === 0) return { ok: true, rttMs, detail: shown };
  return failed(`${record} ${name}: answers ${shown}, expected ${missing.join(', ')}`, rttMs);
}
