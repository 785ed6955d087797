import { Redis } from 'ioredis';
import pg from 'pg';

/** A pool as the drivers' own examples make it. */
export function openPostgres(): pg.Pool {
  return new pg.Pool({ connectionString: read('BENCH_POSTGRES_URL') });
}

/** One connection. */
export function openRedis(): Redis {
  return new Redis(readRedisUrl());
}

/** For clients other than ioredis. */
export function readRedisUrl(): string {
  return read('BENCH_REDIS_URL');
}

function read(variable: string): string {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable}: start this with \`pnpm run guard\``);
  return value;
}
