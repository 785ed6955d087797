import type { MigrationFor } from '../migration.js';

/** Lets readers find what changed since they last looked. */
export const revocationLogMigration: MigrationFor = ({ quoted, bare }) => ({
  id: '0006_revocation_log',
  up: [
    // A session that is excepted is so from the epoch on that no other entry had revoked.
    `alter table ${quoted.revocations} add column except_from_epoch integer not null default 0`,
    // The transaction that last changed the entry. Those of before get the first one of all, so that a reader that
    // starts finds them; the constant is noted in the catalogue, and the table is not rewritten.
    `alter table ${quoted.revocations} add column changed_in xid8 not null default '1'`,
    `alter table ${quoted.revocations} alter column changed_in set default pg_current_xact_id()`,
    // Gives what changed, in the order of the pages.
    `create index "${bare.revocations}_changed_idx" on ${quoted.revocations} (changed_in, kind, tenant_id, name)`,
  ],
  down: [`alter table ${quoted.revocations} drop column changed_in, drop column except_from_epoch`],
});
