import type { OneTimeToken } from '../domains/one-time-tokens/index.js';
import { AuthError } from '../errors.js';
import type { PendingAccount, PendingAddress } from './email-tokens.js';
import type { FlowContext } from './flow-context.js';

/**
 * Does what a link was sent for: makes the account that was asked for, or gives one its new address.
 *
 * @throws `AuthError` `one_time_token_invalid` for a link that was used, replaced or has expired, and where the address
 * has got another owner since; `store_unavailable`.
 */
export async function verifyEmail(auth: FlowContext, tenantId: string, token: string): Promise<void> {
  await auth.atomically(async (kept) => {
    const { registration, emailChange } = kept.emailTokens;
    const wanted = await kept.oneTimeTokens.consume(registration, tenantId, token);
    if (wanted !== null) return createAccount(kept, wanted);
    const moving = await kept.oneTimeTokens.consume(emailChange, tenantId, token);
    if (moving === null) throw new AuthError('one_time_token_invalid');
    return changeAddress(kept, moving);
  });
}

async function createAccount(
  auth: FlowContext,
  { tenantId, userId, data: { email, canonicalEmail, name, passwordHash } }: OneTimeToken<PendingAccount>,
): Promise<void> {
  const user = await auth.users.create({
    tenantId,
    userId,
    email,
    canonicalEmail,
    emailVerifiedAt: auth.now(),
    name,
    roles: auth.rolesForNewUser({ tenantId, email: canonicalEmail }),
    passwordHash,
  });
  if (user === null) throw new AuthError('one_time_token_invalid');
  await auth.record({ type: 'user_created', tenantId, userId: user.userId });
}

async function changeAddress(
  auth: FlowContext,
  { tenantId, userId, data: { email, canonicalEmail, from } }: OneTimeToken<PendingAddress>,
): Promise<void> {
  const user = { tenantId, userId };
  const before = await auth.users.find(user);
  if (before === null || before.disabledAt !== null) throw new AuthError('one_time_token_invalid');
  // Before the account, as where a password changes: two flows that lock in two orders would wait for each other.
  await auth.oneTimeTokens.voidAll(user);
  const outcome = await auth.users.update({
    ...user,
    expected: { canonicalEmail: from },
    set: { email, canonicalEmail, emailVerifiedAt: auth.now() },
  });
  if (outcome.kind !== 'updated') throw new AuthError('one_time_token_invalid');
  // Again, for links that went to the old address while this was under way.
  await auth.oneTimeTokens.voidAll(user);
  await auth.record({ type: 'user_email_changed', ...user });
  auth.notify({ kind: 'email_changed', tenantId, to: before.email, name: before.name });
}
