import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type PostgresStores, postgresStores } from '@tessera-auth/adapters-postgres';
import type { Revocation } from '@tessera-auth/core/stores';
import { createDatabase } from '@tessera-auth/test-services';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { createPool, freshSchema, freshStores, recordStatements } from './support/fresh-stores.js';
import { createLogReader } from './support/log-reader.js';
import { openTransaction } from './support/until-blocked.js';

vi.setConfig({ testTimeout: 120_000 });

let url: string;
let pool: pg.Pool;
let schema: string;
let stores: PostgresStores;
beforeAll(async () => {
  url = await createDatabase(inject('postgresUrl'), 'revocation_log');
  pool = createPool(url, { max: 24 });
});
afterAll(() => pool.end());
beforeEach(async () => {
  schema = freshSchema();
  stores = await freshStores(pool, { schema, timeout: '1m' });
});

/** Entries that hold for an hour. */
function tokens(...names: readonly string[]): Revocation[] {
  return names.map((jti) => ({ kind: 'token', jti, until: new Date(Date.now() + 3_600_000) }));
}

/** Adds in a transaction of the app, which stays open. */
const addOpen = (name: string) =>
  openTransaction(pool, (client) => stores.withTransaction(client).revocations.add(tokens(name)));

describe('a reader of the log', () => {
  it('skips none of 1,600 entries whatever the order of the commits, and sees none that was undone', async () => {
    const committed: string[] = [];
    const write = async (writer: number): Promise<void> => {
      for (let round = 0; round < 200; round++) {
        const name = `${writer}.${round}`;
        const isKept = round % 10 !== 9;
        const client = await pool.connect();
        await client.query('begin');
        await stores.withTransaction(client).revocations.add(tokens(name));
        // Long enough for others to overtake it.
        await pause(randomInt(0, 12));
        await client.query(isKept ? 'commit' : 'rollback');
        client.release();
        if (isKept) committed.push(name);
      }
    };
    const long = await addOpen('of the long transaction');
    const reader = createLogReader(stores.revocations);
    let isWriting = true;
    const written = Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer))).finally(() => {
      isWriting = false;
    });
    const skipped = new Set<string>();
    while (isWriting) {
      const known = [...committed];
      await reader.catchUp();
      for (const name of known) if (!reader.names.has(name)) skipped.add(name);
    }
    await written;
    await reader.catchUp();
    const names = [...reader.names].sort();
    await long.commit();
    const last = await reader.catchUp();
    expect([...skipped]).toEqual([]);
    expect(names).toEqual(committed.sort());
    expect(committed).toHaveLength(1440);
    expect(last).toEqual(['of the long transaction']);
  });

  it('neither waits for a transaction that stays open nor misses what it adds', async () => {
    const reader = createLogReader(stores.revocations);
    const open = await addOpen('late');
    await stores.revocations.add(tokens('early'));
    expect(await reader.catchUp()).toEqual(['early']);
    expect(await reader.catchUp()).toEqual([]);
    await open.commit();
    expect(await reader.catchUp()).toEqual(['late']);
    expect(await reader.catchUp()).toEqual([]);
  });

  it('misses nothing that commits between two of its first pages', async () => {
    const open = await addOpen('late');
    await stores.revocations.add(tokens(...Array.from({ length: 4500 }, (_, index) => `many ${index}`)));
    const { log } = stores.revocations;
    const first = await log?.read(null);
    if (first?.kind !== 'page') throw new Error('no page');
    expect(first.hasMore).toBe(true);
    await open.commit();
    // What was not read yet moves behind the reader.
    await stores.revocations.add(
      tokens(...Array.from({ length: 4500 }, (_, index) => `many ${index}`)).map((entry) => ({
        ...entry,
        until: new Date(entry.until.getTime() + 60_000),
      })),
    );
    const names = new Set<string>();
    for (let page = first; ; ) {
      for (const entry of page.revocations) if (entry.kind === 'token') names.add(entry.jti);
      const next = await log?.read(page.cursor);
      if (next?.kind !== 'page') throw new Error('no page');
      if (!page.hasMore && next.revocations.length === 0) break;
      page = next;
    }
    expect(names.size).toBe(4501);
  });

  it('gets an entry again only if it changed', async () => {
    const [entry] = tokens('once');
    if (entry === undefined) throw new Error('no entry');
    const reader = createLogReader(stores.revocations);
    await stores.revocations.add([entry]);
    expect(await reader.catchUp()).toEqual(['once']);
    await stores.revocations.add([entry]);
    expect(await reader.catchUp()).toEqual([]);
    await stores.revocations.add([{ ...entry, until: new Date(entry.until.getTime() + 1) }]);
    expect(await reader.catchUp()).toEqual(['once']);
  });

  it('is not offered what is not committed: there is no log inside a transaction', async () => {
    await stores.transactions.run(async ({ revocations }) => {
      expect(revocations.log).toBeUndefined();
    });
  });
});

describe('a log that does not go on', () => {
  const readOf = async (cursor: string, of = stores) => (await of.revocations.log?.read(cursor))?.kind;
  async function readCursor(): Promise<readonly [source: string, snapshot: string]> {
    const reader = createLogReader(stores.revocations);
    await reader.catchUp();
    return JSON.parse(reader.cursor ?? '') as [string, string];
  }

  it('is lost for a cursor of another server, timeline, start, recovery, database or table', async () => {
    const [source, snapshot] = await readCursor();
    const parts = source.split('/');
    expect(parts).toHaveLength(6);
    expect(await readOf(JSON.stringify([source, snapshot]))).toBe('page');
    for (let index = 0; index < parts.length; index++) {
      const other = parts.with(index, '1').join('/');
      expect(await readOf(JSON.stringify([other, snapshot]))).toBe('lost');
    }
    expect(await readOf(JSON.stringify([source, snapshot]), await freshStores(pool))).toBe('lost');
  });

  it('is lost in a copy of the database', async () => {
    const originalUrl = new URL(await createDatabase(inject('postgresUrl'), 'revocation_log_copied'));
    const original = createPool(originalUrl.href);
    const reader = createLogReader((await freshStores(original, { schema })).revocations);
    await reader.catchUp();
    // Nobody may be connected to what is copied.
    await original.end();
    const name = originalUrl.pathname.slice(1);
    await pool.query(`create database "${name}_copy" template "${name}"`);
    const copy = createPool(Object.assign(new URL(originalUrl), { pathname: `/${name}_copy` }).href);
    expect(await readOf(reader.cursor ?? '', postgresStores({ pool: copy, schema }))).toBe('lost');
    await copy.end();
  });

  it('is lost for a cursor of the future, as after a backup was restored', async () => {
    const [source, snapshot] = await readCursor();
    const [xmin, xmax] = snapshot.split(':').map(BigInt);
    if (xmin === undefined || xmax === undefined) throw new Error('no snapshot');
    const future = `${xmin}:${xmax + 1_000_000n}:`;
    expect(await readOf(JSON.stringify([source, future]))).toBe('lost');
    const paging = [future, '3', 'token', '', 'name'];
    expect(await readOf(JSON.stringify([source, '1:1:', ...paging]))).toBe('lost');
  });

  it('is lost for text that only looks like a cursor, without an error of the database', async () => {
    const [source, snapshot] = await readCursor();
    const hostile = [
      ...['', '0', 'null', '[]', '{}', '"x"', '[1,2]', snapshot, `${source}:${snapshot}`, '[', '\0'],
      ...[
        '',
        '1',
        '1:1',
        '5:4:',
        '1:9:10',
        '1:9:4,3',
        '1:9:4,4',
        '0:1:',
        '1:1::',
        'a:b:',
        '-1:1:',
        '1:9:,',
        '1e3:1e4:',
      ].map((bad) => JSON.stringify([source, bad])),
      JSON.stringify([source, `1:${'9'.repeat(30)}:`]),
      JSON.stringify([source, snapshot, snapshot]),
      JSON.stringify([source, snapshot, snapshot, '1', 'token', '']),
      JSON.stringify([source, snapshot, snapshot, 'x', 'token', '', 'name']),
      JSON.stringify([source, snapshot, snapshot, '1', 'token', '', 'na\0me']),
      JSON.stringify([source, snapshot, snapshot, '1', 'token', '', '\ud800']),
      JSON.stringify([source, snapshot, snapshot, '1', 'token', '', 'name', 'more']),
    ];
    for (const cursor of hostile) expect([cursor, await readOf(cursor)]).toEqual([cursor, 'lost']);
  });

  it('does not answer where nothing can be written', async () => {
    const readOnly = createPool(url, { options: '-c default_transaction_read_only=on' });
    const { revocations } = postgresStores({ pool: readOnly, schema });
    await expect(revocations.log?.read(null)).rejects.toMatchObject({ code: 'store_unavailable' });
    await readOnly.end();
  });
});

it('reads pages and changes of 200,000 entries through the index', async () => {
  const recording = recordStatements(pool);
  const recorded = postgresStores({ pool: recording.pool, schema, timeout: '1m' });
  const before = createLogReader(recorded.revocations);
  await before.catchUp();
  await pool.query(`
    insert into ${schema}.revocations (kind, tenant_id, name, epoch, until, changed_in)
    select 'token', '', md5(number::text), 2147483647, '2126-01-01', (3 + number % 500)::text::xid8
    from generate_series(1, 200000) as number`);
  await pool.query(`analyze ${schema}.revocations`);
  const explainLast = async (): Promise<string> => {
    const { text, values } = recording.sent.at(-1) ?? { text: '', values: [] };
    const { rows } = await pool.query({ text: `explain ${text}`, values });
    return rows.map((row) => row['QUERY PLAN'] as string).join('\n');
  };
  const expectInOrder = (plan: string): void => {
    expect(plan).toContain('Index Scan using revocations_changed_idx on revocations');
    expect(plan).not.toMatch(/(Seq|Bitmap Heap) Scan on revocations|Sort Key/);
  };
  // The few that changed may be found by the index and sorted afterwards.
  const expectFound = (plan: string): void => {
    expect(plan).toMatch(/Index Scan (using|on) revocations_changed_idx/);
    expect(plan).not.toContain('Seq Scan on revocations');
  };
  const { log } = recorded.revocations;
  let page = await log?.read(null);
  expectInOrder(await explainLast());
  for (let index = 0; index < 50 && page?.kind === 'page'; index++) page = await log?.read(page.cursor);
  expectInOrder(await explainLast());
  await recorded.revocations.add(tokens('new'));
  expect(await before.catchUp()).toEqual(['new']);
  expectFound(await explainLast());
});

describe('wakeUps', () => {
  const listeners = async (): Promise<number[]> => {
    const { rows } = await pool.query<{ pid: number }>(
      "select pid from pg_stat_activity where datname = current_database() and query like 'listen %'",
    );
    return rows.map(({ pid }) => pid);
  };

  async function watching() {
    const own = createPool(url, { max: 4 });
    const woken = await freshStores(own, { schema, wakeUps: true });
    const wake = vi.fn();
    const stop = woken.revocations.log?.watch?.(wake);
    if (stop === undefined) throw new Error('cannot be watched');
    await vi.waitFor(() => expect(wake).toHaveBeenCalled(), { timeout: 10_000 });
    return { own, woken, wake, stop };
  }

  it('come soon after an addition, an end and a transaction of another node', async () => {
    const { own, wake, stop } = await watching();
    const other = postgresStores({ pool, schema, wakeUps: true });
    const user = { tenantId: 't', userId: 'u', commandId: 'c', accessTokenMs: 1000 };
    const steps: readonly (() => Promise<unknown>)[] = [
      () => other.revocations.add(tokens('a')),
      () => other.sessions.endAll(user),
      () => other.transactions.run(({ sessions }) => sessions.endTenant(user)),
    ];
    for (const step of steps) {
      wake.mockClear();
      await step();
      await vi.waitFor(() => expect(wake).toHaveBeenCalled(), { timeout: 10_000 });
    }
    await stop();
    await own.end();
  });

  it('come back after the connection that listens was broken', async () => {
    const { own, woken, wake, stop } = await watching();
    const [pid] = await listeners();
    wake.mockClear();
    await pool.query('select pg_terminate_backend($1)', [pid]);
    // Woken once it listens again, for nobody knows what came meanwhile.
    await vi.waitFor(() => expect(wake).toHaveBeenCalled(), { timeout: 10_000 });
    expect(await listeners()).not.toContain(pid);
    wake.mockClear();
    await woken.revocations.add(tokens('a'));
    await vi.waitFor(() => expect(wake).toHaveBeenCalled(), { timeout: 10_000 });
    await stop();
    await own.end();
  });

  it('end with nothing left open', async () => {
    const { own, woken, wake, stop } = await watching();
    expect(await listeners()).toHaveLength(1);
    await stop();
    await stop();
    wake.mockClear();
    await vi.waitFor(async () => expect(await listeners()).toEqual([]), { timeout: 10_000 });
    await woken.revocations.add(tokens('a'));
    expect(wake).not.toHaveBeenCalled();
    await own.end();
    expect(own.totalCount).toBe(0);
  });

  it('are not there unless asked for, and take no connection', async () => {
    expect(stores.revocations.log).toHaveProperty('read');
    expect(stores.revocations.log).not.toHaveProperty('watch');
    expect(await listeners()).toEqual([]);
  });
});
