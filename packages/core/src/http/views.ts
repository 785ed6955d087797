import type { NamedAuditEntry } from '../domains/audit/index.js';
import type { CustomRole, RoleAssignment } from '../stores/role-store.js';
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

/** A role that was made at run time, as an administrator may see it. */
export function viewRole(role: CustomRole) {
  return {
    name: role.name,
    permissions: role.permissions,
    description: role.description,
    createdBy: role.createdBy,
    createdAt: role.createdAt.toISOString(),
    updatedAt: role.updatedAt.toISOString(),
  };
}

/** What a user was granted, as an administrator may see it. */
export function viewAssignment(assignment: RoleAssignment) {
  return {
    role: assignment.role,
    assignedBy: assignment.assignedBy,
    assignedAt: assignment.assignedAt.toISOString(),
    expiresAt: assignment.expiresAt?.toISOString() ?? null,
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

/** An entry of the audit log as those who may read it see it. */
export function viewAuditEntry(entry: NamedAuditEntry) {
  return {
    seq: entry.seq,
    id: entry.id,
    at: entry.at.toISOString(),
    type: entry.type,
    outcome: entry.outcome,
    userId: entry.userId,
    userPseudonym: entry.userPseudonym,
    actorId: entry.actorId,
    actorPseudonym: entry.actorPseudonym,
    ip: entry.ip,
    userAgent: entry.userAgent,
    details: readDetails(entry.data),
    previousHash: entry.previousHash,
    hash: entry.hash,
  };
}

/** The rest of what is known of an act: what is not shown beside. Text that somebody changed in the database may be no JSON any more. */
function readDetails(data: string): unknown {
  try {
    const { actorId: _actor, origin: _sealed, ...details } = JSON.parse(data) as Record<string, unknown>;
    return details;
  } catch {
    return data;
  }
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}
