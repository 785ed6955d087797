import type { MigrationFor } from '../migration.js';

/** For each key, when all its units are back. */
export const rateLimitsMigration: MigrationFor = ({ quoted }) => ({
  id: '0005_rate_limits',
  up: [
    // Microseconds since the Unix epoch. No index on them: nearly every call changes them, and so writes no index at all.
    `create table ${quoted.rate_limits} (
  key text collate "C" primary key,
  full_at_us bigint not null
) with (fillfactor = 50)`,
  ],
  down: [`drop table ${quoted.rate_limits}`],
});
