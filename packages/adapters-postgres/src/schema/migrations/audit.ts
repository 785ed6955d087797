import type { MigrationFor } from '../migration.js';

/** What happened, one chain per tenant. */
export const auditMigration: MigrationFor = ({ schema, quoted, bare }) => {
  const refuse = `"${schema}"."${bare.audit_entries}_refuse"`;
  return {
    id: '0008_audit',
    up: [
      `create table ${quoted.audit_heads} (
  tenant_id text collate "C" primary key,
  seq bigint not null,
  hash text not null
)`,
      `create table ${quoted.audit_entries} (
  tenant_id text collate "C" not null,
  seq bigint not null,
  id text collate "C" not null,
  at timestamptz(3) not null,
  type text collate "C" not null,
  user_id text collate "C",
  data text not null,
  key_id text not null,
  previous_hash text not null,
  hash text not null,
  primary key (tenant_id, seq),
  -- Keeps a repeated command from a second entry.
  constraint "${bare.audit_entries}_id_key" unique (tenant_id, id)
)`,
      `create index "${bare.audit_entries}_user_idx" on ${quoted.audit_entries} (tenant_id, user_id, seq)`,
      `create function ${refuse}() returns trigger language plpgsql as $$
begin
  raise exception 'entries of the audit log are neither changed nor deleted' using errcode = '42501';
end
$$`,
      `create trigger refuse_change before update or delete or truncate on ${quoted.audit_entries}
  for each statement execute function ${refuse}()`,
    ],
    down: [
      `drop table ${quoted.audit_entries}`,
      `drop function ${refuse}()`,
      `drop table ${quoted.audit_heads}`,
    ],
  };
};
