import { randomBytes } from 'node:crypto';
import { type PostgresStores, postgresStores } from '@tessera-auth/adapters-postgres';
import { type RedisStores, redisStores } from '@tessera-auth/adapters-redis';
import { type Auth, type AuthOptions, createAuth, type Notice, type Stores } from '@tessera-auth/core';
import { Redis } from 'ioredis';
import pg from 'pg';
import { createOwnUsers, type OwnUsers } from './own-users.js';

/** Where the servers of a mix are. */
export interface Servers {
  readonly postgresUrl: string;
  readonly redisUrl: string;
}

/** The name of a server. */
export type ServerName = 'postgres' | 'redis';

/** One way to put stores together. */
export interface Mix {
  readonly name: string;
  /** Which server holds what. */
  readonly sessions: ServerName;
  readonly revocations: ServerName;
  readonly users: ServerName;
  /** Accounts are in a table of the app. */
  readonly ownsAccounts?: true;
  /** The codes of what follows, in their order. */
  readonly consequences: readonly string[];
  put(parts: Parts): Stores;
}

/** What a mix is put together from. */
interface Parts {
  readonly postgres: PostgresStores;
  readonly redis: RedisStores;
  readonly ownUsers: OwnUsers;
}

/** The mixes that are proven. */
export const mixes: readonly Mix[] = [
  {
    name: 'sessions and accounts in Postgres, all else in Redis',
    sessions: 'postgres',
    revocations: 'redis',
    users: 'postgres',
    consequences: [
      'revocation_within_bound',
      'session_end_two_steps',
      'password_change_atomic',
      'role_change_two_steps',
      'last_writes_lost_on_failover',
    ],
    put: (parts) => ({
      ...parts.postgres,
      revocations: parts.redis.revocations,
      oneTimeTokens: parts.redis.oneTimeTokens,
      rateLimits: parts.redis.rateLimits,
    }),
  },
  {
    name: 'accounts in Postgres, all else in Redis',
    sessions: 'redis',
    revocations: 'redis',
    users: 'postgres',
    consequences: [
      'revocation_within_bound',
      'session_end_one_step',
      'password_change_two_steps',
      'role_change_two_steps',
      'last_writes_lost_on_failover',
    ],
    put: ({ redis, postgres }) => ({
      ...redis,
      users: postgres.users,
      ...(postgres.secondFactors && { secondFactors: postgres.secondFactors }),
      ...(postgres.roles && { roles: postgres.roles }),
    }),
  },
  {
    name: 'accounts in a table of the app, all else in Postgres',
    sessions: 'postgres',
    revocations: 'postgres',
    users: 'postgres',
    ownsAccounts: true,
    consequences: [
      'revocation_within_bound',
      'session_end_one_step',
      'password_change_two_steps',
      'role_change_two_steps',
      'transactions_unused',
      'durability_unknown',
    ],
    put: ({ postgres, ownUsers }) => ({ ...postgres, users: ownUsers }),
  },
];

/** No mix: here accounts and links are in one transaction. */
export const everythingInPostgres: Mix = {
  name: 'everything in Postgres',
  sessions: 'postgres',
  revocations: 'postgres',
  users: 'postgres',
  consequences: [],
  put: ({ postgres }) => postgres,
};

/** One process of a deployment: its own connections, its own copy of the revocations. */
export interface Node {
  readonly auth: Auth;
  /** The messages that people have got from it. */
  readonly notices: readonly Notice[];
  close(): Promise<void>;
}

/** Servers here die and do not hang: long, so that a busy machine is no outage. */
const timeout = '20s';

/** An empty place on the servers, and what opens nodes there. */
export interface Deployment {
  startNode(): Promise<Node>;
  /** From now on the table of accounts takes no more rows, as where a disk is full. @returns what ends that. */
  fillAccounts(): Promise<() => Promise<void>>;
}

/** Prepares empty storage for a mix. */
export async function deploy(
  mix: Mix,
  servers: Servers,
  options: Partial<AuthOptions> = {},
): Promise<Deployment> {
  const name = `t_${randomBytes(8).toString('hex')}`;
  const secret = randomBytes(48).toString('base64');
  let isSetUp = false;
  const accounts = mix.ownsAccounts === true ? `${name}_users` : `${name}.users`;
  const askPostgres = async (...statements: readonly string[]): Promise<void> => {
    const client = new pg.Client({ connectionString: servers.postgresUrl });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };

  return {
    async fillAccounts() {
      await askPostgres(
        `create function ${name}.refuse() returns trigger language plpgsql
         as $$ begin raise exception 'no space left' using errcode = 'disk_full'; end $$`,
        `create trigger full_disk before insert on ${accounts} execute function ${name}.refuse()`,
      );
      return () => askPostgres(`drop trigger full_disk on ${accounts}`);
    },
    async startNode() {
      const pool = new pg.Pool({ connectionString: servers.postgresUrl, max: 4 });
      const client = new Redis(servers.redisUrl, { retryStrategy: () => 20 });
      // Servers that are killed on purpose.
      for (const connection of [pool, client]) connection.on('error', () => {});
      const postgres = postgresStores({ pool, schema: name, timeout });
      const redis = redisStores({ client, keyPrefix: `${name}:`, timeout });
      const ownUsers = createOwnUsers(pool, `${name}_users`);
      if (!isSetUp) {
        await postgres.migrate();
        await ownUsers.setUp();
        isSetUp = true;
      }
      const notices: Notice[] = [];
      const auth = createAuth({
        publicUrl: 'https://app.example.com',
        secret,
        stores: mix.put({ postgres, redis, ownUsers }),
        emailVerification: 'off',
        notify: (notice) => void notices.push(notice),
        rateLimits: 'off',
        // Every refresh rotates, and a token that comes back is stolen, without waiting.
        sessions: { rotationFloor: '0s', rotationGrace: '0s' },
        passwords: { argon2: { memoryKiB: 8, iterations: 1 }, allowWeakArgon2: true },
        ...options,
      });
      await auth.ready();
      return {
        auth,
        notices,
        async close() {
          await auth.close();
          client.disconnect();
          await pool.end();
        },
      };
    },
  };
}
