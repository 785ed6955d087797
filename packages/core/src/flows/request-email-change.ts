import { parseEmailAddress } from '../domains/accounts/index.js';
import { AuthError } from '../errors.js';
import type { UserRef } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';
import { hasMailLeft } from './mail-budget.js';

/**
 * Sends a link to a new address, and a word to the old one. Until the link is opened the old address stays.
 *
 * Whether the new address has an account changes neither the answer nor the work (ASVS 6.3.8).
 *
 * @throws `AuthError` `email_invalid`; `access_token_revoked` when the account is gone; `store_unavailable`.
 */
export async function requestEmailChange(
  auth: FlowContext,
  { tenantId, userId }: UserRef,
  newEmail: string,
): Promise<void> {
  const address = parseEmailAddress(newEmail);
  if (address === null) throw new AuthError('email_invalid');
  const user = await auth.users.find({ tenantId, userId });
  if (user === null) throw new AuthError('access_token_revoked');
  const owner = await auth.users.findByEmail(tenantId, address.canonical);
  const isDue = await hasMailLeft(auth, tenantId, address.canonical, 'email-change');
  // Also where no mail is due: whoever asked before has proved who they are, and wants this address now.
  const { token, expiresAt } = await auth.recorded(async (kept) => {
    const issued = await kept.oneTimeTokens.issue(
      kept.emailTokens.emailChange,
      { tenantId, userId },
      { email: address.address, canonicalEmail: address.canonical, from: user.canonicalEmail },
    );
    await kept.record({ type: 'user_email_change_requested', tenantId, userId });
    return issued;
  });

  const { name } = user;
  // Apart from what strangers ask for: whoever has a stolen session must not be able to have it left out.
  if (await hasMailLeft(auth, tenantId, user.canonicalEmail, 'email-change-notice'))
    auth.notify({ kind: 'email_change_requested', tenantId, to: user.email, name });
  if (!isDue) return;
  if (owner !== null && owner.userId !== userId) {
    auth.notify({ kind: 'account_exists', tenantId, to: owner.email, name: owner.name });
    return;
  }
  const url = auth.emailTokens.verifyUrl(token);
  auth.notify({ kind: 'email_change', tenantId, to: address.address, name, url, token, expiresAt });
}
