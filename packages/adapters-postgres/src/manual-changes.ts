import { sql } from 'kysely';
import type { StoreContext } from './store-context.js';

/** An account or a role that was made, changed, granted or deleted by SQL of somebody, not by this package. */
export interface ManualChange {
  /** Greater for later ones, with gaps. Those of a transaction are seen once it commits, maybe after greater ones. */
  readonly number: number;
  /** What was changed: accounts, who has which role, or what a role made at run time grants. */
  readonly table: 'users' | 'role_assignments' | 'roles';
  readonly tenantId: string;
  /** As it was before the change; `null` where a role was changed for all who have it. */
  readonly userId: string | null;
  /** The role, as it was before the change; `null` for accounts. */
  readonly role: string | null;
  readonly act: 'insert' | 'update' | 'delete' | 'truncate';
  /** Which columns were set or changed, or had a value in what was deleted. Their values are not recorded. */
  readonly columns: readonly string[];
  /** Who was logged in to the database (`session_user`). */
  readonly databaseRole: string;
  readonly at: Date;
}

/** Which changes by hand, oldest first. */
export interface ManualChangesQuery {
  /** Left out: of all tenants. */
  readonly tenantId?: string;
  /** Only those with a greater `number`: where the last page ended. */
  readonly afterNumber?: number;
  /** At most so many. */
  readonly limit: number;
}

/** Reads what the triggers recorded. */
export async function listManualChanges(
  { database, tables }: StoreContext,
  { tenantId, afterNumber = 0, limit }: ManualChangesQuery,
): Promise<readonly ManualChange[]> {
  const changes = await database.ask<Omit<ManualChange, 'at'> & { readonly at: string }>(sql`
    select jsonb_build_object(
      'number', number, 'table', table_name, 'tenantId', tenant_id, 'userId', user_id, 'role', role, 'act', act,
      'columns', column_names, 'databaseRole', database_role, 'at', at
    )::text as answer from ${tables.ref.audit_manual_changes}
    where number > ${afterNumber} and (${tenantId ?? null}::text is null or tenant_id = ${tenantId ?? null})
    order by number limit ${limit}`);
  return changes.map((change) => ({ ...change, at: new Date(change.at) }));
}
