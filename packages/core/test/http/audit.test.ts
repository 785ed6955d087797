import {
  type AuditEntry,
  type AuditStore,
  createMemoryAuditStore,
  definePolicy,
  memoryStores,
} from '@tessera-auth/core';
import { storeUnavailable } from '@tessera-auth/core/stores';
import { describe, expect, it } from 'vitest';
import { password } from '../auth-bench.js';
import { expectProblem } from './expect-problem.js';
import { administration, createHttpBench, type HttpBench } from './http-bench.js';

/** An app whose administrator reads the log of what `readers` and others did. */
async function createScene(audit: AuditStore = createMemoryAuditStore()) {
  const bench = createHttpBench({
    auth: administration,
    openStores: (clock) => ({ ...memoryStores({ clock }), audit }),
  });
  const admin = await bench.register();
  bench.clock.advance(1_000);
  const eve = await bench.register('eve@example.org');
  const read = (query = '', { accessToken }: { accessToken: string } = admin) =>
    bench.send({
      method: 'GET',
      url: `/auth/admin/audit${query}`,
      headers: { authorization: `Bearer ${accessToken}` },
    });
  return { bench, admin, eve, read };
}

const typesOf = (entries: readonly { type: string }[]) => entries.map(({ type }) => type);

/** Reads page by page, as `query` says. */
async function readAll(read: (query: string) => ReturnType<HttpBench['send']>, query: string) {
  const pages: { type: string; seq: number }[][] = [];
  for (let cursor = ''; ; ) {
    const { json } = await read(`?${query}${cursor}`);
    pages.push(json.entries);
    if (json.next === null) return pages;
    cursor = `&cursor=${json.next}`;
  }
}

describe('GET /admin/audit', () => {
  it('shows what happened, oldest first, and says who it was', async () => {
    const { bench, admin, eve, read } = await createScene();
    await bench.auth.disableUser({ user: eve.user, actorId: admin.user.userId });
    const { status, json } = await read();
    expect(status).toBe(200);
    expect(json.next).toBeNull();
    expect(typesOf(json.entries)).toEqual([
      ...['user_created', 'authn_login_success', 'user_created', 'authn_login_success'],
      ...['user_disabled', 'session_ended'],
    ]);
    const [first] = await (bench.auth.audit?.list({ tenantId: '', limit: 1 }) ?? []);
    expect(json.entries[0]).toEqual({
      seq: 1,
      id: first?.id,
      at: new Date(bench.clock.now() - 1_000).toISOString(),
      type: 'user_created',
      outcome: 'success',
      userId: admin.user.userId,
      userPseudonym: first?.userPseudonym,
      actorId: null,
      actorPseudonym: null,
      ip: null,
      userAgent: null,
      details: {},
      previousHash: '',
      hash: first?.hash,
    });
    const who = { userId: eve.user.userId, actorId: admin.user.userId };
    expect(json.entries.slice(4)).toMatchObject([{ ...who, details: {} }, who]);
  });

  it('finds by user, type and time, each alone and together', async () => {
    const { bench, eve, read } = await createScene();
    const seqs = async (query: string) =>
      (await read(query)).json.entries.map(({ seq }: { seq: number }) => seq);
    const now = encodeURIComponent(new Date(bench.clock.now()).toISOString());
    expect(await seqs(`?userId=${eve.user.userId}`)).toEqual([3, 4]);
    expect(await seqs('?userId=nobody')).toEqual([]);
    expect(await seqs('?type=user_created')).toEqual([1, 3]);
    expect(await seqs(`?to=${now}`)).toEqual([1, 2]);
    expect((await seqs(`?from=${now}`)).slice(0, 2)).toEqual([3, 4]);
    expect(await seqs(`?from=${now}&type=user_created&userId=${eve.user.userId}`)).toEqual([3]);
  });

  it('takes an instant with the offset of where the reader is', async () => {
    const { bench, read } = await createScene();
    const local = new Date(bench.clock.now() + 2 * 3_600_000).toISOString().replace('Z', '+02:00');
    const { json } = await read(`?to=${encodeURIComponent(local)}`);
    expect(json.entries).toHaveLength(2);
  });

  it('comes to an end page by page, though every page is recorded', async () => {
    const { read } = await createScene();
    const pages = await readAll(read, 'limit=1');
    expect(pages.map((page) => page.map(({ seq }) => seq))).toEqual([[1], [2], [3], [4]]);
    expect(await readAll(read, 'limit=1&type=user_created')).toHaveLength(2);
    expect((await readAll(read, 'type=audit_read')).flat()).toHaveLength(6);
  });

  it('is recorded itself, with the reader and the names of the filters and without values', async () => {
    const { admin, bench, eve, read } = await createScene();
    await read(`?userId=${eve.user.userId}&type=user_created&limit=7`);
    await read('?format=csv');
    await read('/verify');
    const events = (await bench.listEvents()).filter(({ type }) => type === 'audit_read');
    const base = { type: 'audit_read', tenantId: '', userId: null, actorId: admin.user.userId };
    expect(events).toMatchObject([
      { ...base, act: 'list', filters: ['type', 'userId'] },
      { ...base, act: 'export', filters: [] },
      { ...base, act: 'verify', filters: [] },
    ]);
    const { json } = await read('?type=audit_read');
    expect(json.entries).toHaveLength(3);
    expect(json.entries[0]).toMatchObject({
      actorId: admin.user.userId,
      details: { act: 'list', filters: ['type', 'userId'] },
    });
    expect(JSON.stringify(json)).not.toContain(eve.user.userId);
  });

  it('shows nothing when the reading could not be recorded', async () => {
    const honest = createMemoryAuditStore();
    let isAway = false;
    const { read } = await createScene({
      ...honest,
      append: (command) =>
        isAway ? Promise.reject(storeUnavailable(new Error('away'))) : honest.append(command),
    });
    isAway = true;
    for (const query of ['', '?format=csv', '/verify'])
      expectProblem(await read(query), 503, 'store_unavailable');
  });

  it('shows who was forgotten by the pseudonym alone', async () => {
    const { bench, eve, read } = await createScene();
    await bench.auth.audit?.forget(eve.user);
    expect((await read(`?userId=${eve.user.userId}`)).json.entries).toEqual([]);
    const { json } = await read('?type=user_created');
    expect(json.entries[1]).toMatchObject({
      userId: null,
      userPseudonym: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect((await read('/verify')).json.intact).toBe(true);
  });

  it.each([
    'limit=0',
    'limit=1001',
    'limit=many',
    'from=yesterday',
    'to=2031-01-01',
    'format=xml',
    'userId=',
    'tenantId=other',
    `cursor=${Buffer.from('1').toString('base64url')}`,
    `cursor=${Buffer.from('-1.5').toString('base64url')}`,
    'cursor=%00',
  ])('refuses %s, and records no reading', async (query) => {
    const { bench, read } = await createScene();
    expectProblem(await read(`?${query}`), 422, 'input_invalid');
    expect((await bench.listEvents()).map(({ type }) => type)).not.toContain('audit_read');
  });

  it('reads entries that somebody made unreadable in the database', async () => {
    const honest = createMemoryAuditStore();
    const { read } = await createScene({
      ...honest,
      list: async (query) => (await honest.list(query)).map((entry) => ({ ...entry, data: '{broken' })),
    });
    expect((await read()).json.entries[0]).toMatchObject({ details: '{broken', actorId: null });
    expect((await read('?format=csv')).status).toBe(200);
  });
});

describe('the log says when, where, who and what, and how it ended (ASVS 16.2.1)', () => {
  const where = { ip: '203.0.113.7', userAgent: 'check/1' };
  const createWatched = async () => {
    const { bench, admin, eve, read } = await createScene();
    const at = new Date(bench.clock.now()).toISOString();
    /** Sends a request. @returns what it left in the log. */
    const act = async (
      method: string,
      url: string,
      { by, json }: { by?: { accessToken: string }; json?: object } = {},
    ) => {
      const afterSeq = (await bench.auth.audit?.findHead(''))?.seq ?? 0;
      const headers = {
        'user-agent': where.userAgent,
        ...(by !== undefined && { authorization: `Bearer ${by.accessToken}` }),
      };
      const answer = await bench.send({ method, url, headers, json });
      const { entries } = (await read()).json;
      return { requestId: answer.headers['x-request-id'], entries: entries.slice(afterSeq) };
    };
    return { admin, eve, at, act };
  };

  it('of what an administrator did, with the session that it came from', async () => {
    const { admin, eve, at, act } = await createWatched();
    const url = `/auth/admin/users/${eve.user.userId}/disable`;
    const { requestId, entries } = await act('POST', url, { by: admin, json: {} });
    const who = { userId: eve.user.userId, actorId: admin.user.userId };
    const request = { requestId, actorSessionId: admin.session.id };
    expect(entries).toMatchObject([
      { at, type: 'user_disabled', outcome: 'success', ...who, ...where, details: request },
      {
        ...{ at, type: 'session_ended', outcome: 'success', ...who, ...where },
        details: { ...request, reason: 'user_disabled', sessionId: null },
      },
    ]);
  });

  it('of what somebody did to themselves, apart from the session that it is about', async () => {
    const { eve, at, act } = await createWatched();
    const login = { email: eve.user.email, password, transport: 'bearer' };
    const { entries: begun } = await act('POST', '/auth/login', { json: login });
    const { sessionId } = begun[0].details;
    const { requestId, entries } = await act('DELETE', `/auth/sessions/${sessionId}`, { by: eve });
    expect(entries).toMatchObject([
      {
        ...{
          at,
          type: 'session_ended',
          outcome: 'success',
          userId: eve.user.userId,
          actorId: null,
          ...where,
        },
        details: { requestId, sessionId, actorSessionId: eve.session.id, reason: 'ended_by_user' },
      },
    ]);
  });

  it('of a sign-in that failed, of somebody and of nobody', async () => {
    const { eve, at, act } = await createWatched();
    for (const [email, userId] of [
      [eve.user.email, eve.user.userId],
      ['nobody@example.org', null],
    ]) {
      const json = { email, password: 'a wrong guess', transport: 'bearer' };
      const { requestId, entries } = await act('POST', '/auth/login', { json });
      const failure = { at, type: 'authn_login_fail', outcome: 'failure', actorId: null };
      const details = { factor: 'password', requestId };
      expect(entries).toMatchObject([{ ...failure, userId, ...where, details }]);
      expect(entries[0].details).toEqual(details);
    }
  });

  it('of a refusal, with who was refused and why', async () => {
    const { eve, at, act } = await createWatched();
    const { requestId, entries } = await act('GET', '/auth/admin/users', { by: eve });
    const sessionId = eve.session.id;
    expect(entries).toMatchObject([
      {
        ...{ at, type: 'authz_fail', outcome: 'failure', userId: eve.user.userId, actorId: null, ...where },
        details: { requestId, sessionId, actorSessionId: sessionId, reasons: [{ code: 'no_grant' }] },
      },
    ]);
  });

  it('of input that a signed-in client got wrong, with who it was', async () => {
    const { admin, at, act } = await createWatched();
    const { requestId, entries } = await act('GET', '/auth/admin/audit?cursor=AAAA', { by: admin });
    expect(entries).toMatchObject([
      {
        ...{ at, type: 'input_validation_fail', outcome: 'failure', userId: null, ...where },
        ...{ actorId: admin.user.userId, details: { requestId, actorSessionId: admin.session.id } },
      },
    ]);
  });

  it('as JSON and in the file alike', async () => {
    const { eve, read } = await createScene();
    expect((await read('', eve)).status).toBe(403);
    const [entry] = (await read('?type=authz_fail')).json.entries;
    const { body } = await read('?type=authz_fail&format=csv');
    const details = JSON.stringify(entry.details).replaceAll('"', '""');
    expect(body).toContain(`"authz_fail","failure","${eve.user.userId.replace(/^-/, "'-")}"`);
    expect(body).toContain(`"203.0.113.7","","${details}"`);
  });
});

describe('a refusal', () => {
  it('is shown with the reason of the policy, as JSON and in the file', async () => {
    const { eve, read } = await createScene();
    expect((await read('', eve)).status).toBe(403);
    const reasons = [{ permission: 'auth:audit:read', code: 'no_grant', rule: null, condition: null }];
    expect((await read('?type=authz_fail')).json.entries).toMatchObject([{ details: { reasons } }]);
    const { body } = await read('?type=authz_fail&format=csv');
    expect(body).toContain(`""reasons"":${JSON.stringify(reasons).replaceAll('"', '""')}`);
  });
});

describe('GET /admin/audit?format=csv', () => {
  it('is a file of RFC 4180 that is downloaded and not shown (ASVS 16.2.4)', async () => {
    const { admin, read } = await createScene();
    const { headers, body } = await read('?format=csv&limit=2');
    expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    expect(headers['content-disposition']).toBe('attachment; filename="audit.csv"');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cache-control']).toBe('no-store');
    const lines = body?.split('\r\n') ?? [];
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe(
      '"seq","id","at","type","outcome","userId","userPseudonym","actorId","actorPseudonym","ip","userAgent","details","previousHash","hash"',
    );
    expect(lines[1]).toContain(`"user_created","success","${admin.user.userId.replace(/^-/, "'-")}"`);
    // Quotes of JSON are doubled.
    expect(lines[2]).toContain('"{""sessionId"":""');
    expect(lines[3]).toBe('');
  });

  it('leads to the next page by a link with all that was asked for', async () => {
    const { eve, read } = await createScene();
    const first = await read(`?format=csv&limit=1&userId=${eve.user.userId}`);
    const [, url] = /^<\/auth\/admin\/audit(\?[^>]+)>; rel="next"$/.exec(first.headers.link ?? '') ?? [];
    const second = await read(url);
    expect(second.body).toContain('"authn_login_success"');
    expect(second.headers.link).toBeUndefined();
    expect(second.body?.split('\r\n')).toHaveLength(3);
  });
});

describe('GET /admin/audit/verify', () => {
  it('counts what holds, and names what does not', async () => {
    const honest = createMemoryAuditStore();
    let tampered: readonly AuditEntry[] | null = null;
    const { read } = await createScene({
      ...honest,
      list: async (query) =>
        tampered?.filter(({ seq }) => seq > (query.afterSeq ?? 0)) ?? (await honest.list(query)),
    });
    expect((await read('/verify')).json).toEqual({ intact: true, checked: 5 });
    tampered = (await honest.list({ tenantId: '', limit: 100 })).map((entry) =>
      entry.seq === 3 ? { ...entry, type: 'user_enabled' } : entry,
    );
    expect((await read('/verify')).json).toEqual({
      intact: false,
      checked: 2,
      firstBroken: { seq: 3, reason: 'altered' },
    });
  });
});

describe('who may read the log', () => {
  const paths = ['', '?format=csv', '/verify'];

  it('is whose roles grant auth:audit:read, and nobody else (ASVS 8.2.1)', async () => {
    const { bench, eve, read } = await createScene();
    for (const path of paths) {
      expectProblem(await read(path, eve), 403, 'permission_denied');
      const nobody = await bench.send({ method: 'GET', url: `/auth/admin/audit${path}` });
      expectProblem(nobody, 401, 'credentials_missing');
      expect((await read(path)).status).toBe(200);
    }
    const readings = (await bench.listEvents()).filter(({ type }) => type === 'audit_read');
    expect(readings).toHaveLength(paths.length);
  });

  it('is no administrator any more from the moment the account is disabled', async () => {
    const { bench, admin, read } = await createScene();
    await bench.auth.disableUser({ user: admin.user, actorId: null });
    for (const path of paths) expectProblem(await read(path), 401, 'access_token_revoked');
  });

  it('sees the log of their own tenant only (ASVS 8.4.1)', async () => {
    const { bench, read } = await createScene();
    const at = new Date(bench.clock.now());
    await bench.auth.audit?.append([{ type: 'user_created', tenantId: 'other', userId: 'kim', at }]);
    const { json } = await read();
    expect(json.entries).toHaveLength(4);
    expect((await read('?userId=kim')).json.entries).toEqual([]);
    expect((await read('/verify')).json.checked).toBe(7);
  });
});

it('there are no such routes without a store', () => {
  const policy = definePolicy({ roles: { admin: { can: ['auth:audit:read'] } } });
  const { http } = createHttpBench({ auth: { policy }, openStores: (clock) => memoryStores({ clock }) });
  expect(http.routes.filter(({ path }) => path.includes('audit'))).toEqual([]);
});

it('the flows say that there is no log where there is none', async () => {
  const { auth } = createHttpBench({ openStores: (clock) => memoryStores({ clock }) });
  const reader = { tenantId: '', userId: 'ada' };
  const reading = { reader, act: 'list', query: {}, limit: 10, after: null } as const;
  await expect(auth.readAuditLog(reading)).rejects.toThrow(TypeError);
  await expect(auth.verifyAuditLog(reader)).rejects.toThrow(TypeError);
});
