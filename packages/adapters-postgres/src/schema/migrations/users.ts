import type { MigrationFor } from '../migration.js';

// Ids and addresses are compared byte by byte: the language of the server must not decide who is the same user.
/** Accounts. */
export const usersMigration: MigrationFor = ({ quoted, bare }) => ({
  id: '0001_users',
  up: [
    `create table ${quoted.users} (
  tenant_id text collate "C" not null,
  user_id text collate "C" not null,
  email text not null,
  canonical_email text collate "C" not null,
  name text,
  roles text[] not null,
  password_hash text,
  created_at timestamptz(3) not null,
  disabled_at timestamptz(3),
  primary key (tenant_id, user_id),
  -- Finds an account by its address, and lets one of two parallel registrations win.
  constraint "${bare.users}_email_key" unique (tenant_id, canonical_email)
)`,
  ],
  down: [`drop table ${quoted.users}`],
});
