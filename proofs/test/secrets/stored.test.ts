/**
 * CWE-312, CWE-532: what real servers hold after one walk, and what is said of them where a connection dies in the middle. None of it
 * holds a secret in any spelling.
 */
import { randomBytes } from 'node:crypto';
import { postgresStores } from '@tessera-auth/adapters-postgres';
import { redisStores } from '@tessera-auth/adapters-redis';
import { isAuthError, type Stores } from '@tessera-auth/core';
import { startTcpProxy, type TcpProxy } from '@tessera-auth/test-services';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { email, type Life, live } from './life.js';

type Held = readonly (readonly [place: string, thing: unknown])[];

describe.each(['everything in Postgres', 'accounts in Postgres, all else in Redis'])('with %s', (mix) => {
  const isMixed = mix !== 'everything in Postgres';
  const name = `t_${randomBytes(8).toString('hex')}`;
  const [postgresUrl, redisUrl] = [inject('postgresUrl'), inject('redisUrl')];
  let proxies: readonly TcpProxy[];
  let pool: pg.Pool;
  let client: Redis;
  let life: Life;
  beforeAll(async () => {
    proxies = await Promise.all(
      [postgresUrl, redisUrl].map((url) => startTcpProxy(Number(new URL(url).port))),
    );
    const [toPostgres, toRedis] = proxies as [TcpProxy, TcpProxy];
    pool = new pg.Pool({ connectionString: toPostgres.urlFor(postgresUrl), max: 4 });
    client = new Redis(toRedis.urlFor(redisUrl), { retryStrategy: () => 20 });
    // Connections that are cut on purpose.
    for (const connection of [pool, client]) connection.on('error', () => {});
    const postgres = postgresStores({ pool, schema: name, audit: true });
    await postgres.migrate();
    life = await live((clock): Stores => {
      const timed = postgresStores({ pool, schema: name, audit: true, clock });
      if (!isMixed) return timed;
      const { users, secondFactors, roles, audit } = timed;
      const redis = redisStores({ client, keyPrefix: `${name}:`, timeout: '500ms', clock });
      return {
        ...redis,
        users,
        ...(secondFactors && { secondFactors }),
        ...(roles && { roles }),
        ...(audit && { audit }),
      };
    });
  });
  afterAll(async () => {
    await life?.auth.close();
    client.disconnect();
    await pool.end();
    for (const proxy of proxies) await proxy.close();
  });

  const leaksOf = (held: Held): readonly string[] =>
    held.flatMap(([place, thing]) => life.canaries.findIn(place, thing));

  it('no table, key or value holds a secret', async () => {
    expect(life.canaries.size).toBeGreaterThan(50);
    const rows = await readTables(pool, name);
    for (const table of [
      'users',
      'audit_entries',
      'second_factors',
      ...(isMixed ? [] : ['sessions', 'one_time_tokens']),
    ])
      expect(rows.map(([place]) => place)).toContain(table);
    // What may be read is found: whatever else there is would be.
    expect(JSON.stringify(rows)).toContain(email);
    const values = await readKeys(redisUrl, name);
    expect(values.length > 5).toBe(isMixed);
    expect(leaksOf([...rows, ...values])).toEqual([]);
  });

  it('no error of a connection that dies holds one', async () => {
    for (const proxy of proxies) proxy.stall();
    const asked = life.asking.map((ask) => ask());
    for (const proxy of proxies) proxy.cut();
    const outcomes = await Promise.allSettled(asked);
    for (const proxy of proxies) proxy.resume();
    const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    const outages = errors.filter((error) => isAuthError(error) && error.code === 'store_unavailable');
    expect(outages.filter(({ cause }) => cause instanceof Error).length).toBeGreaterThan(
      life.asking.length / 2,
    );
    expect(leaksOf(errors.map((error) => ['an error', error] as const))).toEqual([]);
  });
});

/** Every row of the schema, by its table: bytes as hex. */
async function readTables(pool: pg.Pool, schema: string): Promise<Held> {
  const { rows: tables } = await pool.query(
    'select table_name as name from information_schema.tables where table_schema = $1',
    [schema],
  );
  const held: [string, unknown][] = [];
  for (const { name } of tables) {
    const { rows } = await pool.query(
      `select row::text as text, to_jsonb(row) as json from ${schema}."${name}" as row`,
    );
    for (const row of rows) held.push([name, row]);
  }
  return held;
}

/** Every key of the prefix and what is there, whatever its type. */
async function readKeys(url: string, prefix: string): Promise<Held> {
  const client = new Redis(url);
  const held: [string, unknown][] = [];
  for await (const keys of client.scanStream({ match: `*${prefix}*`, count: 1000 }))
    for (const key of keys as string[]) {
      const type = await client.type(key);
      const read = reads[type];
      if (read === undefined) throw new Error(`a key of type ${type}`);
      const parts = [await client.callBuffer(...read(key))].flat(9) as Buffer[];
      // As text, and as bytes.
      held.push([
        `a ${type} in Redis`,
        [key, ...parts.flatMap((part) => [part.toString('latin1'), part.toString('hex')])].join('\n'),
      ]);
    }
  await client.quit();
  return held;
}

const reads: Readonly<Record<string, (key: string) => [string, ...string[]]>> = {
  string: (key) => ['GET', key],
  hash: (key) => ['HGETALL', key],
  list: (key) => ['LRANGE', key, '0', '-1'],
  set: (key) => ['SMEMBERS', key],
  zset: (key) => ['ZRANGE', key, '0', '-1'],
  stream: (key) => ['XRANGE', key, '-', '+'],
};
