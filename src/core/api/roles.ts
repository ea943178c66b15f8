/** Who may do what: each role may do all that the ones before it may. */
import type { Caller, Role } from '../plugin.ts';
import { problem } from './problem.ts';

/** The roles, the least first. */
export const ROLES = ['view', 'operate', 'approve'] as const satisfies readonly Role[];

/** Whether somebody of the role `has` may do what `needs` another. */
export function mayAs(has: Role, needs: Role): boolean {
  return ROLES.indexOf(has) >= ROLES.indexOf(needs);
}

/** The refusal of a caller whose role is too small; null where it is not. Without a caller: the owner, by the socket. */
export function refusedByRole(caller: Caller | undefined, needs: Role): Response | null {
  if (caller === undefined || mayAs(caller.role, needs)) return null;
  return problem(403, {
    detail: `This needs a token of the role "${needs}"; ${caller.name ?? 'this one'} has "${caller.role}".`,
    code: 'NH_NOT_ALLOWED',
  });
}
