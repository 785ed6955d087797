import type { PostgresStores } from '@tessera-auth/adapters-postgres';
import { createDatabase } from '@tessera-auth/test-services';
import type pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createPool, freshStores } from './support/fresh-stores.js';

let pool: pg.Pool;
let stores: PostgresStores;
beforeAll(async () => {
  pool = createPool(await createDatabase(inject('postgresUrl'), 'strict_transactions'));
  stores = await freshStores(pool);
});
afterAll(() => pool.end());

const tenantId = 'acme';
const administrator = (userId: string) => ({
  tenantId,
  userId,
  role: 'admin',
  keepsOneOf: ['admin'],
  judgedBy: null,
  commandId: `of ${userId}`,
});

it.each(['repeatable read', 'serializable'])(
  'two who take the last roles of each other in %s transactions do not both succeed',
  async (level) => {
    for (const userId of ['ada', 'bob'])
      await stores.roles?.grant({
        ...administrator(userId),
        definition: null,
        assignedBy: null,
        expiresAt: null,
      });
    const clients = await Promise.all([pool.connect(), pool.connect()]);
    // Each sees what was there before the other began.
    for (const client of clients)
      await client.query(`begin isolation level ${level}; select 1 from pg_class limit 1`);
    const outcomes: unknown[] = [];
    for (const [index, userId] of ['ada', 'bob'].entries()) {
      const client = clients[index] as pg.PoolClient;
      const command = { ...administrator(userId), commandId: `${level} ${userId}` };
      const step = async () => {
        await stores.withTransaction(client).roles?.revoke(command);
        await client.query('commit');
      };
      outcomes.push(await step().catch((error: unknown) => error));
      await client.query('rollback');
      client.release();
    }
    expect(outcomes).toEqual([
      expect.objectContaining({ code: 'store_unavailable' }),
      expect.objectContaining({ code: 'store_unavailable' }),
    ]);
    const held = await stores.roles?.listAssignments(tenantId, {}, { limit: 10, after: null });
    expect(held?.assignments).toHaveLength(2);
  },
);

it('links that a strict transaction cannot see are not left good by it', async () => {
  const client = await pool.connect();
  await client.query('begin isolation level repeatable read; select 1 from pg_class limit 1');
  const { oneTimeTokens } = stores.withTransaction(client);
  await expect(oneTimeTokens.voidAll({ tenantId, userId: 'ada' })).rejects.toMatchObject({
    code: 'store_unavailable',
  });
  await client.query('rollback');
  client.release();
});
