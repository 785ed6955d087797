import type { SignIn } from '../domains/sessions/index.js';
import { AuthError } from '../errors.js';
import type { UserRecord } from '../stores/user-store.js';
import type { ClientOrigin, FlowContext } from './flow-context.js';
import { issueTokens, type SignedIn } from './signed-in.js';

/** A user who has proved who they are. */
export interface ProvenSignIn {
  readonly signIn: SignIn;
  readonly user: UserRecord;
  readonly amr: readonly string[];
  readonly origin: ClientOrigin;
}

/**
 * The last step of every way to sign in.
 *
 * @throws `AuthError` `credentials_invalid` when the user was signed out everywhere since the sign-in began: the
 * password that was checked may no longer be theirs.
 */
export async function startSession(
  auth: FlowContext,
  { signIn, user, amr, origin }: ProvenSignIn,
): Promise<SignedIn> {
  const started = await auth.sessions.start(signIn, { amr, ...origin });
  if (started === null) throw new AuthError('credentials_invalid');
  auth.report({
    type: 'authn_login_success',
    tenantId: user.tenantId,
    userId: user.userId,
    sessionId: started.session.id,
    isNewDevice: started.isNewDevice,
    ip: origin.ip,
    userAgent: origin.userAgent,
  });
  return issueTokens(auth, user, started);
}
