import { type PgPool, type PostgresStores, postgresStores } from '@tessera-auth/adapters-postgres';
import type { SessionStore } from '@tessera-auth/core/stores';
import pg from 'pg';
import type { CleanUp, Contestant, CountedStores, Side, StoredBytes, UselessSessions } from './contestant.js';
import { fillRevocations } from './in-turn.js';
import type { Population } from './population.js';
import { fillSessions, vacuum } from './postgres-fill.js';

/** The schemas of the two populations. */
export const schemas = { small: 'small', large: 'large' } as const;

/** As many rows as the core deletes in one step. */
const batchSize = 500;
const monthMs = 2_592_000_000;

/** What Postgres counted of a table since it started. */
export interface TableCounts {
  readonly table: string;
  readonly updates: number;
  readonly hotUpdates: number;
  readonly scans: number;
}

/** {@link Contestant}, and what Postgres says of itself. */
export interface PostgresContestant extends Contestant {
  /** Of the tables of `large`, once all that was done before has been counted. */
  readCounts(): Promise<readonly TableCounts[]>;
}

/** Postgres with two populations, each in a schema of its own. */
export async function openPostgres(
  url: string,
  populations: Readonly<Record<'small' | 'large', Population>>,
): Promise<PostgresContestant> {
  const pool = new pg.Pool({ connectionString: url, max: 16 });
  const small = await openSide(pool, schemas.small, populations.small);
  const large = await openSide(pool, schemas.large, populations.large);
  return {
    name: 'Postgres',
    small,
    large,
    measureBytes: () => measureBytes(pool, populations.large.sessions),
    openCounted: async () => openCounted(url),
    readCounts: () => readCounts(url),
    addUseless: (count) => addUseless(pool, large, count),
    close: () => pool.end(),
  };
}

async function openSide(
  pool: pg.Pool,
  schema: string,
  population: Population,
): Promise<PostgresStores & Side> {
  const stores = postgresStores({ pool, schema });
  await stores.migrate();
  const range = { from: 0, to: population.sessions, lastCreatedAt: new Date() };
  await fillSessions(pool, stores.sessions, { schema, population, ...range });
  await fillRevocations(stores.revocations, population.sessions);
  await vacuum(pool, schema);
  return { ...stores, population };
}

async function measureBytes(pool: pg.Pool, count: number): Promise<StoredBytes[]> {
  const { rows } = await pool.query<{ what: string; bytes: string }>(
    `select 'table' as what, pg_table_size($1::regclass) as bytes
     union all
     select replace(indexrelid::regclass::text, $2 || '.', '') as what, pg_relation_size(indexrelid)
     from pg_index where indrelid = $1::regclass`,
    [`${schemas.large}.sessions`, schemas.large],
  );
  return rows.map(({ what, bytes }) => ({ what, bytes: Number(bytes), count }));
}

function openCounted(url: string): CountedStores {
  const pool = new pg.Pool({ connectionString: url, max: 16 });
  let sent = 0;
  const counting: PgPool = {
    async connect() {
      const client = await pool.connect();
      return {
        query(query) {
          sent++;
          return client.query(query);
        },
        on: client.on.bind(client),
        off: client.off.bind(client),
        release: client.release.bind(client),
      };
    },
  };
  const { sessions, revocations } = postgresStores({ pool: counting, schema: schemas.large });
  return { sessions, revocations, sent: () => sent, close: () => pool.end() };
}

/** Read over a new connection, when the others have had the time to hand in what they counted. */
async function readCounts(url: string): Promise<TableCounts[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    // A connection that idles hands in its counts ten seconds after the last time.
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    const { rows } = await client.query<TableCounts>(
      `select relname as table, n_tup_upd::float8 as updates, n_tup_hot_upd::float8 as "hotUpdates",
         seq_scan::float8 as scans
       from pg_stat_user_tables where schemaname = $1`,
      [schemas.large],
    );
    return rows;
  } finally {
    await client.end();
  }
}

async function addUseless(
  pool: pg.Pool,
  { sessions, population }: Side,
  count: number,
): Promise<UselessSessions> {
  const from = population.sessions;
  const lastCreatedAt = new Date(Date.now() - 4 * monthMs);
  const schema = schemas.large;
  await fillSessions(pool, sessions, { schema, population, from, to: from + count, lastCreatedAt });
  await vacuum(pool, schema);
  return { untilExpired: async () => {}, cleanUp: () => cleanUp(sessions, count) };
}

/** As the core does. */
async function cleanUp(sessions: SessionStore, promised: number): Promise<CleanUp> {
  const start = performance.now();
  let [deleted, most, longestMs] = [0, 0, 0];
  for (;;) {
    const begun = performance.now();
    const batch = await sessions.deleteExpired(batchSize);
    longestMs = Math.max(longestMs, performance.now() - begun);
    most = Math.max(most, batch);
    deleted += batch;
    if (batch < batchSize) break;
  }
  const seconds = (performance.now() - start) / 1000;
  const idleSince = performance.now();
  await sessions.deleteExpired(batchSize);
  return { seconds, deleted, promised, batches: { most, longestMs, idleMs: performance.now() - idleSince } };
}
