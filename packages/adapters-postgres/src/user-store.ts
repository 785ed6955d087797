import {
  areStorableIds,
  requireStorableIds,
  type UserRecord,
  type UserRef,
  type UserStore,
} from '@tessera-auth/core/stores';
import { sql } from 'kysely';
import { textArray } from './connection/sql-values.js';
import { isStorableAddress, toStorable } from './connection/storable-text.js';
import type { StoreContext } from './store-context.js';
import { traits } from './traits.js';

/** A row as `to_jsonb` gives it. */
interface UserRow {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly email: string;
  readonly canonical_email: string;
  readonly name: string | null;
  readonly roles: readonly string[];
  readonly password_hash: string | null;
  readonly created_at: string;
  readonly disabled_at: string | null;
}

/** The user store in Postgres. */
export function createUserStore({ database, tables, now }: StoreContext): UserStore {
  const { users } = tables.ref;
  const isUser = ({ tenantId, userId }: UserRef) => sql`tenant_id = ${tenantId} and user_id = ${userId}`;

  const findByEmail = async (tenantId: string, canonicalEmail: string): Promise<UserRecord | null> => {
    if (!areStorableIds(tenantId) || !isStorableAddress(canonicalEmail)) return null;
    return readUser(
      await database.ask(sql`
        select to_jsonb(users)::text as answer from ${users} as users
        where tenant_id = ${tenantId} and canonical_email = ${canonicalEmail}`),
    );
  };

  return {
    traits,

    async create(user) {
      requireStorableIds({ tenantId: user.tenantId, userId: user.userId });
      if (!isStorableAddress(user.canonicalEmail)) {
        throw new TypeError('canonicalEmail: must be an address, without NUL and lone surrogates');
      }
      const created = readUser(
        await database.ask(sql`
          with created as (
            insert into ${users} (
              tenant_id, user_id, email, canonical_email, name, roles, password_hash, created_at
            ) values (
              ${user.tenantId}, ${user.userId}, ${toStorable(user.email)}, ${user.canonicalEmail},
              ${toStorable(user.name)}, ${textArray(user.roles)}, ${user.passwordHash}, ${now()}
            )
            on conflict do nothing
            returning *
          )
          select to_jsonb(created)::text as answer from created`),
      );
      if (created !== null) return created;
      // Whoever is in the way committed only while the insert waited: that statement could not see the row, this can.
      const owner = await findByEmail(user.tenantId, user.canonicalEmail);
      return owner?.userId === user.userId ? owner : null;
    },

    async find(user) {
      if (!areStorableIds(user.tenantId, user.userId)) return null;
      return readUser(
        await database.ask(
          sql`select to_jsonb(users)::text as answer from ${users} as users where ${isUser(user)}`,
        ),
      );
    },

    findByEmail,

    async rename(user, name) {
      if (!areStorableIds(user.tenantId, user.userId)) return null;
      return readUser(
        await database.ask(sql`
          with renamed as (
            update ${users} set name = ${toStorable(name)} where ${isUser(user)} returning *
          )
          select to_jsonb(renamed)::text as answer from renamed`),
      );
    },

    async replacePasswordHash({ expectedHash, passwordHash, ...user }) {
      if (!areStorableIds(user.tenantId, user.userId)) return false;
      // A second caller waits for the first one's row and is measured against what that one wrote.
      const replaced = await database.ask(sql`
        with replaced as (
          update ${users} set password_hash = ${passwordHash}
          where ${isUser(user)}
            and (password_hash is not distinct from ${expectedHash} or password_hash = ${passwordHash})
          returning 1
        )
        select 'true' as answer from replaced`);
      return replaced.length > 0;
    },
  };
}

function readUser([row]: readonly UserRow[]): UserRecord | null {
  if (row === undefined) return null;
  return {
    tenantId: row.tenant_id,
    userId: row.user_id,
    email: row.email,
    canonicalEmail: row.canonical_email,
    name: row.name,
    roles: row.roles,
    passwordHash: row.password_hash,
    createdAt: new Date(row.created_at),
    disabledAt: row.disabled_at === null ? null : new Date(row.disabled_at),
  };
}
