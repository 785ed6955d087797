import type { MigrationFor } from '../migration.js';

/** Which addresses are proven, and the order in which accounts are listed. */
export const userAddressesMigration: MigrationFor = ({ schema, quoted, bare }) => ({
  id: '0007_user_addresses',
  up: [
    `alter table ${quoted.users} add column email_verified_at timestamptz(3)`,
    `create index "${bare.users}_age_idx" on ${quoted.users} (tenant_id, created_at desc, user_id)`,
  ],
  down: [
    `drop index "${schema}"."${bare.users}_age_idx"`,
    `alter table ${quoted.users} drop column email_verified_at`,
  ],
});
