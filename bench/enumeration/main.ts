// Whether the time of an answer tells who has an account: sign-in, registration and forgotten passwords for addresses that are
// known and unknown, by turns, on real stores with hashes as in production. Prints Markdown; exits with 1 when the medians
// differ by more than 5 %.
import { randomBytes } from 'node:crypto';
import { postgresStores } from '@tessera-auth/adapters-postgres';
import { redisStores } from '@tessera-auth/adapters-redis';
import { type Auth, createAuth, isAuthError, type Stores } from '@tessera-auth/core';
import { Redis } from 'ioredis';
import pg from 'pg';
import { median, quantile } from '../tokens/interleaved.js';
import { printTable } from '../tokens/table.js';

const rounds = 150;
const mostDifference = 0.05;
const tenantId = '';
const origin = { ip: null, userAgent: null, isBrowser: false };
const password = 'eleven purple owls at dawn';

const pool = new pg.Pool({ connectionString: read('BENCH_POSTGRES_URL'), max: 4 });
const client = new Redis(read('BENCH_REDIS_URL'));
const postgres = postgresStores({ pool });
await postgres.migrate();
const { secondFactors } = postgres;
const mixes: Readonly<Record<string, Stores>> = {
  Postgres: postgres,
  Redis: { ...redisStores({ client }), users: postgres.users, ...(secondFactors && { secondFactors }) },
};

interface Row {
  readonly stores: string;
  readonly request: string;
  readonly 'known, ms': string;
  readonly 'unknown, ms': string;
  readonly 'p95, ms': string;
  readonly difference: string;
  readonly met: 'yes' | 'NO';
}

const rows: Row[] = [];
for (const [name, stores] of Object.entries(mixes)) {
  const auth = createAuth({
    publicUrl: 'https://app.example.com',
    secret: randomBytes(48),
    stores,
    notify: () => {},
    rateLimits: 'off',
  });
  const known = `known-${name.toLowerCase()}@example.com`;
  await postgres.users.create({
    ...{ tenantId, userId: `user-${name}`, email: known, canonicalEmail: known, name: null, roles: [] },
    emailVerifiedAt: new Date(),
    passwordHash: await auth.passwords.hash(password),
  });
  for (const [request, send] of Object.entries(requestsOf(auth)))
    rows.push(await compare(name, request, send, known));
  await auth.close();
}
printTable('Known and unknown addresses', rows);
await pool.end();
client.disconnect();
process.exitCode = rows.every(({ met }) => met === 'yes') ? 0 : 1;

type Send = (email: string) => Promise<unknown>;

function requestsOf(auth: Auth): Readonly<Record<string, Send>> {
  return {
    'sign in, wrong password': (email) =>
      auth.signInWithPassword({ tenantId, email, password: 'a wrong guess of somebody', origin }),
    register: (email) => auth.requestAccount({ tenantId, email, password, name: null, origin }),
    'forgot the password': (email) => auth.forgotPassword(tenantId, email),
  };
}

/** By turns, so that whatever slows the machine down slows both. */
async function compare(stores: string, request: string, send: Send, known: string): Promise<Row> {
  const times = { known: [] as number[], unknown: [] as number[] };
  for (let round = -10; round < rounds; round++) {
    const turns = [
      ['known', known],
      // Whoever measures asks for one address again and again.
      ['unknown', 'unknown@example.com'],
    ] as const;
    for (const [kind, email] of round % 2 === 0 ? turns : turns.toReversed()) {
      const start = performance.now();
      await send(email).catch((error: unknown) => {
        if (!isAuthError(error) || error.code !== 'credentials_invalid') throw error;
      });
      // The first ones warm up.
      if (round >= 0) times[kind].push(performance.now() - start);
    }
  }
  const [a, b] = [median(times.known), median(times.unknown)];
  const difference = Math.abs(a - b) / Math.max(a, b);
  return {
    stores,
    request,
    'known, ms': a.toFixed(2),
    'unknown, ms': b.toFixed(2),
    'p95, ms': `${quantile(times.known, 0.95).toFixed(2)}, ${quantile(times.unknown, 0.95).toFixed(2)}`,
    difference: `${(difference * 100).toFixed(1)} %`,
    met: difference <= mostDifference ? 'yes' : 'NO',
  };
}

function read(variable: string): string {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable}: start this with \`pnpm run enumeration\``);
  return value;
}
