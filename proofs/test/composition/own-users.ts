import { storeUnavailable, type UserRecord, type UserRef, type UserStore } from '@tessera-auth/core/stores';
import type pg from 'pg';

/** The accounts of an app that has a table of its own, as its developers would write it. */
export interface OwnUsers extends UserStore {
  /** Creates the table. */
  setUp(): Promise<void>;
}

/** Accounts in the table `name`, with the functions that a user store has and nothing else. */
export function createOwnUsers(pool: pg.Pool, name: string): OwnUsers {
  const ask = async (sql: string, values: readonly unknown[] = []): Promise<UserRecord | null> => {
    const { rows } = await pool.query(sql, [...values]).catch((cause: unknown) => {
      throw storeUnavailable(cause);
    });
    return rows[0]?.record === undefined ? null : readRecord(rows[0].record);
  };
  const key = ({ tenantId, userId }: UserRef): readonly string[] => [tenantId, userId];

  return {
    async setUp() {
      await ask(`create table ${name} (
        tenant_id text, user_id text, email text, record jsonb not null,
        primary key (tenant_id, user_id), unique (tenant_id, email))`);
    },

    create: (user) =>
      ask(`insert into ${name} values ($1, $2, $3, $4) on conflict do nothing returning record`, [
        ...key(user),
        user.canonicalEmail,
        { ...user, createdAt: new Date(), disabledAt: null },
      ]),

    find: (user) => ask(`select record from ${name} where tenant_id = $1 and user_id = $2`, key(user)),

    findByEmail: (tenantId, email) =>
      ask(`select record from ${name} where tenant_id = $1 and email = $2`, [tenantId, email]),

    rename: (user, newName) =>
      ask(
        `update ${name} set record = jsonb_set(record, '{name}', coalesce(to_jsonb($3::text), 'null'))
         where tenant_id = $1 and user_id = $2 returning record`,
        [...key(user), newName],
      ),

    async replacePasswordHash({ expectedHash, passwordHash, ...user }) {
      const replaced = await ask(
        `update ${name} set record = jsonb_set(record, '{passwordHash}', to_jsonb($4::text))
         where tenant_id = $1 and user_id = $2 and record->>'passwordHash' is not distinct from $3 returning record`,
        [...key(user), expectedHash, passwordHash],
      );
      return replaced !== null;
    },
  };
}

type StoredRecord = Omit<UserRecord, 'createdAt'> & { readonly createdAt: string };

function readRecord(record: StoredRecord): UserRecord {
  return { ...record, createdAt: new Date(record.createdAt) };
}
