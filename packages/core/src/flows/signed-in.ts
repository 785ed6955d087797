import type { HeldSession } from '../domains/sessions/index.js';
import type { SessionRecord } from '../stores/session-store.js';
import type { UserRecord } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';
import type { ReadRights } from './read-rights.js';

/** A user with a session and the two tokens that carry it. */
export interface SignedIn {
  /** With the roles that the access token names. */
  readonly user: UserRecord;
  readonly session: SessionRecord;
  /** A JWT that any node verifies without I/O. */
  readonly accessToken: string;
  readonly accessTokenExpiresAt: Date;
  /** How long the access token lives from its issue, in seconds (RFC 6749 §5.1 `expires_in`). */
  readonly expiresInSeconds: number;
  /** Gets the next pair, once. */
  readonly refreshToken: string;
}

/** The session with a fresh access token that says what is true of the user now. */
export function issueTokens(
  auth: Pick<FlowContext, 'accessTokens' | 'clientId' | 'now'>,
  user: UserRecord,
  read: ReadRights,
  { session, refreshToken }: HeldSession,
): SignedIn {
  const rights = read.asOf(auth.now());
  const { token, expiresAt, claims } = auth.accessTokens.issue({
    subject: user.userId,
    clientId: auth.clientId,
    tenantId: user.tenantId,
    sessionId: session.id,
    userEpoch: session.userEpoch,
    tenantEpoch: session.tenantEpoch,
    rolesVersion: rights.version,
    roles: rights.roles,
    permissions: rights.permissions,
    amr: session.amr,
    authTime: session.authTime,
    notAfter: new Date(Math.min(rights.notAfter.getTime(), session.absoluteExpiresAt.getTime())),
  });
  return {
    user: { ...user, roles: rights.roles },
    session,
    refreshToken,
    accessToken: token,
    accessTokenExpiresAt: expiresAt,
    expiresInSeconds: (expiresAt.getTime() - claims.issuedAt.getTime()) / 1000,
  };
}

/**
 * Insists that an access token for this user can be made and kept at all, before a step that nobody can take back.
 *
 * @throws `TypeError` when no key signs at the moment, or the user's roles make no valid token; `RangeError` when it would
 * be longer than `maxLength`.
 */
export function requireIssuable(
  auth: Pick<FlowContext, 'accessTokens' | 'clientId' | 'now'>,
  user: UserRecord,
  rights: ReadRights,
  session: SessionRecord,
  maxLength = Number.POSITIVE_INFINITY,
): void {
  // Whether the session is still live is not asked here.
  const lasting = { ...session, absoluteExpiresAt: new Date(8.64e15) };
  const { accessToken } = issueTokens(auth, user, rights, { session: lasting, refreshToken: '' });
  if (accessToken.length > maxLength) {
    throw new RangeError(`The access token is longer than ${maxLength} characters; give it fewer roles.`);
  }
}
