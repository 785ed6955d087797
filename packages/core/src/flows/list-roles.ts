import type { AssignmentCursor, AssignmentFilter, AssignmentPage } from '../stores/role-store.js';
import { requireRoleStore } from './change-roles.js';
import type { FlowContext } from './flow-context.js';
import { asRole, listGiven } from './role-principals.js';

/** A role that can be granted. */
export interface ListedRole {
  readonly name: string;
  readonly permissions: readonly string[];
  readonly description: string | null;
  /** It was made at run time, and can be changed and deleted. */
  readonly isCustom: boolean;
}

/**
 * All roles of a tenant: those of the code in their order, then the others by name.
 *
 * @throws `TypeError` without `stores.roles`, `AuthError` `store_unavailable`.
 */
export async function listRoles(auth: FlowContext, tenantId: string): Promise<readonly ListedRole[]> {
  const custom = await requireRoleStore(auth).listRoles(tenantId);
  return [
    ...auth.policy.roles.map((name) => ({
      ...{
        name,
        permissions: listGiven(auth.policy, asRole(auth.policy, name)),
        description: null,
        isCustom: false,
      },
    })),
    ...custom.map(({ name, permissions, description }) => ({
      ...{ name, permissions, description, isCustom: true },
    })),
  ];
}

/**
 * A page of who has been granted what in a tenant, by user and role; what has expired stays in it until it is cleaned up.
 *
 * @throws `TypeError` without `stores.roles`, `AuthError` `store_unavailable`.
 */
export function listRoleAssignments(
  auth: FlowContext,
  tenantId: string,
  {
    limit = 50,
    after = null,
    ...filter
  }: AssignmentFilter & { readonly limit?: number; readonly after?: AssignmentCursor | null } = {},
): Promise<AssignmentPage> {
  const page = { limit: Math.min(Math.max(limit, 1), 100), after };
  return requireRoleStore(auth).listAssignments(tenantId, filter, page);
}
