import type { SecondFactorMethod } from '../domains/mfa/index.js';
import type { SignedIn } from './signed-in.js';

/** The user is signed in. */
export interface FinishedSignIn extends SignedIn {
  readonly kind: 'signed_in';
  /** From when on a sign-in asks this user to set up a second factor; `null`: they have one, or need none. */
  readonly secondFactorDueAt: Date | null;
  /**
   * For whoever asked to be remembered: presented at the next sign-in, the password is enough. Good once; each sign-in gives
   * the next one. Keep it where scripts cannot read it.
   */
  readonly deviceToken: string | null;
}

/**
 * The first half of a sign-in is done, and nobody is signed in: there is no session, and the token opens nothing but the
 * second half.
 *
 * - `second_factor_required`: go on with `verifySecondFactor`.
 * - `second_factor_setup_required`: this user must have a second factor and has none. Go on with `beginSecondFactorSetup`.
 */
export interface PendingSignIn {
  readonly kind: 'second_factor_required' | 'second_factor_setup_required';
  readonly mfaToken: string;
  /** What the second half may be done with; empty where it has to be set up. */
  readonly methods: readonly SecondFactorMethod[];
  readonly expiresAt: Date;
}

/** What became of a sign-in whose first half was right. */
export type SignInOutcome = FinishedSignIn | PendingSignIn;
