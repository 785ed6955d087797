import type { SessionRecord } from '../stores/session-store.js';
import type { UserRecord } from '../stores/user-store.js';

// Field by field: a field that a store adds later must not reach a client by itself (ASVS 15.3.1).

/** A user as the user may see themselves. */
export function viewUser(user: UserRecord) {
  return {
    id: user.userId,
    email: user.email,
    name: user.name,
    roles: user.roles,
    createdAt: user.createdAt.toISOString(),
  };
}

/** A user as an administrator may see them: never with the hash. */
export function viewUserForAdmin(user: UserRecord) {
  return {
    ...viewUser(user),
    emailVerifiedAt: user.emailVerifiedAt?.toISOString() ?? null,
    disabledAt: user.disabledAt?.toISOString() ?? null,
  };
}

/** A session as its owner or an administrator may see it: nothing in it can be replayed. */
export function viewSession(session: SessionRecord, currentSessionId: string) {
  return {
    id: session.id,
    device: session.device,
    browser: session.browser,
    os: session.os,
    ip: session.ip,
    createdAt: session.createdAt.toISOString(),
    lastSeenAt: session.lastSeenAt.toISOString(),
    expiresAt: earlier(session.idleExpiresAt, session.absoluteExpiresAt).toISOString(),
    current: session.id === currentSessionId,
  };
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}
