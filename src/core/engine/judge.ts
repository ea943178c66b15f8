import type { CheckOutcome, Failure, FailureKind } from '../model/types.ts';
import type { ProbeResult } from '../plugin.ts';
import { cleanLine } from '../text.ts';

const KINDS: Readonly<Record<Extract<ProbeResult, { ok: false }>['reason'], FailureKind>> = {
  timeout: 'timeout',
  unreachable: 'host-unreachable',
  refused: 'refused',
  dns: 'dns',
  failed: 'failed',
};

/**
 * All probes of a device and their results, reduced to one verdict. Any probe that failed makes the check failed; a probe that the
 * monitor could not even run says nothing, and where none said anything the check says nothing.
 */
export function judge(
  probes: readonly Readonly<{ name: string }>[],
  results: readonly ProbeResult[],
  at: number,
  monoMs: number,
): CheckOutcome {
  const [primary] = results;
  const rttMs = primary && primary.ok !== 'unknown' ? (primary.rttMs ?? null) : null;
  const failing: string[] = [];
  let failure: Failure | null = null;
  let lossPercent = 0;
  let known = false;
  let unknown = 'it has no probes';
  for (const [index, { name }] of probes.entries()) {
    const result = results[index]!;
    if (result.ok === 'unknown') {
      unknown = `${name}: ${result.message}`;
      continue;
    }
    known = true;
    if (result.ok) {
      lossPercent = Math.max(lossPercent, result.lossPercent ?? 0);
      continue;
    }
    failing.push(name);
    lossPercent = 100;
    failure ??= {
      kind: KINDS[result.reason],
      probe: name,
      message: cleanLine(result.message, 300),
      ...(result.exitCode === undefined ? {} : { exitCode: result.exitCode }),
    };
  }
  if (failure) return { verdict: 'failed', at, monoMs, failure, failing, rttMs, lossPercent };
  if (!known) return { verdict: 'unknown', at, monoMs, reason: unknown };
  return { verdict: 'ok', at, monoMs, rttMs, lossPercent, probe: probes[0]?.name };
}
