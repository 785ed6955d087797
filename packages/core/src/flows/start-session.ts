import type { SignIn } from '../domains/sessions/index.js';
import { AuthError } from '../errors.js';
import type { UserRecord } from '../stores/user-store.js';
import type { ClientOrigin, FlowContext } from './flow-context.js';
import { type ReadRights, readRights } from './read-rights.js';
import { recordSessionEnd } from './record-session-end.js';
import type { FinishedSignIn } from './sign-in-outcome.js';
import { signOutByRefreshToken } from './sign-out.js';
import { issueTokens } from './signed-in.js';

/** A user who has proved who they are. */
export interface ProvenSignIn {
  readonly signIn: SignIn;
  readonly user: UserRecord;
  readonly amr: readonly string[];
  readonly origin: ClientOrigin;
  /** A refresh token of the session that the new one takes the place of, or `null`. */
  readonly replaces: string | null;
}

/**
 * The last step of every way to sign in: the session begins, it is recorded, and the user gets their tokens. The one that it
 * replaces ends in the same step (ASVS 7.2.4): nobody will ever sign out of it.
 *
 * @param known what the user holds, where that was read already.
 * @throws `AuthError` `credentials_invalid` when the user was signed out everywhere since the sign-in began: what was
 * checked may no longer be theirs.
 */
export async function startSession(
  auth: FlowContext,
  { signIn, user, amr, origin, replaces }: ProvenSignIn,
  known?: ReadRights,
): Promise<FinishedSignIn> {
  const rights = known ?? (await readRights(auth, user));
  const started = await auth.sessions.start(signIn, { amr, ...origin });
  if (started === null) throw new AuthError('credentials_invalid');
  const { ip, userAgent } = origin;
  const { session, isNewDevice, endedSessionIds } = started;
  const { tenantId, userId, email: to, name } = user;
  await auth.record({
    type: 'authn_login_success',
    ...{ tenantId, userId, sessionId: session.id, isNewDevice, amr, ip, userAgent },
  });
  await signOutByRefreshToken(auth, tenantId, replaces, userId);
  for (const sessionId of endedSessionIds)
    await recordSessionEnd(auth, user, { sessionId, reason: 'session_cap' });
  const { browser, os } = session;
  if (isNewDevice) auth.notify({ kind: 'new_device', tenantId, to, name, ip, browser, os });
  return {
    kind: 'signed_in',
    ...issueTokens(auth, user, rights, started),
    secondFactorDueAt: null,
    deviceToken: null,
  };
}
