import { createId } from '../crypto/random.js';
import { parseEmailAddress } from '../domains/accounts/index.js';
import { AuthError } from '../errors.js';
import type { FlowContext } from './flow-context.js';
import { hasMailLeft } from './mail-budget.js';

/**
 * Sends a link with which the owner of the address sets a new password. Older links die with it; the old password stays
 * good until the new one is set.
 *
 * Whether there is such an account, and whether it is disabled, changes neither the answer nor the work (ASVS 6.3.8).
 *
 * @param ip where the request comes from, or `null`: then the network is not counted.
 * @throws `AuthError` `email_invalid`, `rate_limited`, `store_unavailable`.
 */
export async function forgotPassword(
  auth: FlowContext,
  tenantId: string,
  email: string,
  ip: string | null,
): Promise<void> {
  const address = parseEmailAddress(email);
  if (address === null) throw new AuthError('email_invalid');
  await auth.limits.require('recoveryClient', { tenantId, ip });
  const found = await auth.users.findByEmail(tenantId, address.canonical);
  const owner = found === null || found.disabledAt !== null ? null : found;
  const isDue = await hasMailLeft(auth, tenantId, address.canonical);
  // For nobody a token too, which opens nothing. Each has an id of its own: under a common one, the store would have more
  // to do for them than for a user.
  const { token, expiresAt } = await auth.oneTimeTokens.issue(
    auth.emailTokens.passwordReset,
    { tenantId, userId: owner?.userId ?? createId() },
    null,
  );
  if (owner === null || !isDue) return;
  const url = auth.emailTokens.resetUrl(token);
  const { email: to, name } = owner;
  auth.notify({ kind: 'password_reset', tenantId, to, name, url, token, expiresAt });
}
