import type { ProbeResult } from 'netheal/plugin';

export type Family = 4 | 6;

/** What to ping and how. `address` is an IP address that has been validated; names are resolved before. */
export type PingTarget = Readonly<{
  address: string;
  family: Family;
  timeoutMs: number;
  packets: number;
  /** Bytes of payload. */
  sizeBytes: number;
}>;

/** One ping check, which its caller may give up. */
export type PingRequest = PingTarget & Readonly<{ signal: AbortSignal }>;

export type EngineKind = 'icmp' | 'dgram' | 'fping' | 'ping' | 'tcp';

/** A way to find out whether an address answers. Never throws: what goes wrong on our side is `local-error`. */
export interface Engine {
  readonly name: EngineKind;
  ping(request: PingRequest): Promise<ProbeResult>;
  /** Ends all children and sockets; what is in flight is answered `skipped`. */
  stop(): void;
}

/** An engine that answers by itself before the timeout, whatever happens: no deadline of the caller's, no signal. */
export interface PromptEngine extends Engine {
  readonly isPrompt: true;
  ping(target: PingTarget): Promise<ProbeResult>;
}

export function isPrompt(engine: Engine): engine is PromptEngine {
  return (engine as Partial<PromptEngine>).isPrompt === true;
}

/**
 * How long an answer of the network is waited for. Shorter than the timeout, because starting a child and reading
 * its verdict take time too: a child that is late must not look like a device that is down.
 */
export function replyWindowMs(timeoutMs: number): number {
  return Math.max(1, Math.floor(timeoutMs - Math.min(150, timeoutMs * 0.3)));
}

/** Several packets of one check leave in the first quarter of the window, 10 to 200 ms apart. */
export function packetSpacingMs(windowMs: number, packets: number): number {
  if (packets <= 1) return 0;
  return Math.max(10, Math.min(200, Math.floor(windowMs / 4 / (packets - 1))));
}

export function localError(message: string): ProbeResult {
  return { ok: 'unknown', reason: 'local-error', message };
}

/** The caller gave the check up, or the engine was stopped. */
export const CANCELLED: ProbeResult = {
  ok: 'unknown',
  reason: 'skipped',
  message: 'the check was cancelled',
};

/** The verdict over the replies to the packets of one check. */
export function replied(rttsMs: readonly number[], packets: number): ProbeResult {
  const mean = rttsMs.reduce((sum, rtt) => sum + rtt, 0) / rttsMs.length;
  const result = {
    ok: true,
    rttMs: round(mean),
    lossPercent: round((100 * Math.max(0, packets - rttsMs.length)) / packets),
  } as const;
  return rttsMs.length > 1 ? { ...result, jitterMs: round(jitterOf(rttsMs)) } : result;
}

/** Mean difference of successive RTTs. */
function jitterOf(rttsMs: readonly number[]): number {
  let sum = 0;
  for (let i = 1; i < rttsMs.length; i++) sum += Math.abs((rttsMs[i] ?? 0) - (rttsMs[i - 1] ?? 0));
  return sum / (rttsMs.length - 1);
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
