import type { MigrationFor } from '../migration.js';

/** Tokens that open one thing once. */
export const oneTimeTokensMigration: MigrationFor = ({ quoted, bare }) => ({
  id: '0004_one_time_tokens',
  up: [
    // The number says which of two tokens is newer. An identity, because that asks for no right to a sequence.
    `create table ${quoted.one_time_tokens} (
  id text collate "C" primary key,
  number bigint generated always as identity,
  tenant_id text collate "C" not null,
  user_id text collate "C" not null,
  purpose text collate "C" not null,
  secret_hash text collate "C" not null,
  data text not null,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  consumed_by text collate "C"
) with (fillfactor = 90)`,
    // Finds the newest token of a user.
    `create index "${bare.one_time_tokens}_user_idx" on ${quoted.one_time_tokens} (tenant_id, user_id, number)`,
    // Finds what cleanup may delete.
    `create index "${bare.one_time_tokens}_expires_idx" on ${quoted.one_time_tokens} (expires_at)`,
    // Tokens of a user with a lower number are void: those of one purpose, or all where the purpose is ''.
    `create table ${quoted.one_time_token_floors} (
  tenant_id text collate "C" not null,
  user_id text collate "C" not null,
  purpose text collate "C" not null,
  least_number bigint not null,
  primary key (tenant_id, user_id, purpose)
) with (fillfactor = 70)`,
  ],
  down: [`drop table ${quoted.one_time_tokens}`, `drop table ${quoted.one_time_token_floors}`],
});
