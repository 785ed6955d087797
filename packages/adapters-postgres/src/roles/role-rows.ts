import type { CustomRole, RoleAssignment } from '@tessera-auth/core/stores';
import { readInstant } from '../connection/sql-values.js';

/** An assignment as `to_jsonb` gives it. */
export interface AssignmentRow {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly role: string;
  readonly is_custom: boolean;
  readonly assigned_by: string | null;
  readonly assigned_at: string;
  readonly expires_at: string | null;
}
/** A definition, in the same way. */
export interface RoleRow {
  readonly tenant_id: string;
  readonly name: string;
  readonly permissions: readonly string[];
  readonly description: string | null;
  readonly created_by: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly command_id: string;
}

/** The row as an assignment. */
export function readAssignment(row: AssignmentRow): RoleAssignment {
  return {
    tenantId: row.tenant_id,
    userId: row.user_id,
    role: row.role,
    isCustom: row.is_custom,
    assignedBy: row.assigned_by,
    assignedAt: new Date(row.assigned_at),
    expiresAt: readInstant(row.expires_at),
  };
}

/** The row as a definition. */
export function readRole(row: RoleRow): CustomRole {
  return {
    tenantId: row.tenant_id,
    name: row.name,
    permissions: row.permissions,
    description: row.description,
    createdBy: row.created_by,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
    revision: row.command_id,
  };
}
