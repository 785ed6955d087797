import type { RevocationLogAnswer } from '@tessera-auth/core/stores';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPostgres, type RecordedStores, type SentStatement } from './counted-stores.js';
import { explain, planModes, type TableAccess } from './plans.js';
import { accessTokenMs, createRefresh, createSignIn, type HeldSession, userAt } from './sessions.js';

const rows = 50_000;
const day = 86_400_000;
/** As many rows as users and more; the others hold a row for each tenant or migration. */
const largeTables = ['sessions', 'user_epochs', 'revocations'];

describe('with 50,000 sessions and revocations in Postgres', () => {
  let stores: RecordedStores;
  let client: pg.PoolClient;
  let held: readonly HeldSession[];
  beforeAll(async () => {
    stores = await openPostgres();
    const { pool, schema, fill } = stores;
    held = await fill(rows, { users: rows / 10, absoluteLifetimeMs: 90 * day });
    await pool.query(`
      insert into ${schema}.revocations (kind, tenant_id, name, epoch, until)
      select 'token', '', 'jti_' || n, 2147483647, now() + n * interval '1 second'
      from generate_series(1, ${rows}) as n`);
    for (const table of largeTables) await pool.query(`vacuum (analyze) ${schema}.${table}`);
    client = await pool.connect();
  });
  afterAll(async () => {
    client.release();
    await stores.close();
  });

  const at = (number: number): HeldSession => held[number] as HeldSession;
  const page = (after: { readonly createdAt: Date; readonly id: string } | null) => ({ limit: 20, after });
  const readTail = async (): Promise<unknown> => {
    const { log } = stores.revocations;
    let cursor: string | null = null;
    for (;;) {
      const answer: RevocationLogAnswer | undefined = await log?.read(cursor);
      if (answer?.kind !== 'page') throw new Error('the log was not read');
      cursor = answer.cursor;
      if (!answer.hasMore) return log?.read(cursor);
    }
  };
  const ending = (number: number) => ({ ...userAt(number), commandId: 'c1', accessTokenMs });
  const facts = { jti: 'jti', sessionId: 'session', userEpoch: 0, tenantEpoch: 0, rolesVersion: 0 };
  // biome-ignore format: as a table
  const steps: readonly (readonly [name: string, step: () => Promise<unknown>])[] = [
    ['a rotation', () => stores.sessions.rotate(createRefresh(at(0)))],
    ['a refresh with a stolen token', () => stores.sessions.rotate(createRefresh({ ...at(1), secretHash: 'x' }))],
    ['a look-up', () => stores.sessions.find('', at(2).id)],
    ['a page of the list', () => stores.sessions.list(userAt(3), page(null))],
    ['its next page', () => stores.sessions.list(userAt(3), page({ createdAt: new Date(), id: at(3).id }))],
    ['the end of a session', () => stores.sessions.end({ ...userAt(4), sessionId: at(4).id, reason: 'signed_out', accessTokenMs })],
    ['the end of the others', () => stores.sessions.endOthers({ ...ending(5), keepSessionId: at(5).id })],
    ['the end of all', () => stores.sessions.endAll(ending(6))],
    ['a check', async () => stores.revocations.isRevoked({ ...facts, ...userAt(7) })],
    ['the log, to its end', readTail],
    ['a cleanup of sessions', () => stores.sessions.deleteExpired(500)],
    ['a cleanup of revocations', () => stores.revocations.deleteExpired(500)],
  ];

  it.each(steps)('%s reads parts of indexes and no table as a whole', async (_name, step) => {
    const sent = await record(step);
    expect(sent).not.toEqual([]);
    expect((await explainAll(sent)).filter(readsAll)).toEqual([]);
  });

  it.each([
    ['a page', null],
    ['the next page', { createdAt: new Date(), id: '' }],
  ])(
    '%s of the list comes from the index in its order, so reading ends where it is full',
    async (_name, after) => {
      const sent = await record(() => stores.sessions.list(userAt(9), page(after)));
      expect((await explainAll(sent)).filter(({ how }) => how.endsWith('Sort'))).toEqual([]);
    },
  );

  it('a sign-in under the cap locks no session that ended with all of its user', async () => {
    const { sessions, pool, schema } = stores;
    const userEpoch = await sessions.endAll(ending(8));
    const outcome = await sessions.create({
      ...createSignIn(8, { users: rows / 10, absoluteLifetimeMs: day }),
      ...{ maxSessions: 5, expectedEpochs: { userEpoch, tenantEpoch: 0 } },
    });
    expect(outcome).toMatchObject({ kind: 'created', endedSessionIds: [] });
    const { rows: locked } = await pool.query(
      `select id from ${schema}.sessions where user_id = $1 and xmax <> '0'`,
      [userAt(8).userId],
    );
    expect(locked).toEqual([]);
  });

  it('notices an index that is read from one end to the other', async () => {
    const text = `select id from ${stores.schema}.sessions
      where absolute_expires_at <= clock_timestamp() and $1 order by absolute_expires_at limit 1`;
    expect((await explainAll([{ text, values: [true] }])).filter(readsAll)).toContainEqual(
      expect.objectContaining({ how: 'Index Scan', table: 'sessions', hasCondition: false }),
    );
  });

  it('notices an index that is missing', async () => {
    const sent = await record(() => stores.sessions.list(userAt(3), page(null)));
    await client.query('begin');
    try {
      await client.query(`drop index ${stores.schema}.sessions_user_idx`);
      expect((await explainAll(sent)).filter(readsAll)).toContainEqual(
        expect.objectContaining({ how: 'Seq Scan', table: 'sessions' }),
      );
    } finally {
      await client.query('rollback');
    }
  });

  async function record(step: () => Promise<unknown>): Promise<readonly SentStatement[]> {
    const before = stores.statements.length;
    await step();
    const texts = new Map(
      stores.statements
        .slice(before)
        .filter(({ values }) => values.length > 0)
        .map((statement) => [statement.text, statement]),
    );
    return [...texts.values()];
  }

  async function explainAll(sent: readonly SentStatement[]): Promise<readonly TableAccess[]> {
    const accesses: TableAccess[] = [];
    for (const mode of planModes) {
      for (const statement of sent) accesses.push(...(await explain(client, statement, mode)));
    }
    return accesses;
  }
});

/** A large table without an index, or an index from one end to the other. */
function readsAll({ how, table, hasCondition }: TableAccess): boolean {
  const isLarge = largeTables.some((name) => table === name || table.startsWith(`${name}_`));
  return isLarge && (how === 'Seq Scan' || (/Index/.test(how) && !hasCondition));
}
