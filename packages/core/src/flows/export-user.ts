import type { NamedAuditEntry } from '../domains/audit/index.js';
import type { RoleAssignment } from '../stores/role-store.js';
import type { SessionCursor, SessionRecord } from '../stores/session-store.js';
import type { UserRecord, UserRef } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';

/** Everything about a person that the stores can tell, as plain JSON: instants are ISO 8601 texts. Holds no secret. */
export interface ExportedUser {
  readonly account: {
    readonly id: string;
    readonly tenantId: string;
    readonly email: string;
    readonly emailVerifiedAt: string | null;
    readonly name: string | null;
    readonly roles: readonly string[];
    /** What was granted at run time, expired or not. */
    readonly assignedRoles: readonly {
      readonly role: string;
      readonly assignedAt: string;
      readonly expiresAt: string | null;
    }[];
    /** The hash itself is nobody's, not even the owner's. */
    readonly hasPassword: boolean;
    readonly createdAt: string;
    readonly disabledAt: string | null;
  };
  /** The live ones, newest first. */
  readonly sessions: readonly ExportedSession[];
  readonly secondFactor: {
    readonly enabled: boolean;
    readonly enabledAt: string | null;
    readonly backupCodesLeft: number;
  };
  /** What the audit log has of the person, oldest first; empty without one. Who else took part is left out. */
  readonly events: readonly ExportedEvent[];
}

/** A session, with what is kept of the client. */
export interface ExportedSession {
  readonly id: string;
  readonly device: string | null;
  readonly browser: string | null;
  readonly os: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly amr: readonly string[];
  readonly authTime: string;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly idleExpiresAt: string;
  readonly absoluteExpiresAt: string;
}

/** An entry of the audit log. */
export interface ExportedEvent {
  readonly at: string;
  readonly type: string;
  /** `null` where this version does not know the type. */
  readonly outcome: 'success' | 'failure' | null;
  /** Where the request came from, unless somebody else made it. */
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** What else was recorded, as `AuthEvent` has it; `null` where it cannot be read, for it was changed in the database. */
  readonly data: Readonly<Record<string, unknown>> | null;
}

const pageLimit = 100;

/**
 * What is stored of a person, for them to read or to take along (GDPR articles 15 and 20). Ask for a fresh proof of who it is
 * before.
 *
 * Not in it: one-time tokens and counters, of which the stores have digests only, and sessions that are over. That it was handed
 * out is recorded before anybody sees it, and is in the next one.
 *
 * @param actorId who takes it, or `null` for the app itself.
 * @returns `null` when there is no such account.
 * @throws `AuthError` `store_unavailable`.
 */
export async function exportUser(
  auth: FlowContext,
  user: UserRef,
  actorId: string | null,
): Promise<ExportedUser | null> {
  const ref = { tenantId: user.tenantId, userId: user.userId };
  const account = await auth.users.find(ref);
  if (account === null) return null;
  const { isEnabled, enabledAt, backupCodesLeft } = await auth.secondFactors.describe(ref);
  const exported = {
    account: exportAccount(account, (await auth.roleStore?.findHeld(ref))?.assignments ?? []),
    sessions: (await listAllSessions(auth, ref)).map(exportSession),
    secondFactor: { enabled: isEnabled, enabledAt: enabledAt?.toISOString() ?? null, backupCodesLeft },
    events: (await listAllEvents(auth, ref)).map(exportEvent),
  };
  await auth.record({ type: 'user_exported', ...ref, actorId });
  return exported;
}

async function listAllSessions({ sessions }: FlowContext, user: UserRef): Promise<SessionRecord[]> {
  const all: SessionRecord[] = [];
  let after: SessionCursor | null = null;
  do {
    const page = await sessions.list(user, { limit: pageLimit, after });
    all.push(...page.sessions);
    after = page.next;
  } while (after !== null);
  return all;
}

async function listAllEvents({ audit }: FlowContext, user: UserRef): Promise<NamedAuditEntry[]> {
  const all: NamedAuditEntry[] = [];
  for (let afterSeq = 0; audit !== null; afterSeq = all.at(-1)?.seq ?? 0) {
    const page = await audit.list({ ...user, afterSeq, limit: pageLimit });
    all.push(...page);
    if (page.length < pageLimit) break;
  }
  return all;
}

// Field by field: a field that a store adds later must not leave by itself (ASVS 15.3.1).

function exportAccount(user: UserRecord, assignments: readonly RoleAssignment[]): ExportedUser['account'] {
  return {
    id: user.userId,
    tenantId: user.tenantId,
    email: user.email,
    emailVerifiedAt: user.emailVerifiedAt?.toISOString() ?? null,
    name: user.name,
    roles: user.roles,
    assignedRoles: assignments.map(({ role, assignedAt, expiresAt }) => ({
      role,
      assignedAt: assignedAt.toISOString(),
      expiresAt: expiresAt?.toISOString() ?? null,
    })),
    hasPassword: user.passwordHash !== null,
    createdAt: user.createdAt.toISOString(),
    disabledAt: user.disabledAt?.toISOString() ?? null,
  };
}

function exportSession(session: SessionRecord): ExportedSession {
  return {
    id: session.id,
    device: session.device,
    browser: session.browser,
    os: session.os,
    ip: session.ip,
    userAgent: session.userAgent,
    amr: session.amr,
    authTime: session.authTime.toISOString(),
    createdAt: session.createdAt.toISOString(),
    lastSeenAt: session.lastSeenAt.toISOString(),
    idleExpiresAt: session.idleExpiresAt.toISOString(),
    absoluteExpiresAt: session.absoluteExpiresAt.toISOString(),
  };
}

function exportEvent(entry: NamedAuditEntry): ExportedEvent {
  const { at, type, outcome, userPseudonym, actorPseudonym } = entry;
  const isOwn = actorPseudonym === null || actorPseudonym === userPseudonym;
  const { ip, userAgent } = isOwn ? entry : { ip: null, userAgent: null };
  return { at: at.toISOString(), type, outcome, ip, userAgent, data: readData(entry.data, isOwn) };
}

/** Who changed the text in the database must not keep the rest from being read. As it is it does not go out: it may name others. */
function readData(text: string, isOwn: boolean): ExportedEvent['data'] {
  try {
    const data: unknown = JSON.parse(text);
    if (typeof data !== 'object' || data === null || Array.isArray(data)) return null;
    const {
      actorId: _somebodyElse,
      origin: _sealed,
      actorSessionId,
      ...rest
    } = data as Record<string, unknown>;
    return isOwn && actorSessionId !== undefined ? { ...rest, actorSessionId } : rest;
  } catch {
    return null;
  }
}
