import type { SecondFactorProof } from '../domains/mfa/index.js';
import { AuthError } from '../errors.js';
import { findHalfSignIn } from './find-half-sign-in.js';
import type { ClientOrigin, FlowContext } from './flow-context.js';
import { rememberedDevice, secondFactorPending } from './mfa-tokens.js';
import { proveSecondFactor } from './prove-second-factor.js';
import type { FinishedSignIn } from './sign-in-outcome.js';
import { startSession } from './start-session.js';

/** The second half of a sign-in. */
export interface SecondFactorClaim extends SecondFactorProof {
  readonly tenantId: string;
  readonly mfaToken: string;
  /** Ask this browser for the password only, for as long as the policy says. Default `false`. */
  readonly rememberDevice?: boolean;
  /** A refresh token of the session that the new one takes the place of, such as the one in the same cookies: it ends with it. */
  readonly replaces?: string | null;
  readonly origin: ClientOrigin;
}

/**
 * Ends a sign-in with the second factor. A wrong code leaves the token as it is; a good one is used up even where the rest
 * fails, and the next one has to be waited for.
 *
 * @throws `AuthError` `mfa_token_invalid`: sign in again. `mfa_code_invalid`, `rate_limited`; `credentials_invalid` when the
 * user was signed out everywhere since the sign-in began; `store_unavailable`.
 */
export async function verifySecondFactor(
  auth: FlowContext,
  claim: SecondFactorClaim,
): Promise<FinishedSignIn> {
  const { tenantId, mfaToken, origin, rememberDevice = false, replaces = null } = claim;
  const { user, signIn, amr } = await findHalfSignIn(auth, secondFactorPending, tenantId, mfaToken);
  await proveSecondFactor(auth, user, claim, origin);

  return auth.atomically(async (kept) => {
    const spent = await kept.oneTimeTokens.consume(secondFactorPending, tenantId, mfaToken);
    if (spent === null) throw new AuthError('mfa_token_invalid');
    // Before there is a session: whoever is thrown out in between has no session and gets nothing to be remembered by.
    const deviceToken = rememberDevice ? await remember(kept, user) : null;
    const proven = { signIn, user, amr: [...amr, 'otp', 'mfa'], origin, replaces };
    return { ...(await startSession(kept, proven)), deviceToken };
  });
}

async function remember(
  auth: FlowContext,
  user: { readonly tenantId: string; readonly userId: string },
): Promise<string | null> {
  const { rememberDevicesMs } = auth.mfa;
  if (rememberDevicesMs === null) return null;
  return (await auth.oneTimeTokens.issue(rememberedDevice(rememberDevicesMs), user, null)).token;
}
