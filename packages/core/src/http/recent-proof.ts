import { AuthError } from '../errors.js';
import type { Identity } from './guard.js';
import type { HttpContext } from './http-context.js';

/** How long a proof of who somebody is counts as fresh, where it matters most (ASVS 7.5.1). */
const freshMs = 10 * 60_000;

/** @throws `AuthError` `step_up_required` unless the user has just proved who they are. */
export function requireRecentProof({ auth }: HttpContext, { authTime }: Pick<Identity, 'authTime'>): void {
  if (auth.now().getTime() - authTime.getTime() > freshMs) throw new AuthError('step_up_required');
}
