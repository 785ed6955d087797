import { randomBytes } from 'node:crypto';
import { type PgPool, postgresStores } from '@tessera-auth/adapters-postgres';
import { type RedisClient, redisStores } from '@tessera-auth/adapters-redis';
import type { Clock, RevocationStore, SessionStore } from '@tessera-auth/core/stores';
import type {} from '@tessera-auth/test-services';
import { Redis } from 'ioredis';
import pg from 'pg';
import { inject } from 'vitest';
import { copySessions } from './copy-sessions.js';
import { createSignIn, forEachIn, type HeldSession, type SignInOptions } from './sessions.js';

/** A statement as a pool gets it. */
export interface SentStatement {
  readonly text: string;
  readonly values: unknown[];
}

/** Fresh stores that show how often they ask the database. */
export interface CountedStores {
  readonly sessions: SessionStore;
  readonly revocations: RevocationStore;
  /** Statements or scripts so far. */
  sent(): number;
  /** Adds sessions, which share their secret where that is faster. */
  fill(count: number, options: SignInOptions): Promise<readonly HeldSession[]>;
  close(): Promise<void>;
}

/** {@link CountedStores} in Postgres, with what they sent. */
export interface RecordedStores extends CountedStores {
  readonly statements: readonly SentStatement[];
  readonly pool: pg.Pool;
  readonly schema: string;
}

/** In a schema of their own. */
export async function openPostgres(clock?: Clock): Promise<RecordedStores> {
  const pool = new pg.Pool({ connectionString: inject('postgresUrl'), max: 10 });
  const statements: SentStatement[] = [];
  const recording: PgPool = {
    async connect() {
      const client = await pool.connect();
      return {
        query(query) {
          statements.push(query);
          return client.query(query);
        },
        on: client.on.bind(client),
        off: client.off.bind(client),
        release: client.release.bind(client),
      };
    },
  };
  const schema = freshName();
  const stores = postgresStores({ pool: recording, schema, ...timed(clock) });
  await stores.migrate();
  return {
    ...{ statements, pool, schema },
    sessions: stores.sessions,
    revocations: stores.revocations,
    sent: () => statements.length,
    fill: (count, options) => copySessions({ pool, schema, sessions: stores.sessions }, count, options),
    async close() {
      await pool.query(`drop schema ${schema} cascade`);
      await pool.end();
    },
  };
}

/** Under a prefix of their own. */
export async function openRedis(clock?: Clock): Promise<CountedStores> {
  const client = new Redis(inject('redisUrl'));
  let sent = 0;
  const counting: RedisClient = {
    call(command, args) {
      sent++;
      return client.call(command, args);
    },
  };
  const keyPrefix = `${freshName()}:`;
  const { sessions, revocations, check } = redisStores({ client: counting, keyPrefix, ...timed(clock) });
  await check();
  return {
    sessions,
    revocations,
    sent: () => sent,
    async fill(count, options) {
      const commands = Array.from({ length: count }, (_, number) => createSignIn(number, options));
      await forEachIn(commands, async (command) => void (await sessions.create(command)));
      return commands;
    },
    async close() {
      for await (const keys of client.scanStream({ match: `${keyPrefix}*`, count: 1000 })) {
        if (keys.length > 0) await client.unlink(keys);
      }
      await client.quit();
    },
  };
}

const freshName = (): string => `t_${randomBytes(8).toString('hex')}`;
/** A busy machine is no outage. */
const timed = (clock: Clock | undefined) => ({
  timeout: '60s' as const,
  ...(clock === undefined ? {} : { clock }),
});
