import { AuthError } from '../errors.js';
import type { SessionRecord } from '../stores/session-store.js';
import type { UserRecord } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';
import { readRights, type UserRights } from './read-rights.js';
import { recordMissedTheft } from './record-missed-theft.js';
import { endAndRecord } from './record-session-end.js';
import { secondFactorDueAt } from './role-principals.js';
import { issueTokens, requireIssuable, type SignedIn } from './signed-in.js';

/** A client presents its refresh token. */
export interface RefreshRequest {
  readonly tenantId: string;
  readonly refreshToken: string;
  /** Made and kept by the client before it sends, so that a lost answer can be asked for again. */
  readonly attemptId?: string;
  /** The longest access token that the client can keep, in characters: a cookie holds less than a header. Default: any. */
  readonly maxAccessTokenLength?: number;
}

/**
 * Exchanges a refresh token for the next pair of tokens.
 *
 * @throws `AuthError` `refresh_token_invalid`: sign in again. `refresh_token_superseded`: a newer token is on its way to
 * this client; keep what you have. `refresh_token_reused`: the session was ended. `store_unavailable`: try again with
 * the same token.
 */
export async function refresh(auth: FlowContext, request: RefreshRequest): Promise<SignedIn> {
  const { tenantId, refreshToken, attemptId } = request;
  // Everything that can fail comes before the step that spends the token: a client that is told to try again with the
  // same token may do so long after the grace, and must not look like a thief then.
  const presented = await auth.sessions.findByRefreshToken(tenantId, refreshToken);
  if (presented === null) {
    const isForged = auth.sessions.isForged(tenantId, refreshToken);
    throw new AuthError('refresh_token_invalid', { isForged });
  }
  const user = await auth.users.find({ tenantId, userId: presented.userId });
  const rights = user && (await readRights(auth, user));
  if (user !== null && rights !== null) {
    // Of one that is over the store says why, below.
    if (presented.endedAt === null && (await endWhereTooWeak(auth, user, rights, presented)))
      throw new AuthError('refresh_token_invalid');
    requireIssuable(auth, user, rights, presented, request.maxAccessTokenLength);
  }
  const outcome = await auth.sessions.refresh(presented, refreshToken, attemptId);

  switch (outcome.kind) {
    case 'malformed':
    case 'ahead':
      throw new AuthError('refresh_token_invalid');

    case 'invalid': {
      // Of an account that is gone nothing is recorded any more.
      const isAlarm = user !== null && (await recordMissedTheft(auth, presented));
      throw new AuthError(isAlarm ? 'refresh_token_reused' : 'refresh_token_invalid');
    }

    case 'superseded':
      throw new AuthError('refresh_token_superseded', { retryAfterSeconds: 1 });

    case 'reuse':
    case 'fork': {
      const { userId, id: sessionId } = outcome.session;
      await auth.record({ type: 'authn_token_reuse', tenantId, userId, sessionId });
      throw new AuthError('refresh_token_reused');
    }

    case 'rotated':
    case 'unchanged':
    case 'grace':
    case 'recovered': {
      const { session } = outcome;
      if (user === null || rights === null) {
        // Of an account that is gone nothing is recorded any more.
        await auth.sessions.end(session, session.id, 'user_disabled');
        throw new AuthError('refresh_token_invalid');
      }
      if (user.disabledAt !== null) {
        await endAndRecord(auth, user, session.id, 'user_disabled');
        throw new AuthError('refresh_token_invalid');
      }
      if (outcome.kind === 'rotated') {
        await auth.record({ type: 'session_renewed', tenantId, userId: user.userId, sessionId: session.id });
      }
      return issueTokens(auth, user, rights, outcome);
    }
  }
}

/**
 * Ends a session of somebody who must have a second factor by now and did not give one when it began: in the grace, or
 * before the role or the rule came. The next sign-in asks for it.
 */
export async function endWhereTooWeak(
  auth: FlowContext,
  user: UserRecord,
  rights: UserRights,
  { id, amr }: SessionRecord,
): Promise<boolean> {
  const dueAt = secondFactorDueAt(auth, user, rights);
  if (dueAt === null || dueAt > auth.now() || amr.includes('mfa') || amr.includes('swk')) return false;
  return endAndRecord(auth, user, id, 'mfa_required');
}
