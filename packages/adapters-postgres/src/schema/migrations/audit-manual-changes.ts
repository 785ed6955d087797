import type { MigrationFor } from '../migration.js';

/** What may be signed in with, and what it opens. */
const watched = [
  'tenant_id',
  'user_id',
  'email',
  'canonical_email',
  'email_verified_at',
  'roles',
  'password_hash',
  'disabled_at',
];

/**
 * Accounts that somebody made or changed by SQL of their own.
 *
 * The statements of this package count `revision` on; what does not is by hand. The mark is in the row, so that it holds for
 * one statement, whatever else its transaction does, through every pool and pooler.
 */
export const auditManualChangesMigration: MigrationFor = ({ schema, quoted, bare }) => {
  const note = `"${schema}"."${bare.audit_manual_changes}_note"`;
  const refuse = `"${schema}"."${bare.audit_entries}_refuse"`;
  return {
    id: '0011_audit_manual_changes',
    up: [
      `alter table ${quoted.users} add column revision bigint not null default 0`,
      `create table ${quoted.audit_manual_changes} (
  number bigint generated always as identity primary key,
  tenant_id text collate "C" not null,
  user_id text collate "C" not null,
  act text not null,
  column_names text[] not null,
  database_role text not null,
  at timestamptz(3) not null default date_trunc('milliseconds', clock_timestamp())
)`,
      // As its owner, so that who changes accounts needs no right to write records.
      `create function ${note}() returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
  insert into ${quoted.audit_manual_changes} (tenant_id, user_id, act, column_names, database_role)
  values (
    coalesce(old.tenant_id, new.tenant_id), coalesce(old.user_id, new.user_id), lower(tg_op),
    array(
      select name from unnest(array[${watched.map((name) => `'${name}'`).join(', ')}]) as name
      where nullif(to_jsonb(old) -> name, 'null') is distinct from nullif(to_jsonb(new) -> name, 'null')
    ),
    session_user
  );
  return null;
end
$$`,
      `create trigger note_manual_insert after insert on ${quoted.users}
  for each row when (new.revision = 0) execute function ${note}()`,
      `create trigger note_manual_update after update on ${quoted.users}
  for each row when (
    new.revision <> old.revision + 1
    and (${list('old')}) is distinct from (${list('new')})
  ) execute function ${note}()`,
      `create trigger refuse_change before update or delete or truncate on ${quoted.audit_manual_changes}
  for each statement execute function ${refuse}()`,
    ],
    down: [
      `drop trigger note_manual_update on ${quoted.users}`,
      `drop trigger note_manual_insert on ${quoted.users}`,
      `drop function ${note}()`,
      `drop table ${quoted.audit_manual_changes}`,
      `alter table ${quoted.users} drop column revision`,
    ],
  };
};

function list(row: 'old' | 'new'): string {
  return watched.map((name) => `${row}.${name}`).join(', ');
}
