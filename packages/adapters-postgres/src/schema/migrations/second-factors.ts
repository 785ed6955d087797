import type { MigrationFor } from '../migration.js';

/** The second factor of each user that has one: one row, which every step about it locks. */
export const secondFactorsMigration: MigrationFor = ({ quoted }) => ({
  id: '0009_second_factors',
  up: [
    `create table ${quoted.second_factors} (
  tenant_id text collate "C" not null,
  user_id text collate "C" not null,
  id text collate "C" not null,
  secret text not null,
  created_at timestamptz(3) not null,
  confirmed_at timestamptz(3),
  last_step bigint not null default 0,
  -- Digests of those that are unused.
  backup_codes text[] not null default '{}',
  -- The last command that used something up, so that one that runs twice is known.
  last_command text,
  primary key (tenant_id, user_id)
)`,
  ],
  down: [`drop table ${quoted.second_factors}`],
});
