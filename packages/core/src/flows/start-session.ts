import type { SignIn, StartedSession } from '../domains/sessions/index.js';
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

/** A user whose session has begun. */
export interface BegunSignIn {
  readonly user: UserRecord;
  readonly started: StartedSession;
}

/**
 * Starts the session of every way to sign in. Tell of it with {@link welcome}, once nothing can undo it any more.
 *
 * @throws `AuthError` `credentials_invalid` when the user was signed out everywhere since the sign-in began: the
 * password that was checked may no longer be theirs.
 */
export async function startSession(
  auth: Pick<FlowContext, 'sessions'>,
  { signIn, user, amr, origin }: ProvenSignIn,
): Promise<BegunSignIn> {
  const started = await auth.sessions.start(signIn, { amr, ...origin });
  if (started === null) throw new AuthError('credentials_invalid');
  return { user, started };
}

/** The last step of every way to sign in: it is recorded, and the user gets their tokens. */
export async function welcome(
  auth: FlowContext,
  { user, started }: BegunSignIn,
  { ip, userAgent }: ClientOrigin,
): Promise<SignedIn> {
  await auth.record({
    type: 'authn_login_success',
    tenantId: user.tenantId,
    userId: user.userId,
    sessionId: started.session.id,
    isNewDevice: started.isNewDevice,
    ip,
    userAgent,
  });
  const { tenantId, email: to, name } = user;
  const { browser, os } = started.session;
  if (started.isNewDevice) auth.notify({ kind: 'new_device', tenantId, to, name, ip, browser, os });
  return issueTokens(auth, user, started);
}
