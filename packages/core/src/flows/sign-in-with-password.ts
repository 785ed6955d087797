import { createId } from '../crypto/random.js';
import { parseEmailAddress } from '../domains/accounts/index.js';
import { AuthError } from '../errors.js';
import { completeSignIn } from './complete-sign-in.js';
import type { ClientOrigin, FlowContext } from './flow-context.js';
import { reservePasswordAttempt } from './reserve-password-attempt.js';
import type { SignInOutcome } from './sign-in-outcome.js';

/** Somebody claims to be a user. */
export interface PasswordClaim {
  readonly tenantId: string;
  readonly email: string;
  readonly password: string;
  /** What this browser was given to be remembered by, if it was. */
  readonly deviceToken?: string | null;
  /** A refresh token of the session that the new one takes the place of, such as the one in the same cookies: it ends with it. */
  readonly replaces?: string | null;
  readonly origin: ClientOrigin;
}

/**
 * Signs a user in with address and password, or half-way where more is needed.
 *
 * Unknown address, wrong password and disabled account get the same answer after the same work, so that nobody can
 * find out who has an account (ASVS 6.3.8).
 *
 * @throws `AuthError` `credentials_invalid`, `rate_limited`, `overloaded`, `store_unavailable`.
 */
export async function signInWithPassword(auth: FlowContext, claim: PasswordClaim): Promise<SignInOutcome> {
  const { tenantId, password, origin, deviceToken = null, replaces = null } = claim;
  const email = parseEmailAddress(claim.email);
  const found = await auth.users.findByEmail(tenantId, email?.canonical ?? '');
  const whoever = { tenantId, userId: found?.userId ?? createId() };
  const account = email?.canonical ?? claim.email;
  const attempt = await reservePasswordAttempt(auth, { user: whoever, account, origin });

  // The hash is read again after the epochs: a password that is changed in between counts as changed.
  const signIn = await auth.sessions.beginSignIn(whoever);
  const user = await auth.users.find(whoever);
  const verdict = await auth.passwords.verify(password, user?.passwordHash ?? null);

  if (user === null || !verdict.isMatch || user.disabledAt !== null) {
    const { ip, userAgent } = origin;
    const userId = user?.userId ?? null;
    await auth.record({
      type: 'authn_login_fail',
      ...{ tenantId, userId, factor: 'password', ip, userAgent },
    });
    throw new AuthError('credentials_invalid');
  }

  await attempt.succeed();
  if (verdict.needsRehash) {
    const passwordHash = await auth.passwords.hash(password);
    const expected = { passwordHash: user.passwordHash };
    await auth.users.update({ ...whoever, expected, set: { passwordHash } });
  }
  const proven = { signIn, user, amr: ['pwd'], origin, deviceToken, replaces };
  return auth.atomically((kept) => completeSignIn(kept, proven));
}
