import { connect } from 'node:net';
import {
  kindOfSystemError,
  type NameResolver,
  type Probe,
  type ProbeResult,
  type Slots,
  wordsOfSystemError,
  z,
} from 'netheal/plugin';
import { cancelled, localError, windowOf } from './answers.ts';

const OPTIONS = z.strictObject({
  port: z.number().int().min(1).max(65_535),
  /** Another address than the device's, e.g. its management address. */
  host: z.string().min(1).max(253).optional(),
});

/** The probe `tcp`: whether a port accepts a connection. The RTT is that of the handshake. */
export function tcpProbe(resolver: NameResolver, slots: Slots): Probe<z.output<typeof OPTIONS>> {
  // Targets that did not answer last time wait in the slow lane.
  const silent = new Set<string>();
  return {
    type: 'tcp',
    options: OPTIONS,
    name: ({ port, host }) => (host === undefined ? `tcp:${port}` : `tcp:${host}:${port}`),
    async run({ device, options, timeoutMs, signal }) {
      const host = options.host ?? device.address;
      const target = `${host} ${options.port}`;
      const window = windowOf(timeoutMs);
      const found = await resolver.resolve(host, window.leftMs() / 2);
      if (!found.ok) return found.reason === 'dns' ? { ...found, reason: 'dns' } : localError(found.message);

      const release = await slots.take({ slow: silent.has(target), waitMs: window.leftMs() / 2, signal });
      if (!release) return signal.aborted ? cancelled() : localError('too many connects at once');
      try {
        if (signal.aborted) return cancelled();
        const result = await handshake(found.address, options.port, window.leftMs(), signal);
        if (result.ok === false && result.reason !== 'refused') silent.add(target);
        else silent.delete(target);
        return result;
      } finally {
        release();
      }
    },
  };
}

function handshake(host: string, port: number, timeoutMs: number, signal: AbortSignal): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const startedMonoMs = performance.now();
    const socket = connect({ host, port });
    const settle = (result: ProbeResult) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      socket.destroy();
      resolve(result);
    };
    const cancel = () => settle(cancelled());
    const timer = setTimeout(
      () => settle({ ok: false, reason: 'timeout', message: `port ${port}: no answer in time` }),
      timeoutMs,
    );
    signal.addEventListener('abort', cancel, { once: true });
    socket.once('connect', () => settle({ ok: true, rttMs: performance.now() - startedMonoMs }));
    // Stays after the verdict: a late error of a destroyed socket must not end the process.
    socket.on('error', (error) => settle(verdictOf(error, port)));
  });
}

function verdictOf(error: Error, port: number): ProbeResult {
  const message = `port ${port}: ${wordsOfSystemError(error)}`;
  const kind = kindOfSystemError(error) ?? 'failed';
  return kind === 'local-error' ? localError(message) : { ok: false, reason: kind, message };
}
