import type { MigrationFor } from '../migration.js';

/** What no access token may carry any more. */
export const revocationsMigration: MigrationFor = ({ quoted, bare }) => ({
  id: '0003_revocations',
  up: [
    // name is a jti, a session id or a user id, by kind; tokens and sessions have the highest epoch, and no tenant.
    `create table ${quoted.revocations} (
  kind text collate "C" not null,
  tenant_id text collate "C" not null,
  name text collate "C" not null,
  epoch integer not null,
  except_session_id text collate "C",
  until timestamptz(3) not null,
  primary key (kind, tenant_id, name)
)`,
    // Finds what cleanup may delete.
    `create index "${bare.revocations}_until_idx" on ${quoted.revocations} (until)`,
  ],
  down: [`drop table ${quoted.revocations}`],
});
