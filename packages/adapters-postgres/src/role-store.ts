import {
  areStorableIds,
  type ChangedHolder,
  type CustomRole,
  type GrantRoleOutcome,
  type RevokeRoleOutcome,
  type RoleAssignment,
  type RoleStore,
  requireStorableIds,
  type UserRef,
  type WithdrawCommand,
} from '@tessera-auth/core/stores';
import { type RawBuilder, sql } from 'kysely';
import { instant, readInstant, textArray } from './connection/sql-values.js';
import { toStorable } from './connection/storable-text.js';
import { deleteInBatch } from './delete-in-batch.js';
import { ofUser } from './sessions/session-sql.js';
import type { StoreContext } from './store-context.js';
import { traits } from './traits.js';

/** Rows as `to_jsonb` gives them. */
interface AssignmentRow {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly role: string;
  readonly assigned_by: string | null;
  readonly assigned_at: string;
  readonly expires_at: string | null;
}
interface RoleRow {
  readonly tenant_id: string;
  readonly name: string;
  readonly permissions: readonly string[];
  readonly description: string | null;
  readonly created_by: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** Which roles a statement takes; `null` for all users, or all roles. */
interface TakenRoles {
  readonly tenantId: string;
  readonly userId: string | null;
  readonly role: string | null;
}

type AnswerStatement = RawBuilder<{ readonly answer: string }>;

/** Names a role of a tenant. */
interface RoleRef {
  readonly tenantId: string;
  readonly name: string;
}

/** The roles in Postgres. Whatever changes those of a tenant holds the tenant's lock, so that each step is judged by what is. */
export function createRoleStore(context: StoreContext): RoleStore {
  const { database, tables, now } = context;
  const { roles, role_assignments: assignments, role_versions: versions } = tables.ref;

  /** Runs a statement once nobody else changes the roles of the tenant: it sees what those before have committed. */
  const alone = <Answer>(tenantId: string, statement: AnswerStatement): Promise<Answer[]> =>
    database.atomically(async (place) => {
      await place.ask(sql`
        with locked as materialized (
          select pg_advisory_xact_lock(hashtextextended(${`${tables.quoted.role_versions} ${tenantId}`}, 0))
        )
        select 'null' as answer from locked`);
      return place.ask<Answer>(statement);
    });

  const isRole = ({ tenantId, name }: RoleRef) => sql`tenant_id = ${tenantId} and name = ${name}`;
  const isKeeping = (keepsOneOf: readonly string[]) =>
    sql`expires_at is null and role = any(${textArray(keepsOneOf)})`;

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
    traits,

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
              and name in (select role from ${assignments} where ${ofUser(user)})
          ), '[]')
        )::text as answer`);
      return {
        version: held.version,
        assignments: held.assignments.map(readAssignment),
        customRoles: held.customRoles.map(readRole),
      };
    },

    async grant({ tenantId, userId, role, isCustom, assignedBy, expiresAt, keepsOneOf, commandId }) {
      requireStorableIds({ tenantId, userId, role, assignedBy: assignedBy ?? '' });
      const user = { tenantId, userId };
      const expiry = expiresAt === null ? sql`null::timestamptz` : instant(expiresAt);
      const isMissing = isCustom
        ? sql`not exists (select from ${roles} where ${isRole({ tenantId, name: role })})`
        : sql`false`;
      const isLast = expiresAt === null ? sql`false` : wouldLeaveNobody(user, keepsOneOf, role);
      const [outcome] = await alone<GrantRoleOutcome>(
        tenantId,
        sql`
          with found as materialized (
            select case
              when ${isRepeated(user, commandId)} then 'repeated'
              when ${isMissing} then 'role_missing'
              when ${isLast} then 'last_holder'
              else 'granted'
            end as kind
          ), judged as (
            select kind, kind = 'granted' as is_due from found
          ), assigned as (
            insert into ${assignments} as known (
              tenant_id, user_id, role, assigned_by, assigned_at, expires_at, revision
            )
            select ${tenantId}, ${userId}, ${role}, ${assignedBy}, ${now()}, ${expiry}, 1 from judged where is_due
            on conflict (tenant_id, user_id, role) do update set
              assigned_by = excluded.assigned_by, assigned_at = excluded.assigned_at,
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

    async revoke({ tenantId, userId, role, keepsOneOf, commandId }) {
      if (!areStorableIds(tenantId, userId)) return { kind: 'missing', version: 0 };
      const user = { tenantId, userId };
      const held = sql`${ofUser(user)} and role = ${areStorableIds(role) ? role : null}::text`;
      const [outcome] = await alone<RevokeRoleOutcome>(
        tenantId,
        sql`
          with found as materialized (
            select case
              when ${isRepeated(user, commandId)} then 'repeated'
              when not exists (select from ${assignments} where ${held}) then 'missing'
              when ${wouldLeaveNobody(user, keepsOneOf, areStorableIds(role) ? role : null)} then 'last_holder'
              else 'revoked'
            end as kind
          ), judged as (
            select kind, kind = 'revoked' as is_due from found
          ), taken as (
            delete from ${assignments} where ${held}
              and (select ${marked({ tenantId, userId, role: areStorableIds(role) ? role : null })} from judged where is_due)
          ), raised as (
            ${raise(userRow(user), commandId)}
          )
          select case when kind = 'last_holder' then jsonb_build_object('kind', kind) else jsonb_build_object(
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

    deleteExpired(limit) {
      return deleteInBatch(context, { table: assignments, expiry: sql`expires_at`, limit });
    },
  };
}

/**
 * Tells the triggers, until the transaction ends, that it is this package that takes these roles: one of a user, all of a user, or
 * one of everybody with its definition. Always true.
 */
function marked({ tenantId, userId, role }: TakenRoles): RawBuilder<unknown> {
  return sql`set_config(
    'tessera.taking_roles', jsonb_build_array(${tenantId}::text, ${userId}::text, ${role}::text)::text, true
  ) is not null`;
}

function listHolders(source: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`coalesce((
    select jsonb_agg(jsonb_build_object('userId', user_id, 'version', version) order by user_id) from ${source}
  ), '[]')`;
}

function readAssignment(row: AssignmentRow): RoleAssignment {
  return {
    tenantId: row.tenant_id,
    userId: row.user_id,
    role: row.role,
    assignedBy: row.assigned_by,
    assignedAt: new Date(row.assigned_at),
    expiresAt: readInstant(row.expires_at),
  };
}

function readRole(row: RoleRow): CustomRole {
  return {
    tenantId: row.tenant_id,
    name: row.name,
    permissions: row.permissions,
    description: row.description,
    createdBy: row.created_by,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  };
}
