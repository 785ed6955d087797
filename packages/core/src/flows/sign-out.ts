import type { UserRef } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';
import { recordSignOut } from './record-sign-out.js';

/** A client wants to be signed out and shows what it has. */
export interface SignOutRequest {
  readonly tenantId: string;
  /** The session that a verified access token names. */
  readonly session: (UserRef & { readonly sessionId: string }) | null;
  /** A refresh token of that session or, where the access token has expired, all there is. */
  readonly refreshToken: string | null;
}

/**
 * Ends the session: its refresh tokens and its access tokens are dead at once, on every node (ASVS 7.4.1).
 *
 * Done already counts as done: signing out never fails because somebody is signed out.
 *
 * @throws `AuthError` `store_unavailable`; then nobody knows, and the client asks again.
 */
export async function signOut(auth: FlowContext, request: SignOutRequest): Promise<void> {
  const { tenantId, session, refreshToken } = request;
  if (session !== null) {
    await auth.recorded(async (kept) => {
      if (await kept.sessions.endByAccessToken(session))
        await recordSignOut(kept, session, session.sessionId);
    });
  }
  const isSameSession =
    session !== null && auth.sessions.findSessionId(tenantId, refreshToken) === session.sessionId;
  if (!isSameSession) await signOutByRefreshToken(auth, tenantId, refreshToken);
}

/**
 * Ends the session that a refresh token of ours belongs to.
 *
 * @param actorId who does it, where that is known. Default: the user of the session.
 * @returns whether it is one of ours; otherwise nothing was asked of a store.
 */
export async function signOutByRefreshToken(
  auth: FlowContext,
  tenantId: string,
  refreshToken: string | null,
  actorId?: string,
): Promise<boolean> {
  if (auth.sessions.findSessionId(tenantId, refreshToken) === null) return false;
  await auth.recorded(async (kept) => {
    const ended = await kept.sessions.endByRefreshToken(tenantId, refreshToken);
    // Whoever shows the tokens of a dead session again and again must not fill the log with ends of it.
    if (ended?.wasLive) await recordSignOut(kept, ended.session, ended.session.id, actorId);
  });
  return true;
}
