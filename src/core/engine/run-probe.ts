import { messageOf } from '../errors.ts';
import type { Hooks } from '../kernel/hooks.ts';
import { isProbeResult } from '../kernel/probe-result.ts';
import type { Device, ProbeRequest, ProbeResult } from '../plugin.ts';
import { cleanLine } from '../text.ts';
import type { Clock } from './clock.ts';
import type { PreparedProbe } from './monitored.ts';

/** A probe answers by its timeout by itself; after this grace its signal aborts ... */
const GRACE_MS = 250;
/** ... and after this one more it is given up: it hangs, which is the plugin's fault and not the device's. */
const HANG_MS = 1_000;

export type RunProbeContext = Readonly<{
  clock: Clock;
  hooks: Hooks;
  onHang: (probe: string, device: Device) => void;
}>;

/** One probe, its hooks around it. Never throws, always ends. */
export async function runProbe(
  context: RunProbeContext,
  prepared: PreparedProbe,
  device: Device,
  packets: number,
): Promise<ProbeResult> {
  const { hooks } = context;
  const aborter = new LazyAborter();
  const request: ProbeRequest = {
    device,
    probe: prepared.name,
    options: prepared.options,
    timeoutMs: prepared.timeoutMs,
    packets,
    get signal() {
      return aborter.signal;
    },
  };
  const early = hooks.beforePing.isUsed() ? await hooks.beforePing.promise(request) : undefined;
  if (early && 'skip' in early) return { ok: 'unknown', reason: 'skipped', message: cleanLine(early.skip) };
  const result = early ?? (await runWithDeadline(context, prepared, request, aborter));
  return hooks.afterPing.isUsed() ? await hooks.afterPing.promise(result, request) : result;
}

function runWithDeadline(
  { clock, onHang }: RunProbeContext,
  { probe, timeoutMs }: PreparedProbe,
  request: ProbeRequest,
  aborter: LazyAborter,
): Promise<ProbeResult> {
  return new Promise((resolve) => {
    let timer = clock.setTimer(() => {
      aborter.abort();
      timer = clock.setTimer(() => {
        onHang(request.probe, request.device);
        settle({ ok: 'unknown', reason: 'local-error', message: `probe ${request.probe} hangs` });
      }, HANG_MS);
    }, timeoutMs + GRACE_MS);
    const settle = (result: ProbeResult) => {
      clock.clearTimer(timer);
      resolve(result);
    };
    const answered = (result: unknown) => {
      if (isProbeResult(result)) return settle(result);
      const message = `probe ${request.probe} answered something that is no result`;
      settle({ ok: 'unknown', reason: 'local-error', message });
    };
    const failed = (thrown: unknown) => {
      // Probes that only listen to the signal reject when it aborts: that is a timeout. Anything else is their mistake.
      settle(
        aborter.aborted
          ? { ok: false, reason: 'timeout', message: `no answer within ${timeoutMs} ms` }
          : {
              ok: 'unknown',
              reason: 'local-error',
              message: `probe ${request.probe} failed: ${messageOf(thrown)}`,
            },
      );
    };
    try {
      probe.run(request).then(answered, failed);
    } catch (thrown) {
      failed(thrown);
    }
  });
}

/** An AbortController that is made when somebody listens: most probes keep their own time and never do. */
class LazyAborter {
  aborted = false;
  #controller: AbortController | null = null;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.aborted) this.#controller.abort();
    return this.#controller.signal;
  }

  abort(): void {
    this.aborted = true;
    this.#controller?.abort();
  }
}
