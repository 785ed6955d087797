import {
  areStorableIds,
  type GrantRoleOutcome,
  type RevokeRoleOutcome,
  type RoleStore,
  requireStorableIds,
  type WithdrawCommand,
} from '@tessera-auth/core/stores';
import { type RawBuilder, sql } from 'kysely';
import { instant } from '../connection/sql-values.js';
import { toStorable } from '../connection/storable-text.js';
import { ofUser } from '../sessions/session-sql.js';
import type { StoreContext } from '../store-context.js';
import { type AssignmentRow, type RoleRow, readAssignment, readRole } from './role-rows.js';
import { createRoleSql, marked } from './role-sql.js';

/** Who holds which role. */
export function createRoleAssignments(
  context: StoreContext,
): Pick<RoleStore, 'findHeld' | 'grant' | 'revoke' | 'suspend' | 'resume' | 'removeAll' | 'listAssignments'> {
  const { database, tables, now } = context;
  const { roles, role_assignments: assignments, role_versions: versions } = tables.ref;
  const { alone, wouldLeaveNobody, isOutdated, revisionOf, raise, userRow, versionOf, isRepeated } =
    createRoleSql(context);

  /** Does what `step` says where nobody is missing afterwards. @returns whether that was so. */
  const withdraw = async (
    { tenantId, userId, keepsOneOf }: WithdrawCommand,
    step: RawBuilder<unknown>,
  ): Promise<boolean> => {
    const user = { tenantId, userId };
    const [isDone] = await alone<boolean>(
      tenantId,
      sql`
        with judged as materialized (
          select not ${wouldLeaveNobody(user, keepsOneOf, null)} as is_due
        ), ${step}
        select is_due::text as answer from judged`,
    );
    return isDone === true;
  };

  return {
    async findHeld(user) {
      if (!areStorableIds(user.tenantId, user.userId)) {
        return { version: 0, assignments: [], customRoles: [] };
      }
      // One statement, hence one snapshot: roles and version belong together.
      const [held = { version: 0, assignments: [], customRoles: [] }] = await database.ask<{
        readonly version: number;
        readonly assignments: readonly AssignmentRow[];
        readonly customRoles: readonly RoleRow[];
      }>(sql`
        select jsonb_build_object(
          'version', coalesce((select version from ${versions} where ${ofUser(user)}), 0),
          'assignments', coalesce((
            select jsonb_agg(to_jsonb(held) order by role) from ${assignments} as held where ${ofUser(user)}
          ), '[]'),
          'customRoles', coalesce((
            select jsonb_agg(to_jsonb(custom) order by name)
            from ${roles} as custom
            where custom.tenant_id = ${user.tenantId}
              and name in (select role from ${assignments} where ${ofUser(user)} and is_custom)
          ), '[]')
        )::text as answer`);
      return {
        version: held.version,
        assignments: held.assignments.map(readAssignment),
        customRoles: held.customRoles.map(readRole),
      };
    },

    async grant({
      tenantId,
      userId,
      role,
      definition,
      assignedBy,
      expiresAt,
      keepsOneOf,
      commandId,
      judgedBy,
    }) {
      requireStorableIds({ tenantId, userId, role, assignedBy: assignedBy ?? '' });
      const user = { tenantId, userId };
      const expiry = expiresAt === null ? sql`null::timestamptz` : instant(expiresAt);
      const known = revisionOf({ tenantId, name: role });
      const isCustom = definition !== null;
      const isOther =
        judgedBy === null
          ? sql`false`
          : sql`exists (select from ${assignments} where ${ofUser(user)} and role = ${role} and is_custom <> ${isCustom})`;
      const isLast = expiresAt === null && !isCustom ? sql`false` : wouldLeaveNobody(user, keepsOneOf, role);
      const [outcome] = await alone<GrantRoleOutcome>(
        tenantId,
        sql`
          with found as materialized (
            select case
              when ${isRepeated(user, commandId)} then 'repeated'
              when ${isOutdated(tenantId, judgedBy)} then 'outdated'
              when ${isCustom} and ${known} is null then 'role_missing'
              when ${isCustom} and ${known} <> ${definition} then 'outdated'
              when ${isOther} then 'held_otherwise'
              when ${isLast} then 'last_holder'
              else 'granted'
            end as kind
          ), judged as (
            select kind, kind = 'granted' as is_due from found
          ), assigned as (
            insert into ${assignments} as known (
              tenant_id, user_id, role, is_custom, assigned_by, assigned_at, expires_at, revision
            )
            select ${tenantId}, ${userId}, ${role}, ${isCustom}, ${assignedBy}, ${now()}, ${expiry}, 1 from judged where is_due
            on conflict (tenant_id, user_id, role) do update set
              is_custom = excluded.is_custom, assigned_by = excluded.assigned_by, assigned_at = excluded.assigned_at,
              expires_at = excluded.expires_at, revision = known.revision + 1
          ), raised as (
            ${raise(userRow(user), commandId)}
          )
          select case when kind in ('granted', 'repeated')
            then jsonb_build_object('kind', 'granted', 'version', ${versionOf(user)})
            else jsonb_build_object('kind', kind)
          end::text as answer from judged`,
      );
      return outcome as GrantRoleOutcome; // one row or a rejection
    },

    async revoke({ tenantId, userId, role, definition, keepsOneOf, commandId, judgedBy }) {
      if (!areStorableIds(tenantId, userId)) return { kind: 'missing', version: 0 };
      const user = { tenantId, userId };
      // What no text of Postgres is, nobody holds.
      const wanted = areStorableIds(role) ? role : null;
      const held = sql`${ofUser(user)} and role = ${wanted}::text`;
      const heldDefinition = sql`(
        select case when is_custom then coalesce(${revisionOf({ tenantId, name: wanted ?? '' })}, '') end
        from ${assignments} where ${held})`;
      const isOther =
        definition === undefined ? sql`false` : sql`${heldDefinition} is distinct from ${definition}::text`;
      const [outcome] = await alone<RevokeRoleOutcome>(
        tenantId,
        sql`
          with found as materialized (
            select case
              when ${isRepeated(user, commandId)} then 'repeated'
              when ${isOutdated(tenantId, judgedBy)} then 'outdated'
              when not exists (select from ${assignments} where ${held}) then 'missing'
              when ${isOther} then 'outdated'
              when ${wouldLeaveNobody(user, keepsOneOf, wanted)} then 'last_holder'
              else 'revoked'
            end as kind
          ), judged as (
            select kind, kind = 'revoked' as is_due from found
          ), taken as (
            delete from ${assignments} where ${held}
              and (select ${marked({ tenantId, userId, role: wanted })} from judged where is_due)
          ), raised as (
            ${raise(userRow(user), commandId)}
          )
          select case when kind in ('last_holder', 'outdated') then jsonb_build_object('kind', kind) else jsonb_build_object(
            'kind', case kind when 'missing' then kind else 'revoked' end, 'version', ${versionOf(user)}
          ) end::text as answer from judged`,
      );
      return outcome as RevokeRoleOutcome; // one row or a rejection
    },

    async suspend(command) {
      requireStorableIds({ tenantId: command.tenantId, userId: command.userId });
      return withdraw(
        command,
        sql`suspended as (
          insert into ${versions} (tenant_id, user_id, version, is_suspended)
          select tenant_id, user_id, 0, true from ${userRow(command)}
          on conflict (tenant_id, user_id) do update set is_suspended = true
        )`,
      );
    },

    async resume(user) {
      if (!areStorableIds(user.tenantId, user.userId)) return;
      await alone(
        user.tenantId,
        sql`
          with resumed as (
            update ${versions} set is_suspended = false where ${ofUser(user)} and is_suspended
          )
          select 'null' as answer`,
      );
    },

    async removeAll(command) {
      if (!areStorableIds(command.tenantId, command.userId)) return true;
      return withdraw(
        command,
        sql`taken as (
          delete from ${assignments} where ${ofUser(command)}
            and (select ${marked({ ...command, role: null })} from judged where is_due)
          returning tenant_id, user_id
        ), granted as (
          update ${assignments} set assigned_by = null, revision = revision + 1
          where tenant_id = ${command.tenantId} and assigned_by = ${command.userId}
            and user_id <> ${command.userId} and (select is_due from judged)
        ), made as (
          update ${roles} set created_by = null, revision = revision + 1
          where tenant_id = ${command.tenantId} and created_by = ${command.userId}
            and (select is_due from judged)
        ), raised as (
          ${raise(sql`(select distinct tenant_id, user_id from taken) as changed`, null)}
        )`,
      );
    },

    async listAssignments(tenantId, { userId, role }, { limit, after }) {
      if (!areStorableIds(tenantId, userId ?? '', role ?? '')) return { assignments: [], next: null };
      const isAfter =
        after === null
          ? sql`true`
          : sql`(user_id, role) > (${toStorable(after.userId)}, ${toStorable(after.role)})`;
      const rows = await database.ask<AssignmentRow>(sql`
        select to_jsonb(held)::text as answer from ${assignments} as held
        where tenant_id = ${tenantId} and ${isAfter}
          and ${userId === undefined ? sql`true` : sql`user_id = ${userId}`}
          and ${role === undefined ? sql`true` : sql`role = ${role}`}
        order by user_id, role limit ${limit + 1}::integer`);
      const page = rows.slice(0, limit).map(readAssignment);
      const last = rows.length > limit ? page.at(-1) : undefined;
      return {
        assignments: page,
        next: last === undefined ? null : { userId: last.userId, role: last.role },
      };
    },
  };
}
