import type { PostgresStores } from '@tessera-auth/adapters-postgres';
import { sessionFixtures } from '@tessera-auth/core/testing';
import { createDatabase } from '@tessera-auth/test-services';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { createPool, freshStores } from './support/fresh-stores.js';
import { openTransaction, untilBlocked } from './support/until-blocked.js';

vi.setConfig({ testTimeout: 60_000 });

const { ada, inParallel } = sessionFixtures;

let pool: pg.Pool;
let stores: PostgresStores;
beforeAll(async () => {
  pool = createPool(await createDatabase(inject('postgresUrl'), 'one_time_tokens'), { max: 20 });
});
afterAll(() => pool.end());
beforeEach(async () => {
  stores = await freshStores(pool, { timeout: '30s' });
});

const secret = { purpose: 'password_reset', secretHash: 'hash' };
const presented = (id: string) => ({ tenantId: ada.tenantId, id, ...secret });
const created = (id: string) => ({
  ...ada,
  id,
  ...secret,
  data: '',
  lifetimeMs: 3_600_000,
  replacesOthers: true,
});
const findGood = async (ids: readonly string[]): Promise<string[]> => {
  const found = await Promise.all(ids.map((id) => stores.oneTimeTokens.find(presented(id))));
  return found.flatMap((token) => token?.id ?? []);
};

describe('a token that replaces the others', () => {
  it('is the only good one of 32 that were made at once', async () => {
    for (let round = 0; round < 20; round++) {
      const ids = Array.from({ length: 32 }, (_, index) => `${round}.${index}`);
      await inParallel(32, (index) => stores.oneTimeTokens.create(created(ids[index] ?? '')));
      expect(await findGood(ids)).toHaveLength(1);
    }
  });

  it('voids one that was made beside it and commits later', async () => {
    const older = await openTransaction(pool, (client) =>
      stores.withTransaction(client).oneTimeTokens.create({ ...created('older'), replacesOthers: false }),
    );
    await stores.oneTimeTokens.create(created('newer'));
    await older.commit();
    expect(await findGood(['older', 'newer'])).toEqual(['newer']);
  });

  it('is made once by a command that runs a second time beside the first', async () => {
    const first = await openTransaction(pool, (client) =>
      stores.withTransaction(client).oneTimeTokens.create(created('once')),
    );
    const second = stores.oneTimeTokens.create(created('once'));
    await untilBlocked(pool);
    await first.commit();
    await second;
    expect(await findGood(['once'])).toEqual(['once']);
  });

  it('waits for nobody who spends an older one, who then voids the rest', async () => {
    await stores.oneTimeTokens.create(created('older'));
    const spending = await openTransaction(pool, (client) =>
      stores.withTransaction(client).oneTimeTokens.consume({ ...presented('older'), commandId: 'c' }),
    );
    expect(spending.result?.id).toBe('older');
    await stores.oneTimeTokens.create(created('newer'));
    await stores.oneTimeTokens.voidAll(ada);
    await spending.commit();
    expect(await findGood(['older', 'newer'])).toEqual([]);
  });
});

it('whoever voids waits for whoever had nothing to void, and voids what came meanwhile', async () => {
  // Without the wait the first would lock after whatever it does in between, and others before that.
  const first = await openTransaction(pool, (client) =>
    stores.withTransaction(client).oneTimeTokens.voidAll(ada),
  );
  await stores.oneTimeTokens.create(created('before'));
  const second = stores.oneTimeTokens.voidAll(ada);
  await untilBlocked(pool);
  await stores.oneTimeTokens.create({ ...created('meanwhile'), replacesOthers: false });
  expect(await findGood(['before', 'meanwhile'])).toEqual(['before', 'meanwhile']);
  await first.commit();
  await second;
  expect(await findGood(['before', 'meanwhile'])).toEqual([]);
});

describe('a token that is spent', () => {
  it('in a transaction that is undone is good again for whoever waited', async () => {
    await stores.oneTimeTokens.create(created('link'));
    const undone = await pool.connect();
    await undone.query('begin');
    const { oneTimeTokens } = stores.withTransaction(undone);
    expect(await oneTimeTokens.consume({ ...presented('link'), commandId: 'c1' })).not.toBeNull();
    const second = stores.oneTimeTokens.consume({ ...presented('link'), commandId: 'c2' });
    await untilBlocked(pool);
    await undone.query('rollback');
    undone.release();
    expect(await second).toMatchObject({ id: 'link' });
  });

  it('keeps who presents another secret from waiting', async () => {
    await stores.oneTimeTokens.create(created('link'));
    const spending = await openTransaction(pool, (client) =>
      stores.withTransaction(client).oneTimeTokens.consume({ ...presented('link'), commandId: 'c1' }),
    );
    const forged = { ...presented('link'), secretHash: 'forged', commandId: 'c2' };
    expect(await stores.oneTimeTokens.consume(forged)).toBeNull();
    await spending.commit();
  });
});

it('commands of all kinds beside each other never wait for each other in a circle', async () => {
  const ids = Array.from({ length: 8 }, (_, index) => `t${index}`);
  const { oneTimeTokens, transactions } = stores;
  const commands: readonly ((id: string, label: string) => Promise<unknown>)[] = [
    (id) => oneTimeTokens.create(created(id)),
    (_, label) => oneTimeTokens.create(created(label)),
    (id, label) => oneTimeTokens.consume({ ...presented(id), commandId: label }),
    () => oneTimeTokens.voidAll(ada),
    () => oneTimeTokens.deleteExpired(5),
    (id, label) =>
      transactions.run(async (set) => {
        await set.oneTimeTokens.consume({ ...presented(id), commandId: label });
        await set.sessions.endAll({ ...ada, commandId: label, accessTokenMs: 1000 });
        await set.oneTimeTokens.voidAll(ada);
      }),
  ];
  await inParallel(600, async (index) => {
    await commands[index % commands.length]?.(ids[(index * 5) % ids.length] ?? '', `command ${index}`);
  });
  const { rows } = await pool.query(
    'select deadlocks::int from pg_stat_database where datname = current_database()',
  );
  expect(rows).toEqual([{ deadlocks: 0 }]);
});
