import { createHash } from 'node:crypto';
import { postgresStores } from '@tessera-auth/adapters-postgres';
import { redisStores } from '@tessera-auth/adapters-redis';
import type { RevocationStore, SessionStore } from '@tessera-auth/core/stores';
import { Redis } from 'ioredis';
import pg from 'pg';
import { createSecret, type HeldSession } from './commands.js';

/** One adapter, and what its database does at best on the same connections. */
export interface Contestant {
  readonly name: string;
  readonly sessions: SessionStore;
  readonly revocations: RevocationStore;
  /**
   * Writes what a rotation writes and reads the session back, by the driver alone: one statement or script that
   * judges nothing. @returns the generation that is stored now.
   */
  rotateFloor(held: HeldSession): Promise<number>;
  close(): Promise<void>;
}

const idleLifetimeMs = 604_800_000;

/** Postgres, on a pool of at most 16 connections. */
export async function openPostgres(url: string): Promise<Contestant> {
  const pool = new pg.Pool({ connectionString: url, max: 16 });
  const { sessions, revocations, migrate } = postgresStores({ pool });
  await migrate();
  const text = `
    update tessera.sessions set
      generation = generation + 1, rotated_at = clock_timestamp(), last_seen_at = clock_timestamp(),
      idle_expires_at = clock_timestamp() + interval '${idleLifetimeMs} milliseconds',
      secret_hash = $2, nonce = $3, key_id = $4, attempt_hash = null
    where id = $1 returning *`;
  return {
    name: 'Postgres',
    sessions,
    revocations,
    async rotateFloor({ id }) {
      const { secretHash, nonce, keyId } = createSecret();
      const { rows } = await pool.query({ name: 'floor', text, values: [id, secretHash, nonce, keyId] });
      return rows[0].generation;
    },
    close: () => pool.end(),
  };
}

/** Redis, on one connection. */
export async function openRedis(url: string): Promise<Contestant> {
  const client = new Redis(url);
  const { sessions, revocations } = redisStores({ client });
  // As many fields as a rotation writes, with the generation as the first.
  const script = `
    local session = redis.call('HGETALL', KEYS[1])
    redis.call('HSET', KEYS[1], 'generation', ARGV[1], 'rotatedAt', ARGV[2], 'lastSeenAt', ARGV[2],
      'idleExpiresAt', ARGV[3], 'secretHash', ARGV[4], 'nonce', ARGV[5], 'keyId', ARGV[6])
    return session`;
  await client.script('LOAD', script);
  const sha = createHash('sha1').update(script).digest('hex');
  const keys = new Map<string, string>();
  // Where the adapter keeps a session is its own affair, so it is looked for, once.
  const findKey = async (id: string): Promise<string> => {
    if (!keys.has(id)) {
      for await (const page of client.scanStream({ match: '*}:session:*', count: 1000 })) {
        for (const key of page as string[]) keys.set(key.slice(key.lastIndexOf(':') + 1), key);
      }
    }
    return keys.get(id) as string;
  };
  return {
    name: 'Redis',
    sessions,
    revocations,
    async rotateFloor(held) {
      const { secretHash, nonce, keyId } = createSecret();
      const now = Date.now();
      const key = keys.get(held.id) ?? (await findKey(held.id));
      const generation = held.generation + 1;
      const args = [generation, now, now + idleLifetimeMs, secretHash, nonce, keyId];
      const session = (await client.evalsha(sha, 1, key, ...args)) as string[];
      // It answers with what was there before.
      return Number(session[session.indexOf('generation') + 1]) + 1;
    },
    close: async () => void (await client.quit()),
  };
}
