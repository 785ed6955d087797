import { AuthError } from '../errors.js';
import { aboutPerson } from './about-person.js';
import type { FlowContext } from './flow-context.js';
import { attemptsAt } from './prove-second-factor.js';
import { listPasswordAttempts } from './reserve-password-attempt.js';
import { tidyUp } from './tidy-up.js';

/** Somebody opened the link of a forgotten password. */
export interface PasswordReset {
  readonly tenantId: string;
  readonly token: string;
  readonly newPassword: string;
}

/**
 * Sets a new password, ends every session of the user, and voids every other link. Nobody is signed in by it: whatever
 * else a sign-in asks for, it asks for then (ASVS 6.4.3).
 *
 * A password that is not acceptable leaves the link as it is.
 *
 * @throws `AuthError` `one_time_token_invalid`, `password_too_short`, `password_too_long`, `password_too_common`,
 * `overloaded`, `store_unavailable`.
 */
export async function resetPassword(
  auth: FlowContext,
  { tenantId, token, newPassword }: PasswordReset,
): Promise<void> {
  const { passwordReset } = auth.emailTokens;
  // Before the costly hash, which would otherwise be free for everybody.
  const presented = await auth.oneTimeTokens.find(passwordReset, tenantId, token);
  const asking = presented && (await auth.users.find(presented));
  if (asking === null) throw new AuthError('one_time_token_invalid');
  await auth.passwords.requireAcceptable(newPassword, aboutPerson(asking));
  await auth.passwords.requireUnbreached(newPassword);
  const passwordHash = await auth.passwords.hash(newPassword);

  // Before the sessions end, which say where the owner is at home.
  const attempts = await listPasswordAttempts(auth, asking);
  await auth.atomically(async (kept) => {
    const spent = await kept.oneTimeTokens.consume(passwordReset, tenantId, token);
    const user = spent === null ? null : await kept.users.find(spent);
    if (user === null || user.disabledAt !== null) throw new AuthError('one_time_token_invalid');
    const ref = { tenantId, userId: user.userId };
    await kept.oneTimeTokens.voidAll(ref);
    const { kind } = await kept.users.update({
      ...ref,
      expected: { passwordHash: user.passwordHash },
      // Whoever opened the link has the mailbox.
      set: { passwordHash, emailVerifiedAt: user.emailVerifiedAt ?? kept.now() },
    });
    if (kind !== 'updated') throw new AuthError('one_time_token_invalid');
    await kept.sessions.endAll(ref);
    // Again, for whoever was remembered while this was under way.
    await kept.oneTimeTokens.voidAll(ref);
    await kept.record({ type: 'authn_password_reset', ...ref });
    kept.notify({ kind: 'password_reset_done', tenantId, to: user.email, name: user.name });
  });
  // Guesses at the old password count no more: its owner is never locked out for good (ASVS 6.1.1).
  await tidyUp(
    auth,
    ...attempts.map((subject) => auth.limits.reset('signIn', subject)),
    // Whoever used these up knew it as well. But a mailbox proves no second factor: failures in a row stay counted.
    auth.limits.relieve('secondFactor', attemptsAt(asking, 'totp')),
    auth.limits.relieve('secondFactor', attemptsAt(asking, 'backup_code')),
  );
}
