import { AuthError } from '../errors.js';
import type { Identity } from './guard.js';
import type { HttpContext } from './http-context.js';

/** How fresh a proof of who somebody is has to be. */
export interface ProofDemand {
  readonly maxAgeMs: number;
  /** With a second factor. */
  readonly needsSecondFactor: boolean;
}

/**
 * Insists that the user has proved in full who they are, and how long ago at most (ASVS 7.5.1). A browser that is remembered
 * has given no full proof, however fresh.
 *
 * @throws `AuthError` `step_up_required`, which says what is missing.
 */
export function requireProof(
  { auth }: HttpContext,
  { amr, authTime }: Pick<Identity, 'amr' | 'authTime'>,
  { maxAgeMs, needsSecondFactor }: ProofDemand,
): void {
  const isFresh = auth.now().getTime() - authTime.getTime() <= maxAgeMs;
  const isFull = needsSecondFactor ? amr.includes('mfa') : !amr.includes('swk');
  if (isFresh && isFull) return;
  throw new AuthError('step_up_required', {
    stepUp: { maxAgeSeconds: Math.floor(maxAgeMs / 1000), needsSecondFactor },
  });
}

/** For what matters most in these routes: the account itself. @throws `AuthError` `step_up_required`. */
export function requireRecentProof(http: HttpContext, identity: Identity): void {
  requireProof(http, identity, { maxAgeMs: http.stepUpWindowMs, needsSecondFactor: false });
}
