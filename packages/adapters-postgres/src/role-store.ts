import type { RoleStore } from '@tessera-auth/core/stores';
import { sql } from 'kysely';
import { deleteInBatch } from './delete-in-batch.js';
import { createRoleAssignments } from './roles/role-assignments.js';
import { createRoleDefinitions } from './roles/role-definitions.js';
import type { StoreContext } from './store-context.js';
import { traits } from './traits.js';

/** The roles in Postgres. Whatever changes those of a tenant holds the tenant's lock, so that each step is judged by what is. */
export function createRoleStore(context: StoreContext): RoleStore {
  return {
    traits,
    ...createRoleAssignments(context),
    ...createRoleDefinitions(context),
    deleteExpired(limit) {
      const { role_assignments: table } = context.tables.ref;
      return deleteInBatch(context, { table, expiry: sql`expires_at`, limit });
    },
  };
}
