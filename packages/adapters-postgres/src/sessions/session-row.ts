import type { SessionEndReason, SessionRecord } from '@tessera-auth/core/stores';
import { readInstant } from '../connection/sql-values.js';

/** A row of the sessions table as `to_jsonb` gives it. */
export interface SessionRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly user_epoch: number;
  readonly tenant_epoch: number;
  readonly generation: number;
  readonly secret_hash: string;
  readonly nonce: string;
  readonly key_id: string;
  readonly rotated_at: string;
  readonly hard_rotated_at: string | null;
  readonly created_at: string;
  readonly last_seen_at: string;
  readonly idle_lifetime_ms: number;
  readonly idle_expires_at: string;
  readonly absolute_expires_at: string;
  readonly auth_time: string;
  readonly amr: readonly string[];
  readonly device: string | null;
  readonly browser: string | null;
  readonly os: string | null;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly ended_at: string | null;
  readonly end_reason: SessionEndReason | null;
}

/** The session that a row holds. */
export function readSession(row: SessionRow): SessionRecord {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    userId: row.user_id,
    userEpoch: row.user_epoch,
    tenantEpoch: row.tenant_epoch,
    generation: row.generation,
    secretHash: row.secret_hash,
    nonce: row.nonce,
    keyId: row.key_id,
    rotatedAt: new Date(row.rotated_at),
    hardRotatedAt: readInstant(row.hard_rotated_at),
    createdAt: new Date(row.created_at),
    lastSeenAt: new Date(row.last_seen_at),
    idleLifetimeMs: row.idle_lifetime_ms,
    idleExpiresAt: new Date(row.idle_expires_at),
    absoluteExpiresAt: new Date(row.absolute_expires_at),
    authTime: new Date(row.auth_time),
    amr: row.amr,
    device: row.device,
    browser: row.browser,
    os: row.os,
    ip: row.ip,
    userAgent: row.user_agent,
    endedAt: readInstant(row.ended_at),
    endReason: row.end_reason,
  };
}

/** The session of the only row, or `null`. */
export function readOnlySession([row]: readonly (SessionRow | null)[]): SessionRecord | null {
  return row === undefined || row === null ? null : readSession(row);
}
