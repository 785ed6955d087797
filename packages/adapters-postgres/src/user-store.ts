import {
  areStorableIds,
  requireStorableIds,
  type UpdateUserCommand,
  type UpdateUserOutcome,
  type UserChange,
  type UserRecord,
  type UserRef,
  type UserStore,
} from '@tessera-auth/core/stores';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from './connection/database.js';
import { instant, readInstant, textArray } from './connection/sql-values.js';
import { isStorableAddress, toStorable } from './connection/storable-text.js';
import { waitForLock } from './connection/wait-for-lock.js';
import type { StoreContext } from './store-context.js';
import { traits } from './traits.js';

/** A row as `to_jsonb` gives it. */
interface UserRow {
  readonly tenant_id: string;
  readonly user_id: string;
  readonly email: string;
  readonly canonical_email: string;
  readonly email_verified_at: string | null;
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
    return readFirst(
      await database.ask<UserRow>(sql`
        select to_jsonb(users)::text as answer from ${users} as users
        where tenant_id = ${tenantId} and canonical_email = ${canonicalEmail}`),
    );
  };

  /** The lock that keeps everybody else out who wants this address. */
  const claimOf = (tenantId: string, canonicalEmail: string) =>
    `${tables.quoted.users} ${tenantId.length} ${tenantId}${canonicalEmail}`;

  /** The row is locked first: a second caller waits for it, and is measured against what the first one wrote. */
  const change = async (
    place: Database,
    { expected = {}, set, ...ref }: UpdateUserCommand,
  ): Promise<UpdateUserOutcome> => {
    const holds = (values: UserChange) => sql.join([sql`true`, ...columnsOf(values).map(isHeld)], sql` and `);
    const [answer] = await place.ask<{
      readonly isExpected: boolean;
      readonly isTaken: boolean;
      readonly user: UserRow | null;
    }>(sql`
      with known as materialized (
        select * from ${users} where ${isUser(ref)} for update
      ), judged as materialized (
        select known.*, ${holds(set)} as is_done, ${holds(expected)} as is_expected, exists (
          select from ${users} as other
          where other.tenant_id = known.tenant_id and other.user_id <> known.user_id
            and other.canonical_email = ${set.canonicalEmail ?? null}
        ) as is_taken from known
      ), updated as (
        update ${users} as stored set ${sql.join([...columnsOf(set).map(setTo), countOn])}
        from judged where stored.tenant_id = judged.tenant_id and stored.user_id = judged.user_id
          and not is_done and is_expected and not is_taken
        returning stored.*
      )
      select jsonb_build_object('isExpected', is_expected, 'isTaken', is_taken, 'user', case
        when is_done then (select to_jsonb(known) from known)
        else (select to_jsonb(updated) from updated)
      end)::text as answer from judged`);
    if (answer === undefined) return { kind: 'missing' };
    if (answer.user !== null) return { kind: 'updated', user: readUser(answer.user) };
    return { kind: answer.isExpected && answer.isTaken ? 'email_taken' : 'unexpected' };
  };

  return {
    traits,

    async create(user) {
      requireStorableIds({ tenantId: user.tenantId, userId: user.userId });
      requireStorableAddress(user.canonicalEmail);
      const created = readFirst(
        await database.ask<UserRow>(sql`
          with claimed as materialized (
            select pg_advisory_xact_lock(hashtextextended(${claimOf(user.tenantId, user.canonicalEmail)}, 0))
          ), created as (
            insert into ${users} (
              tenant_id, user_id, email, canonical_email, email_verified_at, name, roles, password_hash, created_at,
              revision
            )
            select
              ${user.tenantId}, ${user.userId}, ${toStorable(user.email)}, ${user.canonicalEmail},
              ${instantOrNull(user.emailVerifiedAt)}, ${toStorable(user.name)}, ${textArray(user.roles)},
              ${user.passwordHash}, ${now()}, 1
            from claimed
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
      return readFirst(
        await database.ask<UserRow>(
          sql`select to_jsonb(users)::text as answer from ${users} as users where ${isUser(user)}`,
        ),
      );
    },

    findByEmail,

    update(command) {
      const { set, ...ref } = command;
      if (!areStorableIds(ref.tenantId, ref.userId)) return Promise.resolve({ kind: 'missing' });
      const { canonicalEmail } = set;
      if (canonicalEmail === undefined) return change(database, command);
      requireStorableAddress(canonicalEmail);
      return database.atomically(async (place) => {
        await waitForLock(place, claimOf(ref.tenantId, canonicalEmail));
        return change(place, command);
      });
    },

    async list(tenantId, { limit, after }) {
      if (!areStorableIds(tenantId)) return { users: [], next: null };
      const isAfter =
        after === null
          ? sql`true`
          : sql`(created_at < ${instant(after.createdAt)}
              or (created_at = ${instant(after.createdAt)} and user_id > ${toStorable(after.userId)}))`;
      const rows = await database.ask<UserRow>(sql`
        select to_jsonb(users)::text as answer from ${users} as users
        where tenant_id = ${tenantId} and ${isAfter}
        order by created_at desc, user_id limit ${limit + 1}::integer`);
      const page = rows.slice(0, limit).map(readUser);
      const last = rows.length > limit ? page.at(-1) : undefined;
      return {
        users: page,
        next: last === undefined ? null : { createdAt: last.createdAt, userId: last.userId },
      };
    },

    async delete(user) {
      if (!areStorableIds(user.tenantId, user.userId)) return false;
      const deleted = await database.ask(sql`
        with marked as materialized (
          select set_config(
            'tessera.deleting', jsonb_build_array(${user.tenantId}::text, ${user.userId}::text)::text, true
          ) as mark
        ), deleted as (
          delete from ${users} using marked where ${isUser(user)} and mark is not null returning 1
        )
        select 'true' as answer from deleted`);
      return deleted.length > 0;
    },
  };
}

function readUser(row: UserRow): UserRecord {
  return {
    tenantId: row.tenant_id,
    userId: row.user_id,
    email: row.email,
    canonicalEmail: row.canonical_email,
    emailVerifiedAt: readInstant(row.email_verified_at),
    name: row.name,
    roles: row.roles,
    passwordHash: row.password_hash,
    createdAt: new Date(row.created_at),
    disabledAt: readInstant(row.disabled_at),
  };
}

function readFirst([row]: readonly UserRow[]): UserRecord | null {
  return row === undefined ? null : readUser(row);
}

function requireStorableAddress(canonicalEmail: string): void {
  if (!isStorableAddress(canonicalEmail)) {
    throw new TypeError('canonicalEmail: must be an address, without NUL and lone surrogates');
  }
}

/** A column and a value for it. */
interface ColumnValue {
  readonly column: RawBuilder<unknown>;
  readonly value: RawBuilder<unknown>;
}

const columnNames: Readonly<Record<keyof UserChange, string>> = {
  email: 'email',
  canonicalEmail: 'canonical_email',
  emailVerifiedAt: 'email_verified_at',
  name: 'name',
  passwordHash: 'password_hash',
  disabledAt: 'disabled_at',
};

function columnsOf(values: UserChange): readonly ColumnValue[] {
  return Object.entries(values).map(([field, value]) => ({
    column: sql.id(columnNames[field as keyof UserChange]),
    value: typeof value === 'string' ? sql`${toStorable(value)}::text` : instantOrNull(value),
  }));
}

/** Says that it was this package; what does not count on is recorded as changed by hand. */
const countOn = sql`revision = stored.revision + 1`;

function setTo({ column, value }: ColumnValue): RawBuilder<unknown> {
  return sql`${column} = ${value}`;
}

function isHeld({ column, value }: ColumnValue): RawBuilder<unknown> {
  return sql`known.${column} is not distinct from ${value}`;
}

function instantOrNull(date: Date | null): RawBuilder<unknown> {
  return date === null ? sql`null` : instant(date);
}
