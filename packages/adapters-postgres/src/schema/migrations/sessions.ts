import type { MigrationFor } from '../migration.js';

/** Sessions, and the epochs that they must not fall behind. */
export const sessionsMigration: MigrationFor = ({ quoted, bare }) => ({
  id: '0002_sessions',
  up: [
    // A refresh changes only columns that no index holds, and leaves room on the page for the next version of the row:
    // so Postgres writes no index entry at all (a HOT update). An index on idle_expires_at would end that.
    `create table ${quoted.sessions} (
  id text collate "C" primary key,
  tenant_id text collate "C" not null,
  user_id text collate "C" not null,
  user_epoch integer not null,
  tenant_epoch integer not null,
  generation integer not null,
  secret_hash text not null,
  nonce text not null,
  key_id text not null,
  attempt_hash text,
  rotated_at timestamptz(3) not null,
  hard_rotated_at timestamptz(3),
  created_at timestamptz(3) not null,
  last_seen_at timestamptz(3) not null,
  idle_lifetime_ms bigint not null,
  idle_expires_at timestamptz(3) not null,
  absolute_expires_at timestamptz(3) not null,
  auth_time timestamptz(3) not null,
  amr text[] not null,
  device text,
  browser text,
  os text,
  ip text,
  user_agent text,
  ended_at timestamptz(3),
  end_reason text
) with (fillfactor = 70)`,
    // Lists a user's sessions in the order of the pages, counts them for the cap, and finds a known device.
    `create index "${bare.sessions}_user_idx" on ${quoted.sessions} (tenant_id, user_id, created_at desc, id)`,
    // Finds what cleanup may delete.
    `create index "${bare.sessions}_absolute_idx" on ${quoted.sessions} (absolute_expires_at)`,
    // The last command id makes a command that the driver sends again raise the epoch once.
    `create table ${quoted.user_epochs} (
  tenant_id text collate "C" not null,
  user_id text collate "C" not null,
  epoch integer not null,
  command_id text,
  primary key (tenant_id, user_id)
) with (fillfactor = 70)`,
    `create table ${quoted.tenant_epochs} (
  tenant_id text collate "C" primary key,
  epoch integer not null,
  command_id text
)`,
  ],
  down: [
    `drop table ${quoted.sessions}`,
    `drop table ${quoted.user_epochs}`,
    `drop table ${quoted.tenant_epochs}`,
  ],
});
