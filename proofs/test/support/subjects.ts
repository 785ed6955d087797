import { randomBytes } from 'node:crypto';
import { postgresStores } from '@tessera-auth/adapters-postgres';
import { redisStores } from '@tessera-auth/adapters-redis';
import { type Clock, memoryStores, type Stores } from '@tessera-auth/core/stores';
import type {} from '@tessera-auth/test-services';
import { Redis } from 'ioredis';
import pg from 'pg';
import { inject } from 'vitest';

/** Fresh stores, and how to be done with them. */
export interface OpenStores {
  readonly stores: Stores;
  close(): Promise<void>;
}

/** One kind of storage that every proof is given on. */
export interface Subject {
  readonly name: 'memory' | 'postgres' | 'redis';
  /** Opens empty stores of their own; without a clock they live by the server's. */
  open(clock?: Clock): Promise<OpenStores>;
  /** Ends the connections that {@link Subject.open} shares. */
  end(): Promise<void>;
}

const freshName = (): string => `t_${randomBytes(8).toString('hex')}`;
const timed = (clock: Clock | undefined) => (clock === undefined ? {} : { clock });
/** Long, so that a busy machine is no outage. */
const timeout = '60s';

/** Memory, which is the reference, and the real servers of this run. */
export function createSubjects(): readonly Subject[] {
  return [memorySubject, createPostgresSubject(), createRedisSubject()];
}

const memorySubject: Subject = {
  name: 'memory',
  open: async (clock) => ({ stores: memoryStores(timed(clock)), close: async () => {} }),
  end: async () => {},
};

function createPostgresSubject(): Subject {
  const pool = new pg.Pool({ connectionString: inject('postgresUrl'), max: 10 });
  return {
    name: 'postgres',
    async open(clock) {
      const schema = freshName();
      const stores = postgresStores({ pool, schema, timeout, ...timed(clock) });
      await stores.migrate();
      return {
        stores,
        close: async () => {
          await pool.query(`drop schema ${schema} cascade`);
        },
      };
    },
    end: () => pool.end(),
  };
}

function createRedisSubject(): Subject {
  const client = new Redis(inject('redisUrl'));
  return {
    name: 'redis',
    async open(clock) {
      const keyPrefix = `${freshName()}:`;
      const redis = redisStores({ client, keyPrefix, timeout, ...timed(clock) });
      return {
        stores: { ...redis, users: memoryStores(timed(clock)).users },
        async close() {
          for await (const keys of client.scanStream({ match: `${keyPrefix}*`, count: 1000 })) {
            if (keys.length > 0) await client.unlink(keys);
          }
        },
      };
    },
    async end() {
      await client.quit();
    },
  };
}
