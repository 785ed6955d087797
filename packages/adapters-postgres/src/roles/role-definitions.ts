import {
  areStorableIds,
  type ChangedHolder,
  type RoleStore,
  requireStorableIds,
} from '@tessera-auth/core/stores';
import { sql } from 'kysely';
import { textArray } from '../connection/sql-values.js';
import { toStorable } from '../connection/storable-text.js';
import type { StoreContext } from '../store-context.js';
import { type RoleRow, readRole } from './role-rows.js';
import { createRoleSql, listHolders, marked } from './role-sql.js';

/** What the roles are that were made at run time. */
export function createRoleDefinitions(
  context: StoreContext,
): Pick<RoleStore, 'createRole' | 'replaceRole' | 'deleteRole' | 'findRole' | 'listRoles'> {
  const { database, tables, now } = context;
  const { roles, role_assignments: assignments, role_versions: versions } = tables.ref;
  const { alone, isRole, raise } = createRoleSql(context);

  return {
    async createRole({ tenantId, name, permissions, description, createdBy, commandId }) {
      requireStorableIds({ tenantId, name, createdBy: createdBy ?? '' });
      const [row] = await alone<RoleRow>(
        tenantId,
        sql`
          with at as materialized (select ${now()} as at), made as (
            insert into ${roles} (
              tenant_id, name, permissions, description, created_by, created_at, updated_at, command_id, revision
            )
            select ${tenantId}, ${name}, ${textArray(permissions)}, ${toStorable(description)}, ${createdBy},
              at, at, ${commandId}, 1
            from at
            on conflict do nothing
            returning *
          ), known as (
            select * from ${roles} where ${isRole({ tenantId, name })} and command_id = ${commandId}
          )
          select to_jsonb(role)::text as answer from (select * from made union all select * from known) as role`,
      );
      return row === undefined ? null : readRole(row);
    },

    async replaceRole({ tenantId, name, permissions, description, commandId }) {
      if (!areStorableIds(tenantId, name)) return null;
      const [replaced] = await alone<{
        readonly role: RoleRow;
        readonly holders: readonly ChangedHolder[];
      }>(
        tenantId,
        sql`
          with known as materialized (
            select * from ${roles} where ${isRole({ tenantId, name })}
          ), updated as (
            update ${roles} as stored set
              permissions = ${textArray(permissions)}, description = ${toStorable(description)},
              updated_at = ${now()}, command_id = ${commandId}, revision = stored.revision + 1
            from known
            where stored.tenant_id = known.tenant_id and stored.name = known.name
              and known.command_id <> ${commandId}
            returning stored.*
          ), held as materialized (
            select tenant_id, user_id from ${assignments} where tenant_id = ${tenantId} and role = ${name}
          ), raised as (
            ${raise(sql`held where exists (select from updated)`, commandId)}
          ), unchanged as (
            select held.user_id, version from held join ${versions} as stored
              on stored.tenant_id = held.tenant_id and stored.user_id = held.user_id
            where not exists (select from updated)
          )
          select jsonb_build_object(
            'role', coalesce((select to_jsonb(updated) from updated), to_jsonb(known)),
            'holders', ${listHolders(sql`(select * from raised union all select * from unchanged) as holder`)}
          )::text as answer from known`,
      );
      return replaced === undefined ? null : { role: readRole(replaced.role), holders: replaced.holders };
    },

    async deleteRole({ tenantId, name }) {
      if (!areStorableIds(tenantId, name)) return null;
      const [holders = null] = await alone<readonly ChangedHolder[]>(
        tenantId,
        sql`
          with gone as (
            delete from ${roles} where ${isRole({ tenantId, name })}
              and (select ${marked({ tenantId, userId: null, role: name })}) returning 1
          ), taken as (
            delete from ${assignments}
            where tenant_id = ${tenantId} and role = ${name} and exists (select from gone)
            returning tenant_id, user_id
          ), raised as (
            ${raise(sql`taken`, null)}
          )
          select ${listHolders(sql`raised as holder`)}::text as answer from gone`,
      );
      return holders;
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
