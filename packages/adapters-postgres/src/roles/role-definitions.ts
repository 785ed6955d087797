import {
  areStorableIds,
  type CreateRoleOutcome,
  type CustomRole,
  type DeleteRoleOutcome,
  type ReplaceRoleOutcome,
  type RoleStore,
  requireStorableIds,
} from '@tessera-auth/core/stores';
import { sql } from 'kysely';
import { textArray } from '../connection/sql-values.js';
import { toStorable } from '../connection/storable-text.js';
import type { StoreContext } from '../store-context.js';
import { type RoleRow, readRole } from './role-rows.js';
import { createRoleSql, listHolders, marked } from './role-sql.js';

/** An outcome as the database gives it, with its role as a row. */
type RoleOutcome<Outcome extends { readonly kind: string }> = Outcome extends { readonly role: CustomRole }
  ? Omit<Outcome, 'role'> & { readonly role: RoleRow }
  : Outcome;

/** What the roles are that were made at run time. */
export function createRoleDefinitions(
  context: StoreContext,
): Pick<RoleStore, 'createRole' | 'replaceRole' | 'deleteRole' | 'findRole' | 'listRoles'> {
  const { database, tables, now } = context;
  const { roles, role_assignments: assignments, role_versions: versions } = tables.ref;
  const { alone, isRole, isOutdated, revisionOf, raise } = createRoleSql(context);

  return {
    async createRole({ tenantId, name, permissions, description, createdBy, commandId, judgedBy }) {
      requireStorableIds({ tenantId, name, createdBy: createdBy ?? '' });
      const revision = revisionOf({ tenantId, name });
      const [answer] = await alone<RoleOutcome<CreateRoleOutcome>>(
        tenantId,
        sql`
          with judged as materialized (
            select ${now()} as at, case
              when ${revision} = ${commandId} then 'repeated'
              when ${isOutdated(tenantId, judgedBy)} then 'outdated'
              when ${revision} is not null then 'exists'
              else 'created'
            end as kind
          ), made as (
            insert into ${roles} (
              tenant_id, name, permissions, description, created_by, created_at, updated_at, command_id, revision
            )
            select ${tenantId}, ${name}, ${textArray(permissions)}, ${toStorable(description)}, ${createdBy},
              at, at, ${commandId}, 1
            from judged where kind = 'created'
            returning *
          ), known as (
            select * from ${roles} where ${isRole({ tenantId, name })} and exists (select from judged where kind = 'repeated')
          )
          select case when kind in ('created', 'repeated') then jsonb_build_object(
            'kind', 'created', 'role', (select to_jsonb(role) from (table made union all table known) as role)
          ) else jsonb_build_object('kind', kind) end::text as answer from judged`,
      );
      const outcome = answer as RoleOutcome<CreateRoleOutcome>; // one row or a rejection
      return outcome.kind === 'created' ? { ...outcome, role: readRole(outcome.role) } : outcome;
    },

    async replaceRole({ tenantId, name, replaces, permissions, description, commandId, judgedBy }) {
      if (!areStorableIds(tenantId, name)) return { kind: 'missing' };
      const revision = revisionOf({ tenantId, name });
      const [answer] = await alone<RoleOutcome<ReplaceRoleOutcome>>(
        tenantId,
        sql`
          with judged as materialized (
            select case
              when ${revision} = ${commandId} then 'repeated'
              when ${isOutdated(tenantId, judgedBy)} then 'outdated'
              when ${revision} is null then 'missing'
              when ${revision} <> ${replaces} then 'outdated'
              else 'replaced'
            end as kind
          ), known as materialized (
            select * from ${roles} where ${isRole({ tenantId, name })}
          ), updated as (
            update ${roles} as stored set
              permissions = ${textArray(permissions)}, description = ${toStorable(description)},
              updated_at = ${now()}, command_id = ${commandId}, revision = stored.revision + 1
            from judged
            where tenant_id = ${tenantId} and name = ${name} and kind = 'replaced'
            returning stored.*
          ), held as materialized (
            select tenant_id, user_id from ${assignments}
            where tenant_id = ${tenantId} and role = ${name} and is_custom
          ), raised as (
            ${raise(sql`held where exists (select from updated)`, commandId)}
          ), unchanged as (
            select held.user_id, version from held join ${versions} as stored
              on stored.tenant_id = held.tenant_id and stored.user_id = held.user_id
            where not exists (select from updated)
          )
          select case when kind in ('replaced', 'repeated') then jsonb_build_object(
            'kind', 'replaced',
            'role', coalesce((select to_jsonb(updated) from updated), (select to_jsonb(known) from known)),
            'holders', ${listHolders(sql`(select * from raised union all select * from unchanged) as holder`)}
          ) else jsonb_build_object('kind', kind) end::text as answer from judged`,
      );
      const outcome = answer as RoleOutcome<ReplaceRoleOutcome>; // one row or a rejection
      return outcome.kind === 'replaced' ? { ...outcome, role: readRole(outcome.role) } : outcome;
    },

    async deleteRole({ tenantId, name, revision }) {
      if (!areStorableIds(tenantId, name)) return { kind: 'missing' };
      const role = { tenantId, name };
      const known = revisionOf(role);
      const [outcome] = await alone<DeleteRoleOutcome>(
        tenantId,
        sql`
          with judged as materialized (
            select case
              when ${known} is null then 'missing'
              when ${known} <> ${revision} then 'outdated'
              else 'deleted'
            end as kind
          ), gone as (
            delete from ${roles} where ${isRole(role)}
              and (select ${marked({ tenantId, userId: null, role: name })} from judged where kind = 'deleted') returning 1
          ), taken as (
            delete from ${assignments}
            where tenant_id = ${tenantId} and role = ${name} and is_custom and exists (select from gone)
            returning tenant_id, user_id
          ), raised as (
            ${raise(sql`taken`, null)}
          )
          select case kind
            when 'deleted' then jsonb_build_object('kind', kind, 'holders', ${listHolders(sql`raised as holder`)})
            else jsonb_build_object('kind', kind)
          end::text as answer from judged`,
      );
      return outcome as DeleteRoleOutcome; // one row or a rejection
    },

    async findRole({ tenantId, name }) {
      if (!areStorableIds(tenantId, name)) return null;
      const [row] = await database.ask<RoleRow>(sql`
        select to_jsonb(custom)::text as answer from ${roles} as custom where ${isRole({ tenantId, name })}`);
      return row === undefined ? null : readRole(row);
    },

    async listRoles(tenantId) {
      if (!areStorableIds(tenantId)) return [];
      const rows = await database.ask<RoleRow>(sql`
        select to_jsonb(custom)::text as answer from ${roles} as custom
        where tenant_id = ${tenantId} order by name`);
      return rows.map(readRole);
    },
  };
}
