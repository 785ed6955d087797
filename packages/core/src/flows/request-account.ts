import { createId } from '../crypto/random.js';
import { parseEmailAddress } from '../domains/accounts/index.js';
import { AuthError } from '../errors.js';
import { aboutPerson } from './about-person.js';
import type { PendingAccount } from './email-tokens.js';
import type { FlowContext } from './flow-context.js';
import { hasMailLeft } from './mail-budget.js';
import type { Registration } from './register.js';

/**
 * Sends a link that makes the account. Until it is opened there is none, so nobody can prepare an account for somebody
 * else's address and wait for them to confirm it.
 *
 * The address may have an account already: then its owner hears of it. Who asks gets the same answer after the same work and
 * the same time (ASVS 6.3.8). That it was asked for is recorded for both.
 *
 * @throws `AuthError` `email_invalid`, `password_too_short`, `password_too_long`, `password_too_common`, `rate_limited`,
 * `overloaded`, `store_unavailable`.
 */
export async function requestAccount(
  auth: FlowContext,
  { tenantId, email, password, name, origin }: Registration,
): Promise<void> {
  const address = parseEmailAddress(email);
  if (address === null) throw new AuthError('email_invalid');
  await auth.passwords.requireAcceptable(password, aboutPerson({ email: address.address, name }));
  await auth.limits.require('register', { tenantId, ip: origin.ip });
  await auth.passwords.requireUnbreached(password);
  const passwordHash = await auth.passwords.hash(password);
  const { address: to, canonical: canonicalEmail } = address;
  await auth.pace(sendLink(auth, tenantId, { email: to, canonicalEmail, name, passwordHash }));
}

async function sendLink(auth: FlowContext, tenantId: string, pending: PendingAccount): Promise<void> {
  const { email: to, canonicalEmail } = pending;
  const owner = await auth.users.findByEmail(tenantId, canonicalEmail);
  const isDue = await hasMailLeft(auth, tenantId, canonicalEmail, 'registration');
  const { token, expiresAt } = await auth.recorded(async (kept) => {
    // The id that the account will have; of a known address, of nobody.
    const nobody = { tenantId, userId: createId() };
    const issued = await kept.oneTimeTokens.issue(kept.emailTokens.registration, nobody, pending);
    await kept.record({ type: 'user_creation_requested', tenantId, userId: owner?.userId ?? null });
    return issued;
  });

  if (!isDue) return;
  if (owner !== null) {
    auth.notify({ kind: 'account_exists', tenantId, to: owner.email, name: owner.name });
  } else {
    const url = auth.emailTokens.verifyUrl(token);
    // Without the name: nobody has proved anything, and it would put a stranger's words into a mail of ours.
    auth.notify({ kind: 'email_verification', tenantId, to, name: null, url, token, expiresAt });
  }
}
