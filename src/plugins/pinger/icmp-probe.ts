import { isIP } from 'node:net';
import { NameResolver, type Probe, type ProbeRequest, type ProbeResult, z } from 'netheal/plugin';
import type { Choice } from './choose-engine.ts';
import { isPrompt, localError } from './engine.ts';

const OPTIONS = z.strictObject({
  /** Payload in bytes; 56 is what ping sends. */
  sizeBytes: z.number().int().min(16).max(65_000).default(56),
});
type Options = z.output<typeof OPTIONS>;

/** A hung child must be told from a silent device before the check's own deadline, which would say "timeout". */
const BEFORE_DEADLINE_MS = 10;

/** The probe `icmp`: resolves the address, asks the engine of its family, and always answers in time. */
export class IcmpProbe implements Probe<Options> {
  readonly type = 'icmp';
  readonly options = OPTIONS;
  readonly #choice: Choice;
  readonly #resolver: NameResolver;

  constructor(choice: Choice, resolver = new NameResolver()) {
    this.#choice = choice;
    this.#resolver = resolver;
  }

  engine(): Readonly<{ name: string; reason: string; mend?: string }> {
    const { name, reason, mend } = this.#choice;
    return { name, reason, mend };
  }

  run(request: ProbeRequest<Options>): Promise<ProbeResult> {
    // Fast path: an address, and an engine that answers in time by itself.
    const { address } = request.device;
    const family = isIP(address);
    if (family === 4 || family === 6) {
      const engine = this.#choice.engines[family];
      if (isPrompt(engine)) {
        const { timeoutMs, packets, options } = request;
        return engine.ping({ address, family, timeoutMs, packets, sizeBytes: options.sizeBytes });
      }
    }
    return this.#runWithDeadline(request);
  }

  #runWithDeadline(request: ProbeRequest<Options>): Promise<ProbeResult> {
    return new Promise((resolve) => {
      const deadline = setTimeout(
        () => resolve(localError('the ping engine gave no answer in time')),
        Math.max(1, request.timeoutMs - BEFORE_DEADLINE_MS),
      );
      this.#ask(request)
        .catch((error: unknown) => localError(`the ping engine failed: ${String(error)}`))
        .then((result) => {
          clearTimeout(deadline);
          resolve(result);
        });
    });
  }

  async #ask(request: ProbeRequest<Options>): Promise<ProbeResult> {
    const { packets, signal, options } = request;
    const name = request.device.address;
    const startedMonoMs = performance.now();
    const found = await this.#resolver.resolve(name, request.timeoutMs / 2);
    if (!found.ok) return { ...found, ok: found.reason === 'dns' ? false : 'unknown' } as ProbeResult;
    // Validated by the config already; whatever comes from a resolver or a plugin is validated here.
    if (isIP(found.address) !== found.family) return localError('not an IP address');

    // Time spent on a name, in coarse steps: checks with the same time-out can share one child.
    const spentMs = Math.ceil((performance.now() - startedMonoMs) / 50) * 50;
    const timeoutMs = name === found.address ? request.timeoutMs : request.timeoutMs - spentMs;
    if (timeoutMs <= 0) return localError('no time was left after resolving the name');
    const { address, family } = found;
    return await this.#choice.engines[family].ping({
      address,
      family,
      timeoutMs,
      packets,
      sizeBytes: options.sizeBytes,
      signal,
    });
  }
}
