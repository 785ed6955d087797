import { beforeEach, describe, expect, it } from 'vitest';
import { type Browser, createBrowser } from './browser.js';
import { expectBaseline, expectProblem } from './expect-problem.js';
import { createHttpBench, credentials, type HttpBench } from './http-bench.js';

let bench: HttpBench;
let browser: Browser;
beforeEach(async () => {
  bench = createHttpBench();
  browser = createBrowser(bench);
  await browser.register();
});

const list = async (query = '') => browser.send({ method: 'GET', url: `/auth/sessions${query}` });

describe('the list of sessions', () => {
  it('shows nothing that can be replayed', async () => {
    const answer = await list();
    expect(answer.status).toBe(200);
    expectBaseline(answer);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json).toEqual({
      sessions: [
        {
          id: expect.stringMatching(/^[\w-]{22}$/),
          device: null,
          browser: null,
          os: null,
          ip: '203.0.113.7',
          createdAt: '2030-01-02T03:04:05.678Z',
          lastSeenAt: '2030-01-02T03:04:05.678Z',
          expiresAt: '2030-01-09T03:04:05.678Z',
          current: true,
        },
      ],
      next: null,
    });
  });

  it('has every session once over all pages, newest first', async () => {
    for (let at = 0; at < 11; at++) {
      if (at % 3 === 0) bench.clock.advance(1000);
      await bench.signIn();
    }
    const ids: string[] = [];
    const instants: string[] = [];
    let query = '?limit=5';
    for (let pages = 0; pages < 3; pages++) {
      const { sessions, next } = (await list(query)).json;
      for (const { id, createdAt } of sessions) {
        ids.push(id);
        instants.push(createdAt);
      }
      query = `?limit=5&cursor=${next}`;
      expect(next === null).toBe(pages === 2);
    }
    expect(new Set(ids).size).toBe(12);
    expect(ids).toHaveLength(12);
    expect(instants).toEqual(instants.toSorted().toReversed());
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=-1',
    'limit=1.5',
    'limit=ten',
    'limit=',
    'limit=NaN',
    'limit=1e9',
    'cursor=',
    'cursor=garbage',
    'cursor=%00',
    'cursor=%ff',
    `cursor=${Buffer.from('1.').toString('base64url')}`,
    `cursor=${Buffer.from('-1.abc').toString('base64url')}`,
    `cursor=${Buffer.from("1.a' OR 1=1--").toString('base64url')}`,
    `cursor=${Buffer.from('9999999999999999.abc').toString('base64url')}`,
    `cursor=${Buffer.from('1893553445678.abc').toString('base64')}=`,
    `cursor=${'A'.repeat(300)}`,
    'offset=1',
    'userId=eve',
    '__proto__=x',
    'constructor=x',
  ])('refuses the query %j', async (query) => {
    expectProblem(await list(`?${query}`), 422, 'input_invalid');
  });

  it('gives an empty page for a cursor that points behind the end, or at nothing of ours', async () => {
    const cursor = Buffer.from('1.AAAAAAAAAAAAAAAAAAAAAA').toString('base64url');
    expect((await list(`?cursor=${cursor}`)).json).toEqual({ sessions: [], next: null });
    const future = Buffer.from('999999999999999.zzz').toString('base64url');
    expect((await list(`?cursor=${future}`)).json.sessions).toHaveLength(1);
  });
});

describe('ending a session by its id', () => {
  const end = (id: string) => browser.send({ method: 'DELETE', url: `/auth/sessions/${id}` });

  it('ends an own one and keeps this one', async () => {
    const { session } = await bench.signIn();
    const answer = await end(session.id);
    expect([answer.status, answer.body, answer.cookies]).toEqual([204, null, []]);
    expect((await list()).json.sessions.map(({ id }: { id: string }) => id)).not.toContain(session.id);
    expect((await end(session.id)).status).toBe(204);
  });

  it('clears the cookies when it ends this one', async () => {
    const [{ id }] = (await list()).json.sessions;
    expect((await end(id)).status).toBe(204);
    expect(browser.jar.size).toBe(0);
  });

  it("gives the same answer for another user's, unknown and impossible ids, and ends nothing (ASVS 8.2.2)", async () => {
    const eve = await bench.register('eve@example.org');
    const ids = [
      eve.session.id,
      'AAAAAAAAAAAAAAAAAAAAAA',
      'x',
      '%00',
      '..',
      '%2e%2e',
      `%${'41'.repeat(200)}`,
      'null',
      '__proto__',
      "'%20OR%20'1'='1",
      '*',
      '\ud800',
    ];
    for (const id of ids) expectProblem(await end(id), 404, 'session_not_found');
    expect((await list()).json.sessions).toHaveLength(1);
    expect((await bench.auth.listSessions(eve.user)).sessions).toHaveLength(1);
  });
});

describe('ending many sessions', () => {
  it('ends the others and sets no cookie', async () => {
    await bench.signIn();
    const answer = await browser.send({ method: 'POST', url: '/auth/sessions/revoke-all' });
    expect([answer.status, answer.cookies]).toEqual([204, []]);
    expect((await list()).json.sessions).toHaveLength(1);
  });

  it('ends really all when asked to, and clears the cookies', async () => {
    const { user } = await bench.signIn();
    const json = { includeCurrent: true };
    const answer = await browser.send({ method: 'POST', url: '/auth/sessions/revoke-all', json });
    expect(answer.status).toBe(204);
    expect(browser.jar.size).toBe(0);
    expect((await bench.auth.listSessions(user)).sessions).toEqual([]);
  });
});

describe('when the proof of who it is is no longer fresh', () => {
  const end = (id: string) => browser.send({ method: 'DELETE', url: `/auth/sessions/${id}` });
  const revokeAll = (json: object) =>
    browser.send({ method: 'POST', url: '/auth/sessions/revoke-all', json });
  const currentId = async () => (await browser.send({ method: 'GET', url: '/auth/me' })).json.sessionId;
  const ended = { status: 204, body: null };

  const outdate = () => bench.clock.advance(10 * 60_000 + 1000);

  it('the list is shown, and no other session ends without a proof (ASVS 7.5.2)', async () => {
    const { session, user } = await bench.signIn();
    outdate();
    for (const id of [session.id, 'AAAAAAAAAAAAAAAAAAAAAA'])
      expectProblem(await end(id), 401, 'step_up_required');
    for (const json of [{}, { includeCurrent: false }])
      expectProblem(await revokeAll(json), 401, 'step_up_required');
    expect((await list()).json.sessions).toHaveLength(2);
    expect((await bench.auth.listSessions(user)).sessions).toHaveLength(2);
  });

  it.each(['one', 'all others'] as const)(
    'a password is proof enough to end %s (ASVS 7.5.2)',
    async (which) => {
      const { session } = await bench.signIn();
      outdate();
      const act = () => (which === 'one' ? end(session.id) : revokeAll({}));
      expectProblem(await act(), 401, 'step_up_required');
      const json = { password: credentials.password };
      expect((await browser.send({ method: 'POST', url: '/auth/reauthenticate', json })).status).toBe(200);
      expect(await act()).toMatchObject(ended);
      expect((await list()).json.sessions.map(({ id }: { id: string }) => id)).toEqual([await currentId()]);
    },
  );

  it('this session, and all with it, end without: whoever panics gets out', async () => {
    const { user } = await bench.signIn();
    outdate();
    expect(await end(await currentId())).toMatchObject(ended);
    expect(browser.jar.size).toBe(0);
    expect((await bench.auth.listSessions(user)).sessions).toHaveLength(1);

    await browser.signIn();
    outdate();
    expect(await revokeAll({ includeCurrent: true })).toMatchObject(ended);
    expect(browser.jar.size).toBe(0);
    expect((await bench.auth.listSessions(user)).sessions).toEqual([]);
  });
});

describe('who is signed in', () => {
  const me = (change: object = {}) => browser.send({ method: 'GET', url: '/auth/me', ...change });

  it('is told without a hash (ASVS 14.2.6)', async () => {
    const answer = await me();
    expect(answer.json).toEqual({
      user: {
        id: expect.stringMatching(/^[\w-]{22}$/),
        email: 'ada@example.org',
        name: null,
        roles: [],
        createdAt: '2030-01-02T03:04:05.678Z',
      },
      roles: [],
      permissions: [],
      sessionId: expect.stringMatching(/^[\w-]{22}$/),
      assurance: { amr: ['pwd'], authTime: '2030-01-02T03:04:05.000Z' },
    });
  });

  it('may change the name, and nothing else (ASVS 8.2.3)', async () => {
    const rename = (json: unknown) => me({ method: 'PATCH', json });
    expect((await rename({ name: 'Ada 🦉 Łøvelace' })).json.user.name).toBe('Ada 🦉 Łøvelace');
    for (const json of [
      { name: '' },
      { name: 'a\nb' },
      { name: 'a'.repeat(201) },
      { name: 7 },
      {},
      { name: 'a', id: 'x' },
    ]) {
      expectProblem(await rename(json), 422, 'input_invalid');
    }
    expect((await rename({ name: null })).json.user.name).toBeNull();
  });
});
