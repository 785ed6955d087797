import { PGlite } from '@electric-sql/pglite';
import { whereAllowed, whereAllowedText } from '@tessera-auth/adapters-postgres/authorization';
import { definePolicy, type Filter } from '@tessera-auth/core/authorization';
import { createDatabase } from '@tessera-auth/test-services';
import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createPool } from '../support/fresh-stores.js';
import { columns, policy, somebody, tables } from './shop-policy.js';

interface Tables {
  readonly reports: { readonly id: number; readonly authorId: string };
}

let pool: pg.Pool;
beforeAll(async () => {
  pool = createPool(await createDatabase(inject('postgresUrl'), 'list_filter'));
  await pool.query(tables);
  await pool.query(`insert into reports values
    (1, 'ada', 'acme', '{bob}', false, 1, null), (2, 'bob', 'acme', '{}', false, 1, null),
    (3, 'ada', 'globex', '{}', false, 1, null), (4, 'ada', 'acme', '{}', true, 1, null),
    (5, 'ada', 'acme', '{}', null, 1, null), (6, 'bob', 'acme', '{NULL,ada}', false, null, null)`);
});
afterAll(() => pool.end());

const ada = somebody('ada', ['employee']);
const filter = policy.filterFor(ada, 'reports:read');

describe('a list filter', () => {
  it('is an expression for Kysely, joins and plugins too', async () => {
    const kysely = new Kysely<Tables>({
      dialect: new PostgresDialect({ pool }),
      plugins: [new CamelCasePlugin()],
    });
    const { columns: renamed } = columns;
    const rows = await kysely
      .selectFrom('reports as r')
      .innerJoin('reports as other', 'other.id', 'r.id')
      .select(['r.id'])
      .where(whereAllowed(filter, { columns: renamed, table: 'r' }))
      .orderBy('r.id')
      .execute();
    expect(rows).toEqual([{ id: 1 }, { id: 6 }]);
  });

  it('is text for pg, with parameters after those of the query', async () => {
    const { text, values } = whereAllowedText(filter, { ...columns, firstParameter: 3 });
    expect(text).toMatch(/^\(.*\$3::text.*\)$/s);
    expect(text).not.toMatch(/\$[12]\b|ada|acme/);
    const query = `select id from reports where id > $1 and id < $2 and ${text} order by id`;
    expect((await pool.query(query, [0, 100, ...values])).rows).toEqual([{ id: 1 }, { id: 6 }]);
    expect((await pool.query(query, [1, 100, ...values])).rows).toEqual([{ id: 6 }]);
  });

  it.each([0, 1.5, Number.NaN, -1])('has no parameter number %d', (firstParameter) => {
    expect(() => whereAllowedText(filter, { firstParameter })).toThrow(/^firstParameter:/);
  });

  it('runs on PGlite', { timeout: 120_000 }, async () => {
    const pglite = new PGlite();
    await pglite.exec(tables);
    await pglite.exec(
      `insert into reports values (1, 'ada', 'acme', '{}', false, 1, null), (2, 'bob', 'acme', '{}', false, 1, null)`,
    );
    const { text, values } = whereAllowedText(filter, columns);
    const { rows } = await pglite.query(`select id from reports where ${text}`, [...values]);
    expect(rows).toEqual([{ id: 1 }]);
    await pglite.close();
  });

  it('is true or false where no row decides', () => {
    const of = (role: string[], permission: Parameters<typeof policy.filterFor>[1]) =>
      whereAllowedText(policy.filterFor(somebody('ada', role), permission));
    expect(of([], 'reports:close')).toEqual({ text: 'false', values: [] });
    expect(whereAllowedText({ kind: 'always' })).toEqual({ text: 'true', values: [] });
  });

  it('quotes names, whatever is in them', async () => {
    const name = `a"; drop table reports; -- '$1`;
    await pool.query(
      `create table "odd ""table" ("${name.replaceAll('"', '""')}" text); insert into "odd ""table" values ('x'), ('y')`,
    );
    const odd = definePolicy({
      resources: { things: { actions: ['read'], attributes: { [name]: 'string' } } },
      roles: {},
      rules: (rule) => [
        rule.allow('x', { to: 'things:read', when: ({ resource }) => resource[name]!.equals('x') }),
      ],
    });
    const { text, values } = whereAllowedText(
      odd.filterFor(odd.principal({ userId: 'u', roles: [] }), 'things:read'),
      { table: 'odd "table' },
    );
    expect((await pool.query(`select * from "odd ""table" where ${text}`, [...values])).rows).toEqual([
      { [name]: 'x' },
    ]);
  });

  const hostile = [
    "'; drop table reports; --",
    '\0',
    'ada\0',
    '\ud800',
    'ada'.repeat(350_000),
    '$1',
    '\\',
    '{ada}',
  ];
  it.each(hostile.map((text) => [text.slice(0, 40), text] as const))(
    'takes any text as a value: %j',
    async (_start, userId) => {
      for (const asked of [
        somebody(userId, ['employee']),
        somebody('ada', ['employee'], { tenantId: userId }),
      ]) {
        const { text, values } = whereAllowedText(policy.filterFor(asked, 'reports:read'), columns);
        expect((await pool.query(`select id from reports where ${text}`, [...values])).rows).toEqual([]);
      }
    },
  );

  it('differs from a text that Postgres cannot hold as every text does', async () => {
    const condition: Filter = {
      kind: 'where',
      condition: {
        kind: 'compare',
        operator: 'differs',
        left: { kind: 'resource', type: 'string', attribute: 'authorId' },
        right: { kind: 'literal', type: 'string', value: '\0' },
      },
    };
    const { text, values } = whereAllowedText(condition, columns);
    expect((await pool.query(`select from reports where ${text}`, [...values])).rowCount).toBe(6);
  });

  it('moves a date that is far away as memory does', async () => {
    const far = definePolicy({
      resources: { things: { actions: ['read'], attributes: { at: 'date' } } },
      roles: {},
      rules: (rule) => [
        rule.allow('x', {
          to: 'things:read',
          when: ({ resource }) => resource.at.minusDays(1e-8).equals(new Date('+275760-09-12T23:59:59.999Z')),
        }),
      ],
    });
    const asked = far.principal({ userId: 'ada', roles: [] });
    expect(far.can(asked, 'things:read', { at: new Date('+275760-09-13') })).toBe(true);
    const { text, values } = whereAllowedText(far.filterFor(asked, 'things:read'));
    const { rowCount } = await pool.query(
      `select from (select timestamptz '275760-09-13 00:00+00' as at) as things where ${text}`,
      [...values],
    );
    expect(rowCount).toBe(1);
  });

  it('uses the indexes of columns it compares', async () => {
    await pool.query(
      `create table instants (id uuid, at timestamptz, tags text[], n int);
       create index on instants (id); create index on instants (at); create index on instants using gin (tags); create index on instants (n)`,
    );
    const indexed = definePolicy({
      user: { since: 'date' },
      resources: {
        things: {
          actions: ['a', 'b', 'c', 'd'],
          attributes: { id: 'string', at: 'date', tags: 'string[]', n: 'number' },
        },
      },
      roles: {},
      rules: (rule) => [
        rule.allow('id', { to: 'things:a', when: ({ resource, user }) => resource.id.equals(user.id) }),
        rule.allow('at', {
          to: 'things:b',
          when: ({ resource, user }) => resource.at.isAfter(user.since.minusDays(0.1)),
        }),
        rule.allow('tags', { to: 'things:c', when: ({ resource, user }) => resource.tags.includes(user.id) }),
        rule.allow('n', { to: 'things:d', when: ({ resource }) => resource.n.equals(7) }),
      ],
    });
    const asked = indexed.principal({
      userId: '6f1c9a52-0000-4000-8000-000000000001',
      roles: [],
      attributes: { since: new Date('2026-01-01') },
    });
    const client = await pool.connect();
    await client.query('set enable_seqscan = off');
    for (const action of ['a', 'b', 'c', 'd'] as const) {
      const { text, values } = whereAllowedText(indexed.filterFor(asked, `things:${action}`), {
        columns: { id: { column: 'id', type: 'uuid' }, n: { column: 'n', type: 'integer' } },
      });
      const plan = await client.query(`explain (costs off) select from instants where ${text}`, [...values]);
      expect(plan.rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Index Cond/);
    }
    client.release(true);
  });

  it('rounds shifted dates as Math.round does, to both ends of time', async () => {
    await pool.query('create table shifts (id int, at timestamptz, days float8, shifted timestamptz)');
    const given = [
      ['275760-09-13 00:00:00.000999+00', 1e-8],
      // Just below half a millisecond, and a half.
      ['1970-01-01 00:00:00+00', -5.787037037037036e-9],
      ['1970-01-01 00:00:00+00', 0.5 / 86_400_000],
      ['1970-01-01 00:00:00.002+00', 0.5 / 86_400_000],
    ] as const;
    for (const [id, [at, days]] of given.entries())
      await pool.query('insert into shifts values ($1, $2, $3, null)', [id, at, days]);
    const { rows } = await pool.query('select * from shifts order by id');
    const records = rows.map(({ at, days }) => {
      return { at, days, shifted: new Date(Math.round(at.getTime() - 86_400_000 * days)) };
    });
    expect(records[0]?.shifted.getTime()).toBe(8_639_999_999_999_999);
    for (const [id, { shifted }] of records.entries())
      await pool.query('update shifts set shifted = $2 where id = $1', [id, shifted]);

    const shifting = definePolicy({
      resources: {
        shifts: { actions: ['read'], attributes: { at: 'date', days: 'number', shifted: 'date' } },
      },
      roles: {},
      rules: (rule) => [
        rule.allow('as it is', {
          to: 'shifts:read',
          when: ({ resource }) => resource.at.minusDays(resource.days).equals(resource.shifted),
        }),
      ],
    });
    const anybody = shifting.principal({ userId: 'u', roles: [] });
    for (const record of records) expect(shifting.can(anybody, 'shifts:read', record)).toBe(true);
    const { text, values } = whereAllowedText(shifting.filterFor(anybody, 'shifts:read'));
    const found = await pool.query(`select id from shifts where ${text} order by id`, [...values]);
    expect(found.rows.map(({ id }) => id)).toEqual([0, 1, 2, 3]);
  });

  it('reads numerics that no double can hold as JavaScript does', async () => {
    await pool.query(`create table sums (id int, one numeric, many numeric[]);
      insert into sums values (1, 1e400, '{1e400}'), (2, 1e-400, '{1e-400,5}'), (3, 7, '{7,1e400}'), (4, null, null),
        (5, 0, '{}'), (6, 'NaN', '{{7}}'), (7, 1, '{NULL}')`);
    const summing = definePolicy({
      resources: {
        sums: { actions: ['a', 'b', 'c', 'd'], attributes: { one: 'number', many: 'number[]' } },
      },
      roles: {},
      rules: (rule) => [
        rule.allow('one is 0', { to: 'sums:a', when: ({ resource }) => resource.one.equals(0) }),
        rule.allow('7', { to: 'sums:b', when: ({ resource }) => resource.many.includes(7) }),
        rule.allow('no 7', { to: 'sums:c', when: ({ resource }) => resource.many.includes(7).not() }),
        rule.allow('missing', { to: 'sums:d', when: ({ resource }) => resource.many.isMissing() }),
      ],
    });
    const anybody = summing.principal({ userId: 'u', roles: [] });
    const { rows } = await pool.query('select * from sums');
    const records = rows.map((row) => ({ ...row, one: row.one === null ? null : Number(row.one) }));
    for (const [action, ids] of Object.entries({ a: [2, 5], b: [3], c: [2, 5], d: [4] })) {
      const permission = `sums:${action as 'a'}` as const;
      const { text, values } = whereAllowedText(summing.filterFor(anybody, permission), {
        columns: { one: { column: 'one', type: 'numeric' }, many: { column: 'many', type: 'numeric' } },
      });
      const allowed = await pool.query(`select id from sums where ${text} order by id`, [...values]);
      expect(allowed.rows.map(({ id }) => id)).toEqual(ids);
      const inMemory = records.filter((record) => summing.can(anybody, permission, record));
      expect(inMemory.map(({ id }) => id)).toEqual(ids);
    }
  });
});
