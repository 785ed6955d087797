import { AuthError, definePolicy } from '@tessera-auth/core';
import { all, type Guard, type HttpRequest, type Identity, respondJson } from '@tessera-auth/core/http';
import { beforeEach, describe, expect, it } from 'vitest';
import { publicUrl } from '../auth-bench.js';
import { createHttpBench, type HttpBench, requestOf } from './http-bench.js';

const policy = definePolicy({
  resources: { reports: { actions: ['read', 'lock'] } },
  roles: { employee: { can: ['reports:read'] }, boss: { can: ['reports:*'] } },
});

let bench: HttpBench;
let accessToken: string;
let userId: string;
let errors: unknown[];
beforeEach(async () => {
  errors = [];
  bench = createHttpBench({
    auth: {
      policy: policy as never,
      rolesForNewUser: () => ['employee'] as never[],
      onError: (error) => void errors.push(error),
    },
  });
  const signedIn = await bench.register();
  accessToken = signedIn.accessToken;
  userId = signedIn.user.userId;
});

const requestTo = (url: string): HttpRequest =>
  requestOf({ method: 'GET', url, headers: { authorization: `Bearer ${accessToken}` } });

async function pass(guard: Guard, request: HttpRequest) {
  const verdict = await guard(request);
  if (!verdict.isAllowed) throw new Error(`refused: ${verdict.response.body}`);
  return verdict;
}

/** What becomes of a 200 after `act` on a request behind the guard. */
async function answerAfter(
  act: (identity: Identity, request: HttpRequest) => unknown,
  area = bench.http.requireDecision(),
) {
  const request = requestTo('/api/reports?q=secret');
  const { identity, review } = await pass(area, request);
  if (identity === null || review === undefined) throw new Error('nobody looks');
  await act(identity, request);
  return review(200, '/api/reports')?.status ?? 200;
}

describe('a decision is', () => {
  it.each<[string, (bench: HttpBench) => Guard]>([
    ['a permission', ({ http }) => http.requirePermission('reports:read')],
    ['a permission over a record', ({ http }) => http.requirePermission('reports:read', async () => ({}))],
    ['any of two', ({ http }) => http.requireAny(['reports:read', 'reports:lock'])],
    ['all of one', ({ http }) => http.requireAll(['reports:read'])],
    ['a role', ({ http }) => http.requireRole('employee')],
    ['an owner', ({ http }) => http.requireOwner(() => userId)],
    ['a role beside others', ({ http }) => all(http.requireRole('employee'), http.signedIn())],
  ])('a guard that lets through: %s', async (_what, guardOf) => {
    expect(await answerAfter((_identity, request) => pass(guardOf(bench), request))).toBe(200);
    expect(errors).toEqual([]);
  });

  it.each<[string, (identity: Identity) => unknown]>([
    ['can', ({ can }) => can('reports:read')],
    ['can, also when it says no', (identity) => identity.can('reports:lock')],
    ['decide', (identity) => identity.decide('reports:lock')],
    ['require', (identity) => identity.require('reports:read')],
    [
      'require, also when it refuses',
      (identity) => {
        expect(() => identity.require('reports:lock')).toThrow(AuthError);
      },
    ],
    ['principal, for a list', (identity) => identity.principal],
  ])('what the identity is asked: %s', async (_what, ask) => {
    expect(await answerAfter(ask)).toBe(200);
  });

  it('what the identity of a guard behind it is asked', async () => {
    const ask = async (_identity: Identity, request: HttpRequest) =>
      (await pass(bench.http.signedIn(), request)).identity?.can('reports:read');
    expect(await answerAfter(ask)).toBe(200);
    expect(
      await answerAfter(() => {}, all(bench.http.requireDecision(), bench.http.requireRole('employee'))),
    ).toBe(200);
  });

  it('the same for a second guard of a part of the area', async () => {
    const request = requestTo('/api');
    const outer = await pass(bench.http.requireDecision(), request);
    await pass(bench.http.requireRole('employee'), request);
    const inner = await pass(bench.http.requireDecision(), request);
    expect([outer.review?.(200, null), inner.review?.(200, null)]).toEqual([null, null]);
  });
});

describe('no decision is', () => {
  it.each<[string, (identity: Identity, request: HttpRequest) => unknown]>([
    ['nothing at all', () => {}],
    ['that somebody is signed in', (_identity, request) => pass(bench.http.signedIn(), request)],
    ['a fresh proof', (_identity, request) => pass(bench.http.requireStepUp(), request)],
    ['who it is', ({ userId: who, roles, sessionId }) => [who, roles, sessionId]],
    ['an identity in a log or an answer', (identity) => [JSON.stringify(identity), { ...identity }]],
    ['a guard that refuses', (_identity, request) => bench.http.requireRole('boss')(request)],
    [
      'a permission that is refused',
      (_identity, request) => bench.http.requirePermission('reports:lock')(request),
    ],
    [
      'a permission that is not there',
      (identity) => {
        expect(() => identity.can('reports:raed')).toThrow(TypeError);
        expect(() => identity.require('reports:raed')).toThrow(TypeError);
      },
    ],
    ['one about another request', () => pass(bench.http.requireRole('employee'), requestTo('/api/reports'))],
  ])('%s', async (_what, act) => {
    expect(await answerAfter(act)).toBe(500);
  });

  it('one from before the guard', async () => {
    const request = requestTo('/');
    await pass(bench.http.requireRole('employee'), request);
    expect((await pass(bench.http.requireDecision(), request)).review?.(200, null)?.status).toBe(500);
  });
});

describe('an answer without a decision', () => {
  it.each([200, 204, 302, 304, 399, 101, Number.NaN])('is withheld with status %s', async (status) => {
    const { review } = await pass(bench.http.requireDecision(), requestTo('/'));
    expect(review?.(status, null)?.status).toBe(500);
  });

  it.each([400, 403, 404, 500])('is a failure of the app itself with status %s', async (status) => {
    const { review } = await pass(bench.http.requireDecision(), requestTo('/'));
    expect(review?.(status, null)).toBeNull();
    expect(errors).toEqual([]);
  });

  it('is told once a minute for each route, with the route and without the query', async () => {
    const area = bench.http.requireDecision();
    const forget = async (url: string, route: string | null) => {
      const request = requestTo(url);
      const response = (await pass(area, request)).review?.(200, route);
      expect(response?.headers['x-request-id']).toBe(bench.http.requestIdOf(request));
      expect(response?.body).not.toMatch(/detail|secret|reports/);
    };
    await forget('/api/reports/7?q=secret', '/api/reports/:id');
    await forget('/api/reports/8?q=secret', '/api/reports/:id');
    await forget('/api/payroll?q=secret', null);
    const failures = (await bench.listEvents()).filter(({ type }) => type === 'sys_failure');
    expect(failures).toMatchObject([
      { failure: 'decision_missing', method: 'GET', route: '/api/reports/:id', ip: '203.0.113.7' },
      { failure: 'decision_missing', method: 'GET', route: '/api/payroll' },
    ]);
    expect(errors).toMatchObject([
      {
        code: 'decision_missing',
        cause: { message: 'GET /api/reports/:id: answered with 200, and nobody had asked for a decision' },
      },
      { code: 'decision_missing' },
    ]);
    expect(JSON.stringify(failures)).not.toContain('secret');
  });
});

it('a review of the app’s own stands beside it', async () => {
  const own: Guard = () => ({
    ...{ isAllowed: true, identity: null, cookies: [] },
    review: (status) => (status === 418 ? respondJson(418, {}) : null),
  });
  const { review } = await pass(all(bench.http.requireDecision(), own), requestTo('/'));
  expect([review?.(200, null)?.status, review?.(418, null)?.status, review?.(404, null)]).toEqual([
    500,
    418,
    null,
  ]);
});

it('a request that nobody watches has the identity as it is', async () => {
  const { identity, review } = await pass(bench.http.signedIn(), requestTo('/'));
  expect(review).toBeUndefined();
  expect(Object.keys(identity ?? {})).toContain('principal');
});

it('a socket is opened only where a guard has decided', async () => {
  const upgrade = {
    ...{ method: 'GET', url: '/live', socket: { remoteAddress: '203.0.113.7' } },
    headers: { origin: publicUrl, authorization: `Bearer ${accessToken}` },
  };
  const { http } = bench;
  const undecided = await http.admitSocket(upgrade, http.requireDecision());
  expect(undecided).toMatchObject({ isAdmitted: false, response: { status: 500 } });
  const decided = all(http.requireDecision(), http.requireRole('employee'));
  expect(await http.admitSocket(upgrade, decided)).toMatchObject({ isAdmitted: true });
});
