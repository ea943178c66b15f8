import type { SshAccess } from 'netheal/plugin';
import { LEGACY_WARNING } from './algorithms.ts';
import { dialectProblem, identProblem } from './dialects.ts';
import { openRoute } from './jump.ts';
import { describeRefused } from './refused.ts';

/** Tries the whole login and runs nothing: TCP, host key, credentials, what kind of server it is. */
export async function diagnose(
  access: SshAccess,
  signal: AbortSignal,
): Promise<Readonly<{ ok: boolean; lines: readonly string[] }>> {
  const route = await openRoute(access, { signal, pin: false });
  if ('stage' in route) return { ok: false, lines: [describeRefused(route, access)] };
  route.close();
  const lines = route.sessions.flatMap((session) => [
    `${session.access.name}: logged in as ${session.access.username}@${session.access.host}:${session.access.port}`,
    `  host key ${session.hostKey}`,
    `  server ${session.ident}`,
    ...session.notes.map((note) => `  ${note}`),
  ]);
  if (access.legacy) lines.push(LEGACY_WARNING);
  const problem = dialectProblem(access.dialect) ?? identProblem(access.dialect, route.session.ident);
  return problem ? { ok: false, lines: [...lines, problem] } : { ok: true, lines };
}
