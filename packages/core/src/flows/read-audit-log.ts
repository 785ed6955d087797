import type { AuditLog, AuditLogQuery, AuditVerdict, NamedAuditEntry } from '../domains/audit/index.js';
import type { UserRef } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';

/** Where a page of the log ended. */
export interface AuditCursor {
  readonly afterSeq: number;
  /** The end of the log when the first page was read. */
  readonly untilSeq: number;
}

/** Somebody wants to read the log of their tenant. */
export interface AuditReading {
  readonly reader: UserRef;
  /** To look at, or to take along. */
  readonly act: 'list' | 'export';
  readonly query: Omit<AuditLogQuery, 'tenantId' | 'afterSeq' | 'limit'>;
  /** At most so many entries. */
  readonly limit: number;
  /** Where the last page ended, or `null`. */
  readonly after: AuditCursor | null;
}

/** A page of the log, oldest first. */
export interface AuditPage {
  readonly entries: readonly NamedAuditEntry[];
  /** Where the next one begins, or `null`. */
  readonly next: AuditCursor | null;
}

/**
 * A page of the log as it was when the first page was read: reading is recorded itself, and would never come to an end
 * otherwise. Recorded are who reads and the names of what they filter by, not the values. Checks no permission.
 *
 * @throws `AuthError` `store_unavailable`, also when the reading could not be recorded; then nothing is shown.
 * @throws `TypeError` where no store keeps a log.
 */
export async function readAuditLog(auth: FlowContext, reading: AuditReading): Promise<AuditPage> {
  const { reader, act, query, limit, after } = reading;
  const { tenantId } = reader;
  const audit = requireAudit(auth);
  const untilSeq = after?.untilSeq ?? (await audit.findHead(tenantId)).seq;
  await recordReading(auth, reader, act, namesOf(query));

  const found = await audit.list({ ...query, tenantId, afterSeq: after?.afterSeq ?? 0, limit: limit + 1 });
  const known = found.filter(({ seq }) => seq <= untilSeq);
  const entries = known.slice(0, limit);
  const last = known.length > limit ? entries.at(-1) : undefined;
  return { entries, next: last === undefined ? null : { afterSeq: last.seq, untilSeq } };
}

/**
 * Recomputes the log of the reader's tenant, which is recorded as well. Reads all of it. Checks no permission.
 *
 * @throws as {@link readAuditLog} does.
 */
export async function verifyAuditLog(auth: FlowContext, reader: UserRef): Promise<AuditVerdict> {
  const audit = requireAudit(auth);
  await recordReading(auth, reader, 'verify', []);
  return audit.verify(reader.tenantId);
}

function requireAudit({ audit }: FlowContext): AuditLog {
  if (audit === null) throw new TypeError('stores.audit: missing, so there is no log to read');
  return audit;
}

function namesOf(query: AuditReading['query']): readonly string[] {
  return Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name)
    .sort();
}

function recordReading(
  auth: FlowContext,
  { tenantId, userId: actorId }: UserRef,
  act: 'list' | 'export' | 'verify',
  filters: readonly string[],
): Promise<void> {
  return auth.record({ type: 'audit_read', tenantId, userId: null, actorId, act, filters });
}
