import { randomBytes } from 'node:crypto';
import { type RowLevelSecurity, rowLevelSecurity } from '@tessera-auth/adapters-postgres/authorization';
import { definePolicy } from '@tessera-auth/core/authorization';
import { createDatabase } from '@tessera-auth/test-services';
import { Kysely, PostgresDialect, sql } from 'kysely';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createPool } from '../support/fresh-stores.js';
import { columns, policy, somebody, tables } from './shop-policy.js';

const security = rowLevelSecurity(policy, {
  tables: {
    reports: {
      ...columns,
      table: 'reports',
      commands: { select: 'read', insert: 'create', update: 'edit', updated: 'create', delete: 'delete' },
    },
    notices: { table: 'notices', commands: { select: 'read' } },
  },
});
// Roles belong to the whole server, which other tests use too.
const role = `app_${randomBytes(6).toString('hex')}`;

let owner: pg.Pool;
let app: pg.Pool;
let appUrl: string;
beforeAll(async () => {
  const url = new URL(await createDatabase(inject('postgresUrl'), 'row_level_security'));
  owner = createPool(url.href);
  await owner.query(`${tables}; create role ${role} login password 'p';
    grant select, insert, update, delete on reports, notices to ${role}`);
  await owner.query(security.migrationSql());
  url.username = role;
  url.password = 'p';
  appUrl = url.href;
  app = createPool(appUrl, { max: 2 });
});
afterAll(async () => {
  await app.end();
  await owner.query(`drop owned by ${role}; drop role ${role}`);
  await owner.end();
});
beforeEach(async () => {
  await owner.query(`truncate reports, notices; insert into notices values (1, 'hello'), (2, '');
    insert into reports values
    (1, 'ada', 'acme', '{bob}', false, 1, null), (2, 'bob', 'acme', '{}', false, 2, null),
    (3, 'ada', 'globex', '{}', false, 1, null), (4, 'ada', 'acme', '{}', true, 1, null),
    (5, 'ada', 'acme', '{}', null, 1, null), (6, 'bob', 'acme', '{NULL,ada}', false, null, '2025-01-01')`);
});

type Queries = Pick<pg.ClientBase, 'query'>;
const listIds = async (client: Queries, table = 'reports') =>
  (await client.query(`select id from ${table} order by id`)).rows.map(({ id }) => id);
const ada = somebody('ada', ['employee']);
const bob = somebody('bob', ['employee']);
const boss = somebody('eve', ['boss']);
const as = <T>(who: typeof ada, work: (client: pg.PoolClient) => Promise<T>, on = app): Promise<T> =>
  security.withPrincipal(on, who, work);

describe('row level security', () => {
  it('shows to each what the policy allows', async () => {
    expect(await as(ada, listIds)).toEqual([1, 6]);
    expect(await as(bob, listIds)).toEqual([1, 2, 6]);
    expect(await as(boss, listIds)).toEqual([1, 2, 6]);
    expect(await as(somebody('eve', ['boss'], { attributes: { tier: 'gold' } }), listIds)).toEqual([
      1, 2, 4, 5, 6,
    ]);
    expect(await as(somebody('eve', ['boss'], { tenantId: 'globex' }), listIds)).toEqual([3]);
    expect(await as(somebody('eve', ['cleared'], { attributes: { clearance: 1 } }), listIds)).toEqual([1]);
    expect(await as(somebody('eve', []), listIds)).toEqual([]);
    expect(await as(somebody('', [], { tenantId: '' }), (client) => listIds(client, 'notices'))).toEqual([1]);
  });

  it('knows roles that were made at run time, without other policies of the database', async () => {
    const grants = policy.encodeGrants(['reports:read']);
    expect(await as(somebody('eve', [], { grants }), listIds)).toEqual([1, 2, 6]);
  });

  it('keeps inserts, updates and deletes to what is allowed', async () => {
    const refused = { code: '42501' };
    const insert = (author: string, org: string) => (client: Queries) =>
      client.query(`insert into reports values (7, '${author}', '${org}', '{}', false, 1, null)`);
    await expect(as(ada, insert('bob', 'acme'))).rejects.toMatchObject(refused);
    await expect(as(ada, insert('ada', 'globex'))).rejects.toMatchObject(refused);
    expect((await as(ada, insert('ada', 'acme'))).rowCount).toBe(1);

    const update = (set: string) => (client: Queries) => client.query(`update reports set ${set}`);
    // 6 is bob's, and 4 and 5 are or may be secret.
    expect((await as(ada, update('level = 9'))).rowCount).toBe(2);
    await expect(as(ada, update(`org_id = 'globex'`))).rejects.toMatchObject(refused);
    await expect(as(ada, update(`author_id = 'bob'`))).rejects.toMatchObject(refused);
    // The closed one is judged as it was; the others are closed by this, which only the row as it was forbids.
    expect((await as(boss, update('closed_at = now()'))).rowCount).toBe(3);
    expect((await as(boss, update('closed_at = null'))).rowCount).toBe(0);

    const erase = (client: Queries) => client.query('delete from reports');
    expect((await as(ada, erase)).rowCount).toBe(0);
    expect((await as(boss, erase)).rowCount).toBe(4);
    await expect(as(boss, (client) => client.query('delete from notices'))).resolves.toMatchObject({
      rowCount: 0,
    });
  });

  it('is the same on Kysely, and on a transaction of the app', async () => {
    const kysely = new Kysely<{ reports: { id: number } }>({ dialect: new PostgresDialect({ pool: app }) });
    const list = (db: typeof kysely) => db.selectFrom('reports').select('id').orderBy('id').execute();
    expect(await security.withPrincipal(kysely, ada, list)).toEqual([{ id: 1 }, { id: 6 }]);
    await kysely.transaction().execute(async (transaction) => {
      expect(await list(transaction)).toEqual([]);
      await expect(security.withPrincipal(transaction, ada, list)).rejects.toThrow(TypeError);
      await security.setPrincipal(transaction, ada);
      expect(await list(transaction)).toEqual([{ id: 1 }, { id: 6 }]);
      await security.setPrincipal(transaction, bob);
      expect(await list(transaction)).toEqual([{ id: 1 }, { id: 2 }, { id: 6 }]);
    });
    const client = await app.connect();
    await client.query('begin');
    await security.setPrincipal(client, ada);
    expect(await listIds(client)).toEqual([1, 6]);
    await client.query('commit');
    // Without a transaction there is nobody.
    await security.setPrincipal(client, ada);
    expect(await listIds(client)).toEqual([]);
    client.release();
  });

  it('is of its own policy', async () => {
    const other = definePolicy({ roles: { boss: { can: ['*'] } } });
    await expect(as(other.principal({ userId: 'eve', roles: ['boss'] }), listIds)).rejects.toThrow(TypeError);
  });

  it('refuses resources and actions that are not there', () => {
    const make = (given: object) => () => rowLevelSecurity(policy, { tables: given });
    expect(make({})).toThrow(TypeError);
    expect(make({ nothing: { table: 't', commands: { select: 'read' } } })).toThrow('nothing:read');
    expect(make({ reports: { table: 't', commands: { select: 'fly' } } })).toThrow('reports:fly');
    expect(make({ reports: { table: 't', commands: { updated: 'edit' } } })).toThrow('updated');
    const odd = definePolicy({
      resources: { things: { actions: ['read'], attributes: { a: 'string' } } },
      roles: {},
      rules: (rule) => [
        rule.allow('x', { to: 'things:read', when: ({ resource }) => resource.a.equals('\0') }),
      ],
    });
    expect(() =>
      rowLevelSecurity(odd, { tables: { things: { table: 't', commands: { select: 'read' } } } }),
    ).toThrow(TypeError);
  });
});

describe('the identity', () => {
  /** What each connection of the pool sees, without anybody. */
  const leftovers = async () => {
    const clients = await Promise.all([app.connect(), app.connect()]);
    const seen = await Promise.all(
      clients.map(async (client) => [
        ...(await listIds(client)),
        ...(await listIds(client, 'notices')),
        (await client.query(`select nullif(current_setting('tessera.principal', true), '') as left`)).rows[0]
          .left,
      ]),
    );
    for (const client of clients) client.release();
    return seen;
  };
  const nobody = [[null], [null]];

  it('is nobody outside of a transaction', async () => {
    expect(await leftovers()).toEqual(nobody);
  });

  it('ends with the transaction, however that ends', async () => {
    const both = (work: (client: pg.PoolClient) => Promise<unknown>) =>
      Promise.allSettled([as(boss, work), as(boss, work)]);
    expect(await both(listIds)).toMatchObject([{ value: [1, 2, 6] }, { value: [1, 2, 6] }]);
    expect(await leftovers()).toEqual(nobody);
    await both(async (client) => {
      await listIds(client);
      throw new Error('of the app');
    });
    expect(await leftovers()).toEqual(nobody);
    await both((client) => client.query('select 1 / 0'));
    expect(await leftovers()).toEqual(nobody);
    // Work that ends the transaction itself goes on as nobody.
    expect(
      await both(async (client) => {
        await client.query('commit');
        return listIds(client);
      }),
    ).toMatchObject([{ value: [] }, { value: [] }]);
    expect(await leftovers()).toEqual(nobody);
  });

  it('rolls back what fails, and says so also when nobody else does', async () => {
    const swallow = async (client: pg.PoolClient) => {
      await client.query('update reports set level = 77');
      await client.query('select 1 / 0').catch(() => {});
    };
    await expect(as(boss, swallow)).rejects.toThrow('nothing was committed');
    const fail = async (client: pg.PoolClient) => {
      await client.query('update reports set level = 77');
      throw new Error('of the app');
    };
    await expect(as(boss, fail)).rejects.toThrow('of the app');
    expect((await owner.query('select from reports where level = 77')).rowCount).toBe(0);
  });

  it('throws a connection away that broke on the way', async () => {
    const before = app.totalCount;
    expect(before).toBe(2);
    await expect(
      as(boss, async (client) => {
        const { rows } = await client.query('select pg_backend_pid() as pid');
        await owner.query('select pg_terminate_backend($1)', [rows[0].pid]);
        return listIds(client);
      }),
    ).rejects.toThrow();
    expect(app.totalCount).toBe(1);
    expect(await as(ada, listIds)).toEqual([1, 6]);
  });

  it('is not lent to what its work sends once it has ended', async () => {
    const single = createPool(appUrl, { max: 1 });
    let kept: pg.PoolClient | undefined;
    const goOn = async () => (await kept?.query('select from notices'))?.rowCount;
    await as(ada, async (client) => (kept = client), single);
    await expect(as(bob, goOn, single)).rejects.toThrow('withPrincipal: the transaction has ended');

    // One part fails, and the other does not know of it.
    let done: Promise<unknown> | undefined;
    const inParts = as(
      ada,
      (client) => {
        kept = client;
        done = client.query('select from notices').then(goOn);
        return Promise.all([client.query('select 1 / 0'), done]);
      },
      single,
    );
    await expect(inParts).rejects.toMatchObject({ code: '22012' });
    await expect(done).rejects.toThrow();
    await single.end();
  });

  describe('where the client gives up a statement, and the server goes on', () => {
    let impatient: pg.Pool;
    let kysely: Kysely<unknown>;
    beforeAll(() => {
      impatient = createPool(appUrl, { max: 1, query_timeout: 100 });
      impatient.on('connect', (client) => client.on('error', () => {}));
      kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: impatient }) });
    });
    afterAll(() => impatient.end());

    const givenUp = 'Query read timeout';
    const leftover = async () => {
      const text = `select nullif(current_setting('tessera.principal', true), '') as left, (select count(*)::int from reports) as seen`;
      // It must be answered, so it is not given up itself.
      return (await impatient.query({ text, query_timeout: 60_000 } as pg.QueryConfig)).rows;
    };
    const sleep = (on: Kysely<unknown>) => sql`select pg_sleep(0.7)`.execute(on);

    it('goes back to no pool', async () => {
      await expect(as(ada, (client) => client.query('select pg_sleep(0.7)'), impatient)).rejects.toThrow(
        givenUp,
      );
      expect(await leftover()).toEqual([{ left: null, seen: 0 }]);
    });

    it('goes back to no pool on Kysely', async () => {
      await expect(security.withPrincipal(kysely, ada, sleep)).rejects.toThrow(givenUp);
      expect(await leftover()).toEqual([{ left: null, seen: 0 }]);
    });

    it('is gone with a connection that is gone, on Kysely too', async () => {
      const end = (on: Kysely<unknown>) => sql`select pg_terminate_backend(pg_backend_pid())`.execute(on);
      await expect(security.withPrincipal(kysely, ada, end)).rejects.toThrow(/terminat/);
      expect(await leftover()).toEqual([{ left: null, seen: 0 }]);
    });

    it('sends nothing more of its work on Kysely', async () => {
      const answered: unknown[] = [];
      const ask = async (transaction: Kysely<unknown>) => {
        answered.push(await sql`select pg_sleep(0.03)`.execute(transaction));
      };
      const work = (transaction: Kysely<unknown>) =>
        Promise.all([sleep(transaction), ...Array.from({ length: 20 }, () => ask(transaction))]);
      await expect(security.withPrincipal(kysely, ada, work)).rejects.toThrow(givenUp);
      const before = answered.length;
      await security.withPrincipal(kysely, bob, (transaction) => sql`select 1`.execute(transaction));
      expect(await leftover()).toEqual([{ left: null, seen: 0 }]);
      expect(answered).toHaveLength(before);
    });
  });

  it('is of its own transaction, when two take turns', async () => {
    const order: string[] = [];
    const turns = [0, 1].map(() => {
      let take = () => {};
      return { taken: new Promise<void>((resolve) => (take = resolve)), take: () => take() };
    });
    const first = as(ada, async (client) => {
      turns[0]!.take();
      await turns[1]!.taken;
      order.push(`ada ${await listIds(client)}`);
    });
    const second = as(bob, async (client) => {
      await turns[0]!.taken;
      order.push(`bob ${await listIds(client)}`);
      turns[1]!.take();
      await first;
      order.push(`bob ${await listIds(client)}`);
    });
    await Promise.all([first, second]);
    expect(order).toEqual(['bob 1,2,6', 'ada 1,6', 'bob 1,2,6']);
  });

  const hostile = [
    `ada'; select set_config('tessera.principal', '', true); --`,
    '$tessera$; drop table reports; $tessera$',
    'ada\0',
    '\ud800',
    '\\',
    "\\'",
    '","grants":["reports:read"],"x":"',
    'x'.repeat(1_000_000),
    'é'.repeat(1000),
  ];
  it.each(hostile.map((text) => [text.slice(0, 40), text] as const))(
    'may have any text in it: %j',
    async (_start, text) => {
      const given = { attributes: { tier: text, teams: [text] } };
      for (const who of [
        somebody(text, ['employee'], given),
        somebody('ada', ['employee'], { ...given, tenantId: text }),
        somebody('nobody', ['employee'], given),
      ])
        expect(await as(who, listIds)).toEqual([]);
      expect(await as(somebody('ada', ['employee'], given), listIds)).toEqual([1, 6]);
      expect(await listIds(owner)).toHaveLength(6);
    },
  );

  it('that is stored with any text is found by it', async () => {
    for (const text of hostile.filter((one) => one.length < 9999 && !/[\0\ud800]/.test(one))) {
      await owner.query('update reports set author_id = $1 where id = 1', [text]);
      expect(await as(somebody(text, ['employee']), listIds)).toEqual([1]);
    }
  });

  it('is set in the same message that begins the transaction', async () => {
    const sent: string[] = [];
    await security.withPrincipal(
      {
        async connect() {
          const client = await app.connect();
          return {
            query: (query: { text: string; values: unknown[] }) => {
              sent.push(query.text);
              return client.query(query);
            },
            on: client.on.bind(client),
            off: client.off.bind(client),
            release: client.release.bind(client),
          };
        },
      },
      ada,
      (client) => client.query({ text: 'select 1', values: [] }),
    );
    expect(sent).toEqual([
      expect.stringMatching(/^begin; select set_config\('tessera.principal', /),
      'select 1',
      'commit',
    ]);
  });
});

describe('the plan', () => {
  it('works out once who asks, and finds rows by their index', async () => {
    await owner.query(
      `insert into reports select i, 'u' || i, 'acme', '{}', false, 1, null from generate_series(10, 5000) as i; analyze reports`,
    );
    const plan = await as(ada, async (client) =>
      (await client.query(`explain (costs off, verbose) select id from reports where author_id = 'u77'`)).rows
        .map((row) => row['QUERY PLAN'])
        .join('\n'),
    );
    expect(plan).toMatch(/Index Cond: .*author_id/);
    const [scan = '', ...once] = plan.split(/^ *InitPlan /m);
    expect(scan).toMatch(/^Index Scan/);
    expect(scan).not.toMatch(/current_setting|SubPlan/);
    // Who asks is read in plans that are run once, and in none that is run for each row.
    expect(once.length).toBeGreaterThan(5);
    for (const part of once) expect(part).toMatch(/current_setting|Output: true/);
  });

  it('goes by the index of a relation, where nothing else grants', async () => {
    const own = rowLevelSecurity(policy, {
      tables: { reports: { ...columns, table: 'reports', commands: { select: 'close' } } },
    });
    expect(own.migrationSql()).toMatch(
      /"author_id" = \(select \(nullif\(current_setting\('tessera.principal', true\), ''\)::jsonb -> 'user' ->> 'id'\)\)/,
    );
    expect(own.migrationSql()).not.toMatch(/current_setting(?!\('tessera\.principal', true\), '')/);
  });
});

describe('check', () => {
  const kinds = async (on: pg.Pool, checked: RowLevelSecurity = security) =>
    (await checked.check({ pool: on })).map(({ kind, name }) => `${kind} ${name}`);

  it('finds nothing where all is well, also after the same migration again', async () => {
    expect(await kinds(app)).toEqual([]);
    await owner.query(security.migrationSql());
    expect(await kinds(app)).toEqual([]);
  });

  it('finds a role that no policy holds, or that could drop them', async () => {
    const [{ current_user: name }] = (await owner.query('select current_user')).rows;
    expect(await kinds(owner)).toEqual([
      `role_bypasses ${name}`,
      'role_owns_table "public"."reports"',
      'role_may_truncate "public"."reports"',
      'role_owns_table "public"."notices"',
      'role_may_truncate "public"."notices"',
    ]);
    await owner.query(`grant truncate on notices to ${role}`);
    expect(await kinds(app)).toEqual(['role_may_truncate "public"."notices"']);
    await owner.query(`revoke truncate on notices from ${role}`);
  });

  it('finds a role that could become one that no policy holds', async () => {
    const bypassing = `${role}_bypassing`;
    await owner.query(`create role ${bypassing} bypassrls noinherit; grant ${bypassing} to ${role}`);
    expect(await kinds(app)).toEqual([`role_bypasses ${bypassing}`]);
    await owner.query(`alter role ${bypassing} nobypassrls; alter role ${role} noinherit;
      grant truncate on notices to ${bypassing}`);
    expect(await kinds(app)).toEqual(['role_may_truncate "public"."notices"']);
    await owner.query(`drop owned by ${bypassing}; drop role ${bypassing}; alter role ${role} inherit`);
  });

  it('finds an identity that is there without a transaction', async () => {
    const somebodyElse = createPool(appUrl, { options: '-c tessera.principal={}' });
    expect(await kinds(somebodyElse)).toEqual(['principal_set tessera.principal']);
    await somebodyElse.end();
  });

  it('finds partitions and parents through which rows can be had without policies', async () => {
    const of = (...names: readonly string[]): RowLevelSecurity =>
      rowLevelSecurity(
        definePolicy({
          resources: Object.fromEntries(names.map((name) => [name, { actions: ['read'], attributes: {} }])),
          roles: {},
        } as never) as typeof policy,
        {
          tables: Object.fromEntries(
            names.map((name) => [name, { table: name, commands: { select: 'read' } }]),
          ),
        },
      );
    await owner.query(`create table years (id int) partition by range (id);
      create table winter partition of years for values from (0) to (5) partition by range (id);
      create table "new year's ""day""" partition of winter for values from (0) to (1);
      create table summer partition of years for values from (5) to (10);
      grant select on years to ${role}; grant insert (id) on "new year's ""day""" to ${role}`);
    await owner.query(of('years', 'winter', 'summer').migrationSql());
    expect(await kinds(app, of('years'))).toEqual([`child_not_secured "public"."new year's ""day"""`]);

    // With no policy that gives anything, nothing is seen of it; but it can be emptied.
    await owner.query(`alter table "new year's ""day""" enable row level security;
      drop policy tessera_select_granted on summer; grant select, truncate on summer to ${role}`);
    expect(await kinds(app, of('years'))).toEqual(['child_not_secured "public"."summer"']);
    await owner.query(
      `revoke truncate on summer from ${role}; create view of_winter as select * from winter`,
    );
    expect(await kinds(app, of('years'))).toEqual(['view_without_invoker of_winter']);
    await owner.query('drop view of_winter; create policy theirs on summer using (true)');
    expect(await kinds(app, of('years'))).toEqual(['child_not_secured "public"."summer"']);
    expect(await kinds(app, of('years', 'summer'))).toEqual([
      'policy_missing "public"."summer" tessera_select_granted',
      'policy_unknown "public"."summer" theirs',
    ]);

    await owner.query(`grant select on winter to ${role}`);
    expect(await kinds(app, of('winter'))).toEqual(['parent_not_secured "public"."years"']);
    await owner.query(`revoke select on years from ${role}`);
    expect(await kinds(app, of('winter'))).toEqual([]);
    await owner.query('drop table years');
  });

  it.each([
    ['alter table reports no force row level security', ['not_forced "public"."reports"']],
    ['alter table reports disable row level security', ['not_enabled "public"."reports"']],
    [
      'drop policy tessera_select_tenant on reports',
      ['policy_missing "public"."reports" tessera_select_tenant'],
    ],
    [
      'alter policy tessera_select_tenant on reports using (true)',
      ['policy_differs "public"."reports" tessera_select_tenant'],
    ],
    [
      'alter policy tessera_select_tenant on reports to pg_monitor',
      ['policy_differs "public"."reports" tessera_select_tenant'],
    ],
    ['create policy theirs on reports using (true)', ['policy_unknown "public"."reports" theirs']],
    ['create policy stricter on reports as restrictive using (id > 0)', []],
    [
      'create policy tessera_old on reports as restrictive using (id > 0)',
      ['policy_unknown "public"."reports" tessera_old'],
    ],
    ['create view bare as select * from reports', ['view_without_invoker bare']],
    ['create view invoking with (security_invoker) as select * from reports', []],
    ['create materialized view copied as select * from notices', ['view_without_invoker copied']],
    ['alter table reports alter level type numeric', ['column_type "public"."reports"."level"']],
    ['alter table notices rename to notes', ['table_missing "public"."notices"']],
  ])('finds what came of: %s', async (statement, expected) => {
    // Seen from within, since nothing of it is to stay.
    const client = await owner.connect();
    await client.query(
      `begin; ${statement.includes('alter level') ? 'drop index reports_author; drop policy tessera_select_allow_1 on reports;' : ''} ${statement}; set local role ${role}`,
    );
    const found = await security.check({ kysely: onClient(client) });
    expect(
      found
        .filter(({ kind }) => kind !== 'role_bypasses' && !kind.startsWith('role_'))
        .map(({ kind, name }) => `${kind} ${name}`),
    ).toEqual(statement.includes('alter level') ? expect.arrayContaining(expected) : expected);
    for (const { message } of found) expect(message).toMatch(/^\S.*[^.]$/);
    await client.query('rollback');
    client.release();
  });

  it('finds columns that are missing, of another type, or that take different texts for the same', async () => {
    await owner.query(`create collation nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      create table odd (id uuid, org varchar(5), name text collate nocase);
      grant select on odd to ${role}`);
    const odd = definePolicy({
      resources: {
        things: {
          actions: ['read'],
          attributes: { id: 'string', org: 'string', name: 'string', gone: 'string' },
          relations: { a: 'id', b: 'org', c: 'name', d: 'gone' },
        },
      },
      roles: {},
    });
    const checked = rowLevelSecurity(odd, {
      tables: { things: { table: 'odd', commands: { select: 'read' } } },
    });
    expect(await kinds(app, checked)).toEqual([
      'not_enabled "public"."odd"',
      'not_forced "public"."odd"',
      'column_type "public"."odd"."id"',
      'column_type "public"."odd"."org"',
      'column_type "public"."odd"."name"',
      'column_missing "public"."odd"."gone"',
      'not_compared "public"."odd"',
    ]);
    await owner.query('drop table odd; drop collation nocase');
  });

  it('drops what an earlier definition had, and nothing else', async () => {
    await owner.query(
      `create policy "tessera_odd %I ""x""" on reports using (true); create policy theirs on reports as restrictive using (true)`,
    );
    await owner.query(security.migrationSql());
    expect(await kinds(app)).toEqual([]);
    const { rows } = await owner.query(`select polname from pg_policy where polname !~ '^tessera_'`);
    expect(rows).toEqual([{ polname: 'theirs' }]);
    await owner.query('drop policy theirs on reports');
  });

  function onClient(client: pg.PoolClient): Kysely<unknown> {
    const kysely = new Kysely<unknown>({
      dialect: new PostgresDialect({
        pool: {
          connect: async () => ({
            // A transaction within the one that is open.
            query: (text: string, values: readonly unknown[]) =>
              client.query(
                text.startsWith('begin') || text.startsWith('start')
                  ? 'savepoint inner_one'
                  : text === 'rollback'
                    ? 'rollback to inner_one'
                    : text,
                [...values],
              ),
            release() {},
          }),
          end: async () => {},
        } as never,
      }),
    });
    return kysely;
  }
});

it('values of rules stand in policies as they are', async () => {
  const text = `it's \\ "odd" $1 %`;
  await owner.query(
    'create table quotes (id int, text text, at timestamptz); grant select on quotes to public',
  );
  const quoting = definePolicy({
    resources: { quotes: { actions: ['read'], attributes: { text: 'string', at: 'date' } } },
    roles: {},
    rules: (rule) => [
      rule.allow(text, {
        to: 'quotes:read',
        when: ({ resource, now }) => resource.text.isOneOf([text]).and(resource.at.isBefore(now.plusDays(1))),
      }),
    ],
  });
  const quoted = rowLevelSecurity(quoting, {
    tables: { quotes: { table: 'quotes', commands: { select: 'read' } } },
  });
  for (const setting of ['on', 'off']) {
    await owner.query(
      `set standard_conforming_strings = ${setting}; ${quoted.migrationSql()}; reset standard_conforming_strings`,
    );
    await owner.query('truncate quotes');
    await owner.query(
      `insert into quotes values (1, $1, '2026-01-01'), (2, 'x', '2026-01-01'), (3, $1, '2026-01-03')`,
      [text],
    );
    const who = quoting.principal({ userId: '', roles: [], now: new Date('2026-01-01') });
    expect(
      await quoted.withPrincipal(app, who, (client: pg.PoolClient) => listIds(client, 'quotes')),
    ).toEqual([1]);
  }
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: owner }) });
  const { rows } = await sql<{ comment: string }>`
    select obj_description(oid, 'pg_policy') as comment from pg_policy where polname = 'tessera_select_allow_1' and polrelid = 'quotes'::regclass`.execute(
    kysely,
  );
  expect(rows).toEqual([{ comment: `quotes:read: by the rule “${text}”` }]);
});
