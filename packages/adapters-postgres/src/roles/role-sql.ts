import { areStorableIds, type RoleJudge, type UserRef } from '@tessera-auth/core/stores';
import { type RawBuilder, sql } from 'kysely';
import { textArray } from '../connection/sql-values.js';
import { waitForLock } from '../connection/wait-for-lock.js';
import { ofUser } from '../sessions/session-sql.js';
import type { StoreContext } from '../store-context.js';

/** Which roles a statement takes; `null` for all users, or all roles. */
interface TakenRoles {
  readonly tenantId: string;
  readonly userId: string | null;
  readonly role: string | null;
}

/** Names a role of a tenant. */
interface RoleRef {
  readonly tenantId: string;
  readonly name: string;
}

/** The parts that statements about roles are made of. */
export function createRoleSql({ database, tables }: StoreContext) {
  const { roles, role_assignments: assignments, role_versions: versions } = tables.ref;

  /** Runs a statement once nobody else changes the roles of the tenant: it sees what those before have committed. */
  const alone = <Answer>(
    tenantId: string,
    statement: RawBuilder<{ readonly answer: string }>,
  ): Promise<Answer[]> =>
    database.atomically(async (place) => {
      await waitForLock(place, `${tables.quoted.role_versions} ${tenantId}`);
      return place.ask<Answer>(statement);
    });

  const isRole = ({ tenantId, name }: RoleRef) => sql`tenant_id = ${tenantId} and name = ${name}`;
  const isKeeping = (keepsOneOf: readonly string[]) =>
    sql`expires_at is null and not is_custom and role = any(${textArray(keepsOneOf)})`;

  /** Whether nobody in the tenant would hold one of the roles that must stay, if the user lost `lost`, or all roles. */
  const wouldLeaveNobody = (
    user: UserRef,
    keepsOneOf: readonly string[],
    lost: string | null,
  ): RawBuilder<unknown> => sql`(
    exists (select from ${assignments} where ${ofUser(user)} and ${isKeeping(keepsOneOf)})
    and not exists (select from ${versions} where ${ofUser(user)} and is_suspended)
    and not exists (select from ${assignments}
      where ${ofUser(user)} and ${isKeeping(keepsOneOf)} and role <> ${lost}::text)
    and not exists (select from ${assignments} as other
      where tenant_id = ${user.tenantId} and user_id <> ${user.userId} and ${isKeeping(keepsOneOf)}
        and not exists (select from ${versions} as held
          where held.tenant_id = other.tenant_id and held.user_id = other.user_id and is_suspended)))`;

  /** Whether the rights by which somebody was judged are not theirs any more. Who cannot be stored has none. */
  const isOutdated = (tenantId: string, judge: RoleJudge | null): RawBuilder<unknown> => {
    if (judge === null) return sql`false`;
    if (!areStorableIds(judge.userId)) return sql`true`;
    const of = ofUser({ tenantId, userId: judge.userId });
    return sql`(
      coalesce((select version from ${versions} where ${of}), 0) <> ${judge.version}::integer
      or exists (select from ${versions} where ${of} and is_suspended))`;
  };
  /** Which definition of a role there is; `null` for none. */
  const revisionOf = (role: RoleRef) => sql`(select command_id from ${roles} where ${isRole(role)})`;

  /** The part of a statement that raises the version of each user of `source`, which has `tenant_id` and `user_id`. */
  const raise = (source: RawBuilder<unknown>, commandId: string | null): RawBuilder<unknown> => sql`
    insert into ${versions} as known (tenant_id, user_id, version, command_id)
    select tenant_id, user_id, 1, ${commandId}::text from ${source}
    on conflict (tenant_id, user_id) do update set
      version = known.version + 1, command_id = excluded.command_id
    returning user_id, version`;
  const userRow = ({ tenantId, userId }: UserRef) =>
    sql`(select ${tenantId}::text as tenant_id, ${userId}::text as user_id from judged where is_due) as changed`;
  const versionOf = (user: UserRef) =>
    sql`coalesce((select version from raised), (select version from ${versions} where ${ofUser(user)}), 0)`;
  const isRepeated = (user: UserRef, commandId: string) =>
    sql`exists (select from ${versions} where ${ofUser(user)} and command_id = ${commandId})`;

  const parts = { alone, isRole, wouldLeaveNobody, isOutdated, revisionOf };
  return { ...parts, raise, userRow, versionOf, isRepeated };
}

/**
 * Tells the triggers, until the transaction ends, that it is this package that takes these roles: one of a user, all of a user, or
 * one of everybody with its definition. Always true.
 */
export function marked({ tenantId, userId, role }: TakenRoles): RawBuilder<unknown> {
  return sql`set_config(
    'tessera.taking_roles', jsonb_build_array(${tenantId}::text, ${userId}::text, ${role}::text)::text, true
  ) is not null`;
}

/** Who holds a role, with the version of each, from a source that has `user_id` and `version`. */
export function listHolders(source: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`coalesce((
    select jsonb_agg(jsonb_build_object('userId', user_id, 'version', version) order by user_id) from ${source}
  ), '[]')`;
}
