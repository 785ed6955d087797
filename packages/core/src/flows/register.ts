import { createId } from '../crypto/random.js';
import { parseEmailAddress } from '../domains/accounts/index.js';
import { AuthError } from '../errors.js';
import { aboutPerson } from './about-person.js';
import { completeSignIn } from './complete-sign-in.js';
import type { ClientOrigin, FlowContext } from './flow-context.js';
import type { SignInOutcome } from './sign-in-outcome.js';

/** Somebody wants an account. */
export interface Registration {
  readonly tenantId: string;
  readonly email: string;
  readonly password: string;
  readonly name: string | null;
  /** A refresh token of the session that the new one takes the place of, such as the one in the same cookies: it ends with it. */
  readonly replaces?: string | null;
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
export async function register(auth: FlowContext, registration: Registration): Promise<SignInOutcome> {
  const { tenantId, password, name, origin, replaces = null } = registration;
  const email = parseEmailAddress(registration.email);
  if (email === null) throw new AuthError('email_invalid');
  await auth.passwords.requireAcceptable(password, aboutPerson({ email: email.address, name }));
  await auth.limits.require('register', { tenantId, ip: origin.ip });
  await auth.passwords.requireUnbreached(password);

  const passwordHash = await auth.passwords.hash(password);

  const userId = createId();
  const signIn = await auth.sessions.beginSignIn({ tenantId, userId });
  return auth.atomically(async (kept) => {
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
    await kept.record({ type: 'user_created', tenantId, userId });
    return completeSignIn(kept, { signIn, user, amr: ['pwd'], origin, deviceToken: null, replaces });
  });
}
