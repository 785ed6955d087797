import type { SessionStore } from '@tessera-auth/core/stores';
import type pg from 'pg';
import { createSignIn, type HeldSession, type SignInOptions } from './sessions.js';

/** Where sessions are copied. */
export interface Place {
  readonly pool: pg.Pool;
  readonly schema: string;
  readonly sessions: SessionStore;
}

/**
 * Adds sessions that are copies of one that the store created, but for id and user: the store itself takes them one by
 * one. The users are as if they had signed in.
 */
export async function copySessions(
  { pool, schema, sessions }: Place,
  count: number,
  options: SignInOptions,
): Promise<readonly HeldSession[]> {
  const original = createSignIn(0, options);
  await sessions.create(original);
  const columns = await listColumns(pool, schema);
  const held = Array.from({ length: count - 1 }, (_, at) => {
    const { id, tenantId, userId } = createSignIn(at + 1, options);
    return { id, tenantId, userId, secretHash: original.secretHash };
  });
  const own: Readonly<Record<string, string>> = { id: 'made.id', user_id: 'made.user_id' };
  await pool.query(
    `insert into ${schema}.sessions (${columns.join(', ')})
     select ${columns.map((name) => own[name] ?? `original.${name}`).join(', ')}
     from ${schema}.sessions as original, unnest($2::text[], $3::text[]) as made (id, user_id)
     where original.id = $1`,
    [original.id, held.map(({ id }) => id), held.map(({ userId }) => userId)],
  );
  await pool.query(
    `insert into ${schema}.user_epochs (tenant_id, user_id, epoch)
     select distinct tenant_id, user_id, 0 from ${schema}.sessions on conflict do nothing`,
  );
  return [original, ...held];
}

async function listColumns(pool: pg.Pool, schema: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select column_name as name from information_schema.columns
     where table_schema = $1 and table_name = 'sessions'`,
    [schema],
  );
  return rows.map(({ name }) => name);
}
