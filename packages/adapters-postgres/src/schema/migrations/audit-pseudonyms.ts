import type { MigrationFor } from '../migration.js';

/** Who the pseudonyms of the audit log stand for; a row that is deleted leaves entries of nobody. */
export const auditPseudonymsMigration: MigrationFor = ({ quoted, bare }) => ({
  id: '0010_audit_pseudonyms',
  up: [
    `create table ${quoted.audit_pseudonyms} (
  tenant_id text collate "C" not null,
  user_id text collate "C" not null,
  pseudonym text collate "C" not null,
  salt text not null,
  primary key (tenant_id, user_id),
  constraint "${bare.audit_pseudonyms}_name_key" unique (tenant_id, pseudonym)
)`,
    `alter table ${quoted.audit_entries} rename column user_id to user_pseudonym`,
  ],
  down: [
    `alter table ${quoted.audit_entries} rename column user_pseudonym to user_id`,
    `drop table ${quoted.audit_pseudonyms}`,
  ],
});
