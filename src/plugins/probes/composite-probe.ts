import {
  cleanLine,
  messageOf,
  type PluginApi,
  type Probe,
  type ProbeRequest,
  type ProbeResult,
} from 'netheal/plugin';
import { cancelled, localError, windowOf } from './answers.ts';
import { compositeOptions, type Part } from './composite-options.ts';

type Options = Readonly<{ name?: string | undefined; of: readonly Part[] }>;
type Found = Readonly<{ part: Part; result: ProbeResult }>;

/** The probe `all`: ok when all of its parts are. Its RTT is the longest of theirs. */
export function allProbe(probes: PluginApi['probes']): Probe<Options> {
  return composite('all', probes, async (looks) => {
    const found = await Promise.all(looks);
    const bad = found.filter(({ result }) => result.ok === false);
    if (bad.length > 0) return failedBy(bad);
    const unsure = found.filter(({ result }) => result.ok === 'unknown');
    return unsure.length > 0 ? unknownBy(unsure) : okBy(found);
  });
}

/** The probe `any`: ok when one of its parts is, failed only when all have failed for sure. Its RTT is the first's. */
export function anyProbe(probes: PluginApi['probes']): Probe<Options> {
  return composite('any', probes, async (looks) => {
    const first = await firstOk(looks);
    if (first) return okBy([first]);
    const found = await Promise.all(looks);
    const unsure = found.filter(({ result }) => result.ok === 'unknown');
    return unsure.length > 0 ? unknownBy(unsure) : failedBy(found);
  });
}

function composite(
  type: 'all' | 'any',
  probes: PluginApi['probes'],
  judge: (looks: readonly Promise<Found>[]) => Promise<ProbeResult>,
): Probe<Options> {
  return {
    type,
    options: compositeOptions(probes),
    name: ({ name, of }) =>
      name === undefined ? `${type}(${of.map((part) => part.name).join(',')})` : `${type}:${name}`,
    async run(request) {
      // Ends the looks that are not needed any more.
      const over = new AbortController();
      const signal = AbortSignal.any([request.signal, over.signal]);
      const { leftMs } = windowOf(request.timeoutMs);
      const looks = request.options.of.map((part) => look(part, { ...request, signal }, leftMs()));
      const result = await judge(looks);
      over.abort();
      return result;
    },
  };
}

/** What a part may take beyond its time to say that it is over. */
const GRACE_MS = 100;

/** One part under its own time. Never rejects and always ends. */
function look(
  part: Part,
  { device, packets, signal }: ProbeRequest<Options>,
  mostMs: number,
): Promise<Found> {
  const { probe, name, options } = part;
  const timeoutMs = Math.min(part.timeoutMs ?? mostMs, mostMs);
  return new Promise((resolve) => {
    const ending = new AbortController();
    let isLate = false;
    const settle = (result: ProbeResult) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      resolve({ part, result });
    };
    const cancel = () => {
      settle(cancelled());
      ending.abort();
    };
    // Most probes end by themselves in time; this is for those that only listen to the signal, or not even to that.
    let timer = setTimeout(() => {
      isLate = true;
      timer = setTimeout(() => settle(localError('hangs')), GRACE_MS);
      ending.abort();
    }, timeoutMs);
    if (signal.aborted) return cancel();
    signal.addEventListener('abort', cancel, { once: true });
    const failed = (thrown: unknown) => settle(isLate ? timedOut(timeoutMs) : localError(messageOf(thrown)));
    const request = { device, probe: name, options, timeoutMs, packets, signal: ending.signal };
    Promise.resolve()
      .then(() => probe.run(request))
      .then(settle, failed);
  });
}

function timedOut(timeoutMs: number): ProbeResult {
  return { ok: false, reason: 'timeout', message: `no answer within ${Math.round(timeoutMs)} ms` };
}

/** The first that is ok, `undefined` when all have ended and none is. */
function firstOk(looks: readonly Promise<Found>[]): Promise<Found | undefined> {
  return new Promise((resolve) => {
    for (const look of looks) {
      void look.then((found) => {
        if (found.result.ok === true) resolve(found);
      });
    }
    void Promise.all(looks).then(() => resolve(undefined));
  });
}

function okBy(found: readonly Found[]): ProbeResult {
  const results = found.map(({ result }) => result).filter((result) => result.ok === true);
  const losses = results.flatMap(({ lossPercent }) => lossPercent ?? []);
  return {
    ok: true,
    rttMs: Math.max(...results.map(({ rttMs }) => rttMs)),
    ...(losses.length === 0 ? {} : { lossPercent: Math.max(...losses) }),
    detail: inWords(found, (result) => (result.ok === true ? (result.detail ?? 'ok') : '')),
  };
}

/** The kind of failure, the exit code and the RTT are those of the first in the order of the config. */
function failedBy(found: readonly Found[]): ProbeResult {
  const message = inWords(found, messageOfResult);
  const first = found.map(({ result }) => result).find((result) => result.ok === false);
  return first ? { ...first, message } : localError(message);
}

function unknownBy(found: readonly Found[]): ProbeResult {
  const message = inWords(found, messageOfResult);
  const first = found.map(({ result }) => result).find((result) => result.ok === 'unknown');
  return first ? { ...first, message } : localError(message);
}

function messageOfResult(result: ProbeResult): string {
  return result.ok === true ? 'ok' : result.message;
}

function inWords(found: readonly Found[], words: (result: ProbeResult) => string): string {
  return cleanLine(found.map(({ part, result }) => `${part.name}: ${words(result)}`).join('; '), 500);
}
