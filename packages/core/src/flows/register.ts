import { createId } from '../crypto/random.js';
import { parseEmailAddress } from '../domains/accounts/index.js';
import { AuthError } from '../errors.js';
import type { ClientOrigin, FlowContext } from './flow-context.js';
import type { SignedIn } from './signed-in.js';
import { startSession, welcome } from './start-session.js';

/** Somebody wants an account. */
export interface Registration {
  readonly tenantId: string;
  readonly email: string;
  readonly password: string;
  readonly name: string | null;
  readonly origin: ClientOrigin;
}

/**
 * Creates an account and signs its owner in.
 *
 * Both or neither where the stores share a database. Elsewhere an outage in between leaves an account whose owner has
 * to sign in.
 *
 * @throws `AuthError` `email_invalid`, `password_too_short`, `password_too_long`, `password_too_common`,
 * `account_exists`, `rate_limited`, `overloaded`, `store_unavailable`.
 */
export async function register(auth: FlowContext, registration: Registration): Promise<SignedIn> {
  const { tenantId, password, name, origin } = registration;
  const email = parseEmailAddress(registration.email);
  if (email === null) throw new AuthError('email_invalid');
  await auth.passwords.requireAcceptable(password);
  await auth.limits.require('register', { tenantId, ip: origin.ip });

  const passwordHash = await auth.passwords.hash(password);

  const userId = createId();
  const signIn = await auth.sessions.beginSignIn({ tenantId, userId });
  const begun = await auth.atomically(async (kept) => {
    const user = await kept.users.create({
      tenantId,
      userId,
      email: email.address,
      canonicalEmail: email.canonical,
      emailVerifiedAt: null,
      name,
      roles: auth.rolesForNewUser({ tenantId, email: email.canonical }),
      passwordHash,
    });
    if (user === null) throw new AuthError('account_exists');
    return startSession(kept, { signIn, user, amr: ['pwd'], origin });
  });

  await auth.record({ type: 'user_created', tenantId, userId });
  return welcome(auth, begun, origin);
}
