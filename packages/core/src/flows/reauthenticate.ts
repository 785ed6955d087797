import type { SecondFactorProof } from '../domains/mfa/index.js';
import { AuthError } from '../errors.js';
import type { UserRef } from '../stores/user-store.js';
import type { ClientOrigin, FlowContext } from './flow-context.js';
import { proveSecondFactor } from './prove-second-factor.js';
import { renewSession } from './renew-session.js';
import { reservePasswordAttempt } from './reserve-password-attempt.js';
import type { SignedIn } from './signed-in.js';

/** A signed-in user proves once more who they are. */
export interface Reauthentication {
  readonly user: UserRef;
  readonly sessionId: string;
  readonly password: string;
  /** For users with a second factor. */
  readonly proof?: SecondFactorProof;
  readonly origin: ClientOrigin;
}

/**
 * Proves again all that a sign-in asks for (ASVS 7.5.1). The session goes on with new tokens, its older ones are void
 * (ASVS 7.2.4), and `authTime` is now.
 *
 * @throws `AuthError` `credentials_invalid`, also when the password was changed meanwhile; `mfa_code_required` when the
 * password was right and the user has a second factor, or got one meanwhile; `mfa_code_invalid`, `rate_limited`, `overloaded`;
 * `access_token_revoked` when the session has just ended, or must not go on without a second factor; `store_unavailable`.
 */
export async function reauthenticate(auth: FlowContext, request: Reauthentication): Promise<SignedIn> {
  const { sessionId, password, proof, origin } = request;
  const ref = { tenantId: request.user.tenantId, userId: request.user.userId };
  const user = await auth.users.find(ref);
  const account = user?.canonicalEmail ?? ref.userId;
  const attempt = await reservePasswordAttempt(auth, { user: ref, account, origin });
  const verdict = await auth.passwords.verify(password, user?.passwordHash ?? null);
  if (user === null || !verdict.isMatch || user.disabledAt !== null) {
    const { ip, userAgent } = origin;
    await auth.record({ type: 'authn_login_fail', ...ref, factor: 'password', ip, userAgent });
    throw new AuthError('credentials_invalid');
  }
  await attempt.succeed();

  const { isEnabled } = await auth.secondFactors.describe(ref);
  if (isEnabled) {
    if (proof === undefined) throw new AuthError('mfa_code_required');
    await proveSecondFactor(auth, user, proof, origin);
  }
  const amr = isEnabled ? ['pwd', 'otp', 'mfa'] : ['pwd'];
  return renewSession(auth, {
    ...{ user, sessionId, amr },
    async after(kept) {
      // Once more, now that nobody else renews the session: what was changed meanwhile would have ended all that it did not renew,
      // and whoever proved what held before must not carry on what the owner renewed.
      const now = await kept.users.find(ref);
      if (now?.passwordHash !== user.passwordHash) throw new AuthError('credentials_invalid');
      if ((await kept.secondFactors.describe(ref)).isEnabled !== isEnabled)
        throw new AuthError('mfa_code_required');
      await kept.record({ type: 'authn_reauthenticated', ...ref, sessionId, amr });
    },
  });
}
