import type { MigrationFor } from '../migration.js';

/** Who has which role, what the roles are that were made at run time, and how often each user's rights were changed. */
export const rolesMigration: MigrationFor = ({ quoted, bare }) => ({
  id: '0014_roles',
  up: [
    `create table ${quoted.roles} (
  tenant_id text collate "C" not null,
  name text collate "C" not null,
  permissions text[] not null,
  description text,
  created_by text collate "C",
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  -- The last command that wrote it, so that one that runs twice is known.
  command_id text not null,
  primary key (tenant_id, name)
)`,
    `create table ${quoted.role_assignments} (
  tenant_id text collate "C" not null,
  user_id text collate "C" not null,
  role text collate "C" not null,
  assigned_by text collate "C",
  assigned_at timestamptz(3) not null,
  expires_at timestamptz(3),
  primary key (tenant_id, user_id, role)
)`,
    // Finds everybody who holds a role.
    `create index "${bare.role_assignments}_role_idx" on ${quoted.role_assignments} (tenant_id, role, user_id)`,
    // Finds what cleanup may delete.
    `create index "${bare.role_assignments}_expiry_idx" on ${quoted.role_assignments} (expires_at)
  where expires_at is not null`,
    // Stays when the last role is gone: a version that fell back to 0 would let older tokens live again.
    `create table ${quoted.role_versions} (
  tenant_id text collate "C" not null,
  user_id text collate "C" not null,
  version integer not null,
  command_id text,
  is_suspended boolean not null default false,
  primary key (tenant_id, user_id)
)`,
  ],
  down: [
    `drop table ${quoted.role_versions}`,
    `drop table ${quoted.role_assignments}`,
    `drop table ${quoted.roles}`,
  ],
});
