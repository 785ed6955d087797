import type { MigrationFor } from '../migration.js';

/** What stands for entries that were pruned. Entries that a seal covers may be deleted, and no others. */
export const auditSealsMigration: MigrationFor = ({ schema, quoted, bare }) => {
  const refuse = `"${schema}"."${bare.audit_entries}_refuse"`;
  const refuseUnsealed = `"${schema}"."${bare.audit_entries}_refuse_unsealed"`;
  return {
    id: '0012_audit_seals',
    up: [
      `create table ${quoted.audit_seals} (
  tenant_id text collate "C" primary key,
  seq bigint not null,
  hash text not null,
  key_id text not null,
  mac text not null
)`,
      `create function ${refuseUnsealed}() returns trigger language plpgsql as $$
begin
  if exists (
    select from gone where not exists (
      select from ${quoted.audit_seals} as seal where seal.tenant_id = gone.tenant_id and seal.seq >= gone.seq
    )
  ) then
    raise exception 'entries of the audit log are deleted only up to a seal' using errcode = '42501';
  end if;
  return null;
end
$$`,
      `create trigger refuse_unsealed after delete on ${quoted.audit_entries}
  referencing old table as gone for each statement execute function ${refuseUnsealed}()`,
      `drop trigger refuse_change on ${quoted.audit_entries}`,
      `create trigger refuse_change before update or truncate on ${quoted.audit_entries}
  for each statement execute function ${refuse}()`,
    ],
    down: [
      `drop trigger refuse_change on ${quoted.audit_entries}`,
      `create trigger refuse_change before update or delete or truncate on ${quoted.audit_entries}
  for each statement execute function ${refuse}()`,
      `drop trigger refuse_unsealed on ${quoted.audit_entries}`,
      `drop function ${refuseUnsealed}()`,
      `drop table ${quoted.audit_seals}`,
    ],
  };
};
