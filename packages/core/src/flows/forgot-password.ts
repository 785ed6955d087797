import { parseEmailAddress } from '../domains/accounts/index.js';
import { AuthError } from '../errors.js';
import type { FlowContext } from './flow-context.js';
import { hasMailLeft } from './mail-budget.js';

/**
 * Sends a link with which the owner of the address sets a new password. Older links die with it; the old password stays
 * good until the new one is set. Who asks more often than the address gets mail leaves the last link as it is.
 *
 * Whether there is such an account, and whether it is disabled, changes neither the answer, nor the work, nor the time that it takes (ASVS
 * 6.3.8). That it was asked for is recorded for both.
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
  await auth.pace(sendLink(auth, tenantId, address.canonical));
}

async function sendLink(auth: FlowContext, tenantId: string, address: string): Promise<void> {
  const found = await auth.users.findByEmail(tenantId, address);
  const owner = found === null || found.disabledAt !== null ? null : found;
  const isDue = await hasMailLeft(auth, tenantId, address, 'password-reset');
  const receiver = isDue ? owner : null;
  const { token, expiresAt } = await auth.recorded(async (kept) => {
    // For nobody a token too, which opens nothing. Not for an owner who gets no mail: it would void the link in their mailbox.
    const whose = receiver ?? kept.oneTimeTokens.nobodyFor(tenantId, address);
    const issued = await kept.oneTimeTokens.issue(kept.emailTokens.passwordReset, whose, null);
    await kept.record({
      type: 'authn_password_reset_requested',
      tenantId,
      userId: found?.userId ?? null,
    });
    return issued;
  });
  if (receiver === null) return;
  const url = auth.emailTokens.resetUrl(token);
  const { email: to, name } = receiver;
  auth.notify({ kind: 'password_reset', tenantId, to, name, url, token, expiresAt });
}
