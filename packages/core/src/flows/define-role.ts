import { createId } from '../crypto/random.js';
import { AuthError } from '../errors.js';
import type { CustomRole } from '../stores/role-store.js';
import { judgeAndAct, requireCeiling, requireRoleStore, revokeOlder } from './change-roles.js';
import type { FlowContext } from './flow-context.js';
import { asGrants, spellOut } from './role-principals.js';

/** Names a role that was, or shall be, made at run time. */
export interface RoleAct {
  readonly tenantId: string;
  readonly name: string;
  /** Who acts, a user of the same tenant, or `null` for the app itself. Take it from the access token, never from a body. */
  readonly actorId: string | null;
}

/** What a role shall be. */
export interface RoleDraft extends RoleAct {
  /**
   * What the policy can grant: permissions, `resource:*`, `*`, each with `@relation` where there is one. Of an actor the wildcards
   * are kept as what they stand for today; of the app itself they grow with the policy.
   */
  readonly permissions: readonly string[];
  /** For administrators to read. Default `null`. */
  readonly description?: string | null;
}

/** What a name looks like that people may give. */
export const roleNameForm = /^[a-z0-9_-]{1,64}$/;

/**
 * Makes a role of permissions that the actor holds. Nobody has it yet.
 *
 * @throws `AuthError` `input_invalid` for a name that is none or a permission that there is not, `role_protected` for the name of a
 * role of the code, `role_exists`, `grant_exceeds_ceiling`, `store_unavailable`; `TypeError` without `stores.roles`.
 */
export async function createRole(auth: FlowContext, draft: RoleDraft): Promise<CustomRole> {
  const { tenantId, name, actorId, description = null } = draft;
  requireCustomName(auth, name);
  const permissions = requirePermissions(auth, draft);
  return auth.atomically(async (kept) => {
    const outcome = await judgeAndAct(async () => {
      const given = asGrants(kept.policy, permissions);
      const judgedBy = await requireCeiling(kept, tenantId, actorId, given, null);
      return requireRoleStore(kept).createRole({
        ...{ tenantId, name, permissions, description, createdBy: actorId, commandId: createId(), judgedBy },
      });
    });
    if (outcome.kind === 'exists') throw new AuthError('role_exists');
    await recordChange(kept, draft, 'role_created', permissions);
    return outcome.role;
  });
}

/**
 * Changes what a role grants, to everybody who has it from their next request on. The actor must hold what it granted and what
 * it shall grant.
 *
 * @throws `AuthError` as {@link createRole}, and `role_not_found`.
 */
export async function replaceRole(auth: FlowContext, draft: RoleDraft): Promise<CustomRole> {
  requireCustomName(auth, draft.name);
  const permissions = requirePermissions(auth, draft);
  return auth.atomically((kept) => replace(kept, { ...draft, permissions }));
}

/**
 * Deletes a role and takes it from everybody.
 *
 * It grants nothing first, in a step of its own: where revocations are elsewhere and fail, the role is still there to ask
 * again for, and what is left in older tokens is a name without a permission.
 *
 * @throws `AuthError` `role_not_found`, `role_protected`, `grant_exceeds_ceiling`, `store_unavailable`; `TypeError` without
 * `stores.roles`.
 */
export async function deleteRole(auth: FlowContext, act: RoleAct): Promise<void> {
  const { tenantId, name } = act;
  requireCustomName(auth, name);
  await judgeAndAct(async () => {
    const { revision } = await auth.atomically((kept) => replace(kept, { ...act, permissions: [] }));
    // Whoever fills it or makes it again in between has it judged again.
    return auth.atomically(async (kept) => {
      const outcome = await requireRoleStore(kept).deleteRole({ tenantId, name, revision });
      if (outcome.kind === 'missing') throw new AuthError('role_not_found');
      if (outcome.kind === 'outdated') return outcome;
      await revokeOlder(kept, tenantId, outcome.holders);
      await recordChange(kept, act, 'role_deleted', []);
      return outcome;
    });
  });
}

async function replace(kept: FlowContext, draft: RoleDraft): Promise<CustomRole> {
  const { tenantId, name, actorId, permissions } = draft;
  const store = requireRoleStore(kept);
  const outcome = await judgeAndAct(async () => {
    const known = await store.findRole({ tenantId, name });
    if (known === null) throw new AuthError('role_not_found');
    const { description = known.description } = draft;
    const given = asGrants(kept.policy, [...known.permissions, ...permissions]);
    const judgedBy = await requireCeiling(kept, tenantId, actorId, given, null);
    const command = { tenantId, name, permissions, description, commandId: createId() };
    return store.replaceRole({ ...command, replaces: known.revision, judgedBy });
  });
  if (outcome.kind === 'missing') throw new AuthError('role_not_found');
  await revokeOlder(kept, tenantId, outcome.holders);
  await recordChange(kept, draft, 'role_changed', permissions);
  return outcome.role;
}

function recordChange(
  auth: FlowContext,
  { tenantId, name: role, actorId }: RoleAct,
  act: 'role_created' | 'role_changed' | 'role_deleted',
  permissions: readonly string[],
): Promise<void> {
  return auth.record({ type: 'authz_admin', tenantId, userId: null, actorId, act, role, permissions });
}

function requireCustomName({ policy }: FlowContext, name: string): void {
  if (policy.isRole(name)) throw new AuthError('role_protected');
  if (!roleNameForm.test(name)) refuse('/name', 'must be 1 to 64 of a-z, 0-9, _ and -');
}

function requirePermissions({ policy }: FlowContext, { permissions, actorId }: RoleDraft): readonly string[] {
  if (!permissions.every(policy.isGrant))
    refuse('/permissions', 'must be what the policy of the app can grant');
  return actorId === null ? [...new Set(permissions)] : spellOut(policy, permissions);
}

function refuse(pointer: string, detail: string): never {
  throw new AuthError('input_invalid', { fields: [{ pointer, detail }] });
}
