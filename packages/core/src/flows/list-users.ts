import type { UserCursor, UserPage } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';

/**
 * A page of the accounts of a tenant, newest first.
 *
 * @throws `TypeError` where the store cannot list, `AuthError` `store_unavailable`.
 */
export async function listUsers(
  { users }: FlowContext,
  tenantId: string,
  { limit = 50, after = null }: { readonly limit?: number; readonly after?: UserCursor | null } = {},
): Promise<UserPage> {
  if (users.list === undefined) throw new TypeError('stores.users.list: missing');
  return users.list(tenantId, { limit: Math.min(Math.max(limit, 1), 100), after });
}
