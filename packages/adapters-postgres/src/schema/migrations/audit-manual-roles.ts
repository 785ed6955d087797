import type { MigrationFor } from '../migration.js';

/** What somebody may do, until when, and who gave it to them. */
const watched = {
  roles: ['tenant_id', 'name', 'permissions', 'created_by'],
  role_assignments: ['tenant_id', 'user_id', 'role', 'assigned_by', 'expires_at'],
} as const;

type WatchedTable = keyof typeof watched;

/**
 * Roles that somebody made, changed, granted or took away by SQL of their own. What is written bears its mark in the row, as
 * accounts do; what is taken away is named by a setting of the transaction, as accounts that are deleted are.
 *
 * What has expired may go unseen: it counts for nothing, and cleanup takes it.
 */
export const auditManualRolesMigration: MigrationFor = ({ schema, quoted, bare }) => {
  const note = `"${schema}"."${bare.audit_manual_changes}_note_role"`;
  const noteTruncate = `"${schema}"."${bare.audit_manual_changes}_note_role_truncate"`;
  const tables = ['roles', 'role_assignments'] as const;
  const watch = (table: WatchedTable): string[] => [
    `alter table ${quoted[table]} add column revision bigint not null default 0`,
    `create trigger note_manual_insert after insert on ${quoted[table]}
  for each row when (new.revision = 0) execute function ${note}(${listTexts([table, ...watched[table]])})`,
    `create trigger note_manual_update after update on ${quoted[table]}
  for each row when (
    new.revision <> old.revision + 1
    and (${listColumns('old', table)}) is distinct from (${listColumns('new', table)})
  ) execute function ${note}(${listTexts([table, ...watched[table]])})`,
    `create trigger note_manual_delete after delete on ${quoted[table]}
  for each row when (${isTakenByHand[table]}) execute function ${note}(${listTexts([table, ...watched[table]])})`,
    `create trigger note_manual_truncate before truncate on ${quoted[table]}
  for each statement execute function ${noteTruncate}('${table}')`,
  ];
  return {
    id: '0015_audit_manual_roles',
    up: [
      `alter table ${quoted.audit_manual_changes}
  add column table_name text not null default 'users',
  add column role text collate "C",
  alter column user_id drop not null`,
      // As its owner, so that who changes roles needs no right to write records.
      `create function ${note}() returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  changed jsonb := coalesce(to_jsonb(old), to_jsonb(new));
begin
  insert into ${quoted.audit_manual_changes}
    (table_name, tenant_id, user_id, role, act, column_names, database_role)
  values (
    tg_argv[0], changed ->> 'tenant_id', changed ->> 'user_id', coalesce(changed ->> 'role', changed ->> 'name'),
    lower(tg_op),
    array(
      select name from unnest(tg_argv[1:]) as name
      where nullif(to_jsonb(old) -> name, 'null') is distinct from nullif(to_jsonb(new) -> name, 'null')
    ),
    session_user
  );
  return null;
end
$$`,
      `create function ${noteTruncate}() returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
  if tg_argv[0] = 'roles' then
    insert into ${quoted.audit_manual_changes} (table_name, tenant_id, role, act, column_names, database_role, user_id)
    select 'roles', tenant_id, name, lower(tg_op), array[]::text[], session_user, null from ${quoted.roles};
  else
    insert into ${quoted.audit_manual_changes} (table_name, tenant_id, role, act, column_names, database_role, user_id)
    select 'role_assignments', tenant_id, role, lower(tg_op), array[]::text[], session_user, user_id
    from ${quoted.role_assignments};
  end if;
  return null;
end
$$`,
      ...tables.flatMap(watch),
    ],
    down: [
      ...tables.flatMap((table) => [
        ...['truncate', 'delete', 'update', 'insert'].map(
          (act) => `drop trigger note_manual_${act} on ${quoted[table]}`,
        ),
        `alter table ${quoted[table]} drop column revision`,
      ]),
      `drop function ${noteTruncate}()`,
      `drop function ${note}()`,
      // What is left is about accounts again; the trigger that refuses it has to look away.
      `alter table ${quoted.audit_manual_changes} disable trigger refuse_change`,
      `delete from ${quoted.audit_manual_changes} where table_name <> 'users'`,
      `alter table ${quoted.audit_manual_changes} enable trigger refuse_change`,
      `alter table ${quoted.audit_manual_changes}
  drop column table_name, drop column role, alter column user_id set not null`,
    ],
  };
};

const taking = `coalesce(current_setting('tessera.taking_roles', true), '')`;

/** Whether a row goes without a word of this package. */
const isTakenByHand: Readonly<Record<WatchedTable, string>> = {
  roles: `${taking} <> jsonb_build_array(old.tenant_id, null::text, old.name)::text`,
  role_assignments: `(old.expires_at is null or old.expires_at > clock_timestamp())
    and ${taking} not in (
      jsonb_build_array(old.tenant_id, old.user_id, old.role)::text,
      jsonb_build_array(old.tenant_id, old.user_id, null::text)::text,
      jsonb_build_array(old.tenant_id, null::text, old.role)::text
    )`,
};

function listColumns(row: 'old' | 'new', table: WatchedTable): string {
  return watched[table].map((name) => `${row}.${name}`).join(', ');
}

function listTexts(texts: readonly string[]): string {
  return texts.map((text) => `'${text}'`).join(', ');
}
