import type { UserRef } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';
import { readRights } from './read-rights.js';
import { endWhereTooWeak } from './refresh.js';
import { issueTokens } from './signed-in.js';

/**
 * An access token that says what is true now of a session and its user, read from the stores; `null` where the session is over
 * or the account disabled. It rotates nothing and keeps no session alive.
 *
 * @throws `AuthError` `store_unavailable`.
 */
export async function reissueAccessToken(
  auth: FlowContext,
  { tenantId, userId, sessionId }: UserRef & { readonly sessionId: string },
): Promise<string | null> {
  const session = await auth.sessions.findLive({ tenantId, userId }, sessionId);
  if (session === null) return null;
  const user = await auth.users.find({ tenantId, userId });
  if (user === null || user.disabledAt !== null) return null;
  const rights = await readRights(auth, user);
  if (await endWhereTooWeak(auth, user, rights, session)) return null;
  return issueTokens(auth, user, rights, { session, refreshToken: '' }).accessToken;
}
