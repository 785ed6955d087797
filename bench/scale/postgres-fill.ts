import type { SessionStore } from '@tessera-auth/core/stores';
import type pg from 'pg';
import { createSignIn } from '../stores/commands.js';
import { type Population, sessionsPerUser, userAt } from './population.js';

/** Which sessions to add. */
export interface Filling {
  readonly schema: string;
  readonly population: Population;
  /** Numbers of sessions. */
  readonly from: number;
  readonly to: number;
  /** When the last of them was created. The first was {@link spread} earlier. */
  readonly lastCreatedAt: Date;
}

/** Less than the seven days that a session may stay unused. */
const spread = '6 days';
const idleLifetime = '7 days';
const absoluteLifetime = '90 days';

const digest = (text: string, bytes: number): string =>
  `rtrim(translate(encode(substring(sha256(convert_to(${text}, 'UTF8')) for ${bytes}), 'base64'), '+/', '-_'), '=')`;

/**
 * Adds sessions with the columns of one that the store itself created, but for what tells them apart; as `population.ts`
 * numbers them, in the order in which they were created.
 */
export async function fillSessions(pool: pg.Pool, sessions: SessionStore, filling: Filling): Promise<void> {
  const { schema, from, to, population, lastCreatedAt } = filling;
  const template = createSignIn(userAt(-1));
  await sessions.create(template);
  const ordinary = population.users * sessionsPerUser;
  const owner = `case
    when n >= ${population.sessions} then n % ${population.users / 2}
    when n < ${ordinary} then n % ${population.users}
    else ${population.users} + (n - ${ordinary}) % ${Math.max(population.crowds, 1)} end`;
  const own: Readonly<Record<string, string>> = {
    id: `rtrim(translate(encode(
      substring(sha256('\\x00'::bytea || convert_to(made.user_id, 'UTF8')) for 2)
        || substring(sha256(convert_to('session ' || n, 'UTF8')) for 14), 'base64'), '+/', '-_'), '=')`,
    user_id: 'made.user_id',
    secret_hash: digest(`'secret ' || n`, 32),
    nonce: digest(`'nonce ' || n`, 16),
    ...Object.fromEntries(
      ['created_at', 'rotated_at', 'last_seen_at', 'auth_time'].map((name) => [name, 'made.at']),
    ),
    idle_expires_at: `made.at + interval '${idleLifetime}'`,
    absolute_expires_at: `made.at + interval '${absoluteLifetime}'`,
  };
  const columns = await listColumns(pool, schema);
  const values = columns.map((name) => own[name] ?? `template.${name}`);
  await pool.query(
    `insert into ${schema}.sessions (${columns.join(', ')})
     select ${values.join(', ')}
     from (
       select n, ${digest(`'user ' || (${owner})`, 16)} as user_id,
         $1::timestamptz - (${to} - n)::float8 / ${to - from} * interval '${spread}' as at
       from generate_series(${from}, ${to - 1}) as n
     ) as made, ${schema}.sessions as template
     where template.id = $2 order by n`,
    [lastCreatedAt, template.id],
  );
  await pool.query(`delete from ${schema}.sessions where id = $1`, [template.id]);
  await pool.query(`
    insert into ${schema}.user_epochs (tenant_id, user_id, epoch)
    select distinct tenant_id, user_id, 0 from ${schema}.sessions on conflict do nothing`);
}

/** What autovacuum does after so many changes. */
export async function vacuum(pool: pg.Pool, schema: string): Promise<void> {
  for (const table of ['sessions', 'user_epochs', 'revocations']) {
    await pool.query(`vacuum (analyze) ${schema}.${table}`);
  }
}

async function listColumns(pool: pg.Pool, schema: string): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select column_name as name from information_schema.columns
     where table_schema = $1 and table_name = 'sessions' order by ordinal_position`,
    [schema],
  );
  return rows.map(({ name }) => name);
}
