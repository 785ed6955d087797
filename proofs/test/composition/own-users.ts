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

    async update({ expected = {}, set, ...user }) {
      const known = await ask(`select record from ${name} where tenant_id = $1 and user_id = $2`, key(user));
      if (known === null) return { kind: 'missing' };
      const changed = await ask(
        `update ${name} set record = record || $3::jsonb, email = coalesce($3::jsonb->>'canonicalEmail', email)
         where tenant_id = $1 and user_id = $2 and (record @> $4::jsonb or record @> $3::jsonb)
           and not exists (select from ${name} as other where other.tenant_id = $1 and other.user_id <> $2
             and other.email = $3::jsonb->>'canonicalEmail')
         returning record`,
        [...key(user), set, expected],
      );
      if (changed !== null) return { kind: 'updated', user: changed };
      return set.canonicalEmail === undefined ? { kind: 'unexpected' } : { kind: 'email_taken' };
    },
  };
}

type Instant = 'createdAt' | 'disabledAt' | 'emailVerifiedAt';
type StoredRecord = Omit<UserRecord, Instant> & Readonly<Record<Instant, string | null>>;

function readRecord(record: StoredRecord): UserRecord {
  const read = (instant: string | null): Date | null => (instant === null ? null : new Date(instant));
  return {
    ...record,
    createdAt: read(record.createdAt) as Date,
    disabledAt: read(record.disabledAt),
    emailVerifiedAt: read(record.emailVerifiedAt),
  };
}
