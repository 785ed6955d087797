import { AuthError } from '../errors.js';
import type { UserRef } from '../stores/user-store.js';
import { aboutPerson } from './about-person.js';
import type { ClientOrigin, FlowContext } from './flow-context.js';
import { renewSession } from './renew-session.js';
import { reservePasswordAttempt } from './reserve-password-attempt.js';
import type { SignedIn } from './signed-in.js';

/** A signed-in user wants another password. */
export interface PasswordChange {
  readonly user: UserRef;
  readonly sessionId: string;
  readonly currentPassword: string;
  readonly newPassword: string;
  /** Where the request comes from. Left out: the network is not counted, the account always is. */
  readonly origin?: ClientOrigin;
}

const unknownOrigin: ClientOrigin = { ip: null, userAgent: null, isBrowser: false };

/**
 * Sets a new password, renews the session that asks and ends all others.
 *
 * The current password is an attempt like that of a sign-in: whoever has a stolen session must not guess it here.
 *
 * Password and sessions change together or not at all where the stores share a database. Elsewhere the password comes
 * first: a failure in between leaves sessions that the user can end by asking again with the new password.
 *
 * @throws `AuthError` `credentials_invalid` for a wrong current password, a disabled account, or when it was changed meanwhile;
 * `password_too_short`, `password_too_long`, `password_too_common`; `access_token_revoked` when the asking session has
 * just ended, or must not go on without a second factor, `access_token_expired` in its last second; `rate_limited`,
 * `overloaded`, `store_unavailable`.
 */
export async function changePassword(auth: FlowContext, change: PasswordChange): Promise<SignedIn> {
  const { sessionId, currentPassword, newPassword, origin = unknownOrigin } = change;
  const ref = { tenantId: change.user.tenantId, userId: change.user.userId };
  const user = await auth.users.find(ref);
  const account = user?.canonicalEmail ?? ref.userId;
  const attempt = await reservePasswordAttempt(auth, { user: ref, account, origin });
  const verdict = await auth.passwords.verify(currentPassword, user?.passwordHash ?? null);
  if (user === null || !verdict.isMatch || user.disabledAt !== null) {
    const { ip, userAgent } = origin;
    await auth.record({ type: 'authn_login_fail', ...ref, factor: 'password', ip, userAgent });
    throw new AuthError('credentials_invalid');
  }
  await attempt.succeed();
  await auth.passwords.requireAcceptable(newPassword, aboutPerson(user));
  await auth.passwords.requireUnbreached(newPassword);
  const passwordHash = await auth.passwords.hash(newPassword);

  // Half a proof is none for those who have two factors: their `amr` and `authTime` stay.
  const { isEnabled } = await auth.secondFactors.describe(ref);
  return renewSession(auth, {
    ...{ user, sessionId, amr: isEnabled ? null : ['pwd'], endsOthers: true },
    async before(kept) {
      // A link that was sent before, to whoever reads this mail, opens nothing any more.
      await kept.oneTimeTokens.voidAll(ref);
      const { kind } = await kept.users.update({
        ...ref,
        expected: { passwordHash: user.passwordHash },
        set: { passwordHash },
      });
      if (kind !== 'updated') throw new AuthError('credentials_invalid');
    },
    async after(kept) {
      // Again, for whoever was remembered while this was under way.
      await kept.oneTimeTokens.voidAll(ref);
      await kept.record({ type: 'authn_password_change', ...ref, sessionId });
      kept.notify({ kind: 'password_changed', tenantId: ref.tenantId, to: user.email, name: user.name });
    },
  });
}
