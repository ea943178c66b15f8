import { connect, type Socket } from 'node:net';
import { kindOfSystemError, type ProbeResult, wordsOfSystemError } from 'netheal/plugin';
import { CheckQueue } from './check-queue.ts';
import { CANCELLED, type Engine, localError, type PingRequest, replied } from './engine.ts';

/** Ports that most machines either serve or refuse; both prove that the host is there. */
const PORTS = [443, 80, 22, 7] as const;
const MOST_CHECKS = 32;

type Attempt =
  | Readonly<{ kind: 'alive'; rttMs: number }>
  | Readonly<{ kind: 'timeout' | 'unreachable' | 'local-error'; message: string }>;

/** For a machine that has neither fping nor ping: whether a host accepts or refuses a TCP connection. */
export class TcpEngine implements Engine {
  readonly name = 'tcp';
  readonly #queue = new CheckQueue(MOST_CHECKS, 'checks');
  readonly #ports: readonly number[];

  constructor(ports: readonly number[] = PORTS) {
    this.#ports = ports;
  }

  ping(request: PingRequest): Promise<ProbeResult> {
    return this.#queue.run(request, (leftMs, signal) => this.#knock(request, leftMs, signal));
  }

  stop(): void {
    this.#queue.stop();
  }

  /** All ports at once; the first sign of life wins. */
  #knock(request: PingRequest, windowMs: number, signal: AbortSignal): Promise<ProbeResult> {
    return new Promise((resolve) => {
      const failed: Exclude<Attempt, { kind: 'alive' }>[] = [];
      const sockets: Socket[] = [];
      const settle = (result: ProbeResult) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', cancel);
        for (const socket of sockets) socket.destroy();
        resolve(result);
      };
      const cancel = () => settle(CANCELLED);
      const timer = setTimeout(() => settle(verdictOf(failed, this.#ports)), windowMs);
      signal.addEventListener('abort', cancel, { once: true });

      for (const port of this.#ports) {
        const startedMonoMs = performance.now();
        const socket = connect({ host: request.address, port, family: request.family });
        sockets.push(socket);
        const tell = (attempt: Attempt) => {
          if (attempt.kind === 'alive') settle(replied([attempt.rttMs], 1));
          else if (failed.push(attempt) === this.#ports.length) settle(verdictOf(failed, this.#ports));
        };
        const alive = () => tell({ kind: 'alive', rttMs: performance.now() - startedMonoMs });
        socket.once('connect', alive);
        socket.once('error', (error) => {
          const kind = kindOfSystemError(error);
          if (kind === 'refused' || (error as NodeJS.ErrnoException).code === 'ECONNRESET') alive();
          else if (kind === 'timeout' || kind === 'unreachable')
            tell({ kind, message: wordsOfSystemError(error) });
          else tell({ kind: 'local-error', message: wordsOfSystemError(error) });
        });
      }
    });
  }
}

/** No sign of life: silence where every packet could be sent, our own fault where one could not. */
function verdictOf(
  failed: readonly Exclude<Attempt, { kind: 'alive' }>[],
  ports: readonly number[],
): ProbeResult {
  const local = failed.find(({ kind }) => kind === 'local-error');
  if (local) return localError(local.message);
  const unreachable = failed.find(({ kind }) => kind === 'unreachable');
  if (unreachable) return { ok: false, reason: 'unreachable', message: unreachable.message };
  return { ok: false, reason: 'timeout', message: `no answer on the TCP ports ${ports.join(', ')}` };
}
