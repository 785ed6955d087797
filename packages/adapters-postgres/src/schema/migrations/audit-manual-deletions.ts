import type { MigrationFor } from '../migration.js';

/**
 * Accounts that somebody deleted by SQL of their own. The mark cannot be in a row that goes; it is a setting of the transaction
 * that names the one account that this package deletes, so that it covers no other.
 */
export const auditManualDeletionsMigration: MigrationFor = ({ schema, quoted, bare }) => {
  const note = `"${schema}"."${bare.audit_manual_changes}_note"`;
  const noteTruncate = `"${schema}"."${bare.audit_manual_changes}_note_truncate"`;
  return {
    id: '0013_audit_manual_deletions',
    up: [
      `create trigger note_manual_delete after delete on ${quoted.users}
  for each row when (
    current_setting('tessera.deleting', true) is distinct from jsonb_build_array(old.tenant_id, old.user_id)::text
  ) execute function ${note}()`,
      `create function ${noteTruncate}() returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
  insert into ${quoted.audit_manual_changes} (tenant_id, user_id, act, column_names, database_role)
  select tenant_id, user_id, lower(tg_op), array[]::text[], session_user from ${quoted.users};
  return null;
end
$$`,
      `create trigger note_manual_truncate before truncate on ${quoted.users}
  for each statement execute function ${noteTruncate}()`,
    ],
    down: [
      `drop trigger note_manual_truncate on ${quoted.users}`,
      `drop function ${noteTruncate}()`,
      `drop trigger note_manual_delete on ${quoted.users}`,
    ],
  };
};
