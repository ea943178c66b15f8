import { cleanLine, type ProbeResult } from 'netheal/plugin';
import { failed, localError } from './answers.ts';
import { daysProblem } from './certificate.ts';
import type { HttpAnswer } from './http-exchange.ts';
import type { HttpOptions } from './http-options.ts';
import { type Pattern, tooSlow } from './pattern.ts';
import { expectedStatuses, isExpectedStatus } from './status-codes.ts';

/** Whether the answer is the one that was wanted; the first thing that is not is told. */
export function verdictOf(answer: HttpAnswer, options: HttpOptions, rttMs: number): ProbeResult {
  const { status, headers, body, daysLeft } = answer;
  if (!isExpectedStatus(status, options.expectStatus))
    return failed(`status ${status}, expected ${expectedStatuses(options.expectStatus)}`, rttMs);
  for (const [name, wanted] of Object.entries(options.expectHeader)) {
    const value = headers[name.toLowerCase()];
    if (value === undefined) return failed(`the answer has no header ${name}`, rttMs);
    // Its value is not told: a cookie is a secret.
    const problem = missing(wanted, [value].flat().join(', '), `the header ${name}`, rttMs);
    if (problem) return problem;
  }
  const inBody = options.expectBody && missing(options.expectBody, body, 'the body', rttMs);
  if (inBody) return inBody;
  const days = daysProblem(daysLeft, options.certDaysLeft);
  if (days !== undefined) return failed(days, rttMs);
  return { ok: true, rttMs, detail: detailOf(answer) };
}

function missing(wanted: Pattern, text: string, where: string, rttMs: number): ProbeResult | undefined {
  const isIn = wanted.isIn(text);
  if (isIn === undefined) return localError(tooSlow(wanted));
  return isIn ? undefined : failed(`${where} does not contain "${cleanLine(wanted.shown, 60)}"`, rttMs);
}

/** The status, and what the time was spent with (of the last request, where there were redirects). */
function detailOf({ status, connectMs, tlsMs, rttMs, daysLeft }: HttpAnswer): string {
  const parts = [`status ${status}`, `connect ${connectMs.toFixed(1)} ms`];
  if (tlsMs !== undefined) parts.push(`TLS ${tlsMs.toFixed(1)} ms`);
  parts.push(`answer ${(rttMs - connectMs - (tlsMs ?? 0)).toFixed(1)} ms`);
  if (daysLeft !== null) parts.push(`certificate valid for ${daysLeft} days`);
  return parts.join(', ');
}
