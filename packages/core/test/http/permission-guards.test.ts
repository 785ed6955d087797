import { AuthError, definePolicy } from '@tessera-auth/core';
import { findRefusal, type Guard } from '@tessera-auth/core/http';
import { beforeEach, describe, expect, it } from 'vitest';
import { createBrowser } from './browser.js';
import { createHttpBench, type HttpBench, requestOf } from './http-bench.js';

const policy = definePolicy({
  resources: {
    reports: {
      actions: ['read', 'lock', 'close'],
      attributes: { authorId: 'string', closedAt: 'date' },
      relations: { author: 'authorId' },
    },
  },
  roles: { employee: { can: ['reports:read@author', 'reports:lock'] }, boss: { can: ['reports:*'] } },
  rules: (rule) => [
    rule.deny('closed reports stay closed', {
      to: 'reports:close',
      when: ({ resource }) => resource.closedAt.isMissing().not(),
    }),
  ],
});
type Report = { authorId: string; closedAt: Date | null };

let bench: HttpBench;
let asEmployee: string;
let userId: string;
let asBoss: string;
beforeEach(async () => {
  bench = createHttpBench({
    auth: {
      policy: policy as never,
      rolesForNewUser: ({ email }) => [email.startsWith('boss') ? 'boss' : 'employee'] as never[],
    },
  });
  const employee = await bench.register('employee@example.org');
  userId = employee.user.userId;
  asEmployee = employee.accessToken;
  asBoss = (await bench.register('boss@example.org')).accessToken;
});

const ask = async (guard: Guard, accessToken: string) => {
  const headers = { authorization: `Bearer ${accessToken}` };
  const verdict = await guard(requestOf({ method: 'GET', url: '/report', headers }));
  return verdict.isAllowed ? 200 : verdict.response.status;
};
const guardOver = (permission: 'reports:read' | 'reports:close', load: () => unknown): Guard =>
  bench.http.requirePermission(permission, load as never);
const mine = (): Report => ({ authorId: userId, closedAt: null });

describe('a guard over a record', () => {
  it('lets those through whom the policy allows it', async () => {
    const theirs = { ...mine(), authorId: 'somebody' };
    expect(await ask(guardOver('reports:read', mine), asEmployee)).toBe(200);
    expect(
      await ask(
        guardOver('reports:read', () => theirs),
        asEmployee,
      ),
    ).toBe(403);
    expect(
      await ask(
        guardOver('reports:read', async () => theirs),
        asBoss,
      ),
    ).toBe(200);
  });

  it.each([[null], [undefined]])(
    'takes %s for no record: 404 only for whoever may see all of them',
    async (none) => {
      for (const load of [() => none, async () => none]) {
        expect(await ask(guardOver('reports:read', load), asEmployee)).toBe(403);
        expect(await ask(guardOver('reports:read', load), asBoss)).toBe(404);
        // Some may be closed, so nobody may for every record.
        expect(await ask(guardOver('reports:close', load), asBoss)).toBe(403);
      }
    },
  );

  it('waits for promises of every kind, and does not take one for a record', async () => {
    const closed = { ...mine(), closedAt: new Date(0) };
    const query = (report: Report) => ({
      // biome-ignore lint/suspicious/noThenProperty: a query of a library is one.
      then: (done: (report: Report) => void) => done(report),
    });
    expect(
      await ask(
        guardOver('reports:close', () => query(closed)),
        asBoss,
      ),
    ).toBe(403);
    expect(
      await ask(
        guardOver('reports:close', () => query(mine())),
        asBoss,
      ),
    ).toBe(200);
  });

  it('hands what the loader throws to the host, and lets nobody in', async () => {
    const lost = () => Promise.reject(new Error('lost'));
    await expect(ask(guardOver('reports:read', lost), asBoss)).rejects.toThrow('lost');
  });
});

describe('requireAny, requireAll and requireOwner', () => {
  it('ask over the same record', async () => {
    const both = ['reports:read', 'reports:lock'] as const;
    const theirs = () => ({ ...mine(), authorId: 'somebody' });
    expect(await ask(bench.http.requireAny(both, theirs as never), asEmployee)).toBe(200);
    expect(await ask(bench.http.requireAll(both, theirs as never), asEmployee)).toBe(403);
    expect(await ask(bench.http.requireAll(both, mine as never), asEmployee)).toBe(200);
  });

  it.each([
    ['own id', () => userId, 200],
    ['own id among others', () => ['x', userId], 200],
    ['other id', () => 'x', 403],
    ['nobody', () => null, 403],
    ['undefined', () => undefined, 403],
    ['empty list', async () => [], 403],
  ])('lets the owner through: %s', async (_name, load, status) => {
    expect(await ask(bench.http.requireOwner(load as never), asEmployee)).toBe(status);
  });

  it('refuse what is not there when they are made', () => {
    for (const make of [
      () => bench.http.requirePermission('reports:raed', mine),
      () => bench.http.requireAny([] as never[], mine as never),
      () => bench.http.requireAll(['reports:read', 'nothing:read']),
    ])
      expect(make).toThrow(TypeError);
  });
});

describe('a denial is told with what was missing, and why in the words of the policy', () => {
  const authorId = 'secret-author';
  const theirs = (): Report => ({ authorId, closedAt: new Date('2030-06-07T00:00:00Z') });
  const both = ['reports:read', 'reports:close'] as const;
  const unmet = {
    permission: 'reports:read',
    code: 'relation_unmet',
    rule: null,
    condition: 'resource.authorId is user.id',
  };
  const noGrant = { permission: 'reports:close', code: 'no_grant', rule: null, condition: null };
  const denied = {
    permission: 'reports:close',
    code: 'denied_by_rule',
    rule: 'closed reports stay closed',
    condition: 'resource.closedAt is known',
  };
  const listRefusals = async () => (await bench.listEvents()).filter(({ type }) => type === 'authz_fail');

  it.each<[string, () => Guard, () => string, readonly object[]]>([
    ['a relation', () => guardOver('reports:read', theirs), () => asEmployee, [unmet]],
    [
      'a relation of a record that is not there',
      () => guardOver('reports:read', () => null),
      () => asEmployee,
      [],
    ],
    ['a deny rule', () => guardOver('reports:close', async () => theirs()), () => asBoss, [denied]],
    [
      'no grant',
      () => bench.http.requirePermission('auth:users:read'),
      () => asEmployee,
      [{ ...noGrant, permission: 'auth:users:read' }],
    ],
    [
      'any of two',
      () => bench.http.requireAny(both, theirs as never),
      () => asEmployee,
      [unmet, { ...denied }],
    ],
    [
      'that which one of two lacks',
      () => bench.http.requireAll(both, mine as never),
      () => asEmployee,
      [noGrant],
    ],
  ])('%s', async (_what, guardOf, tokenOf, reasons) => {
    expect(await ask(guardOf(), tokenOf())).toBe(403);
    const events = await listRefusals();
    expect(events).toMatchObject([{ missing: 'permission', reasons }]);
    const [entry] = (await bench.auth.audit?.list({ tenantId: '', type: 'authz_fail', limit: 9 })) ?? [];
    expect(JSON.parse(entry?.data ?? '')).toMatchObject({ reasons });
    // No value of the record, and none of the user.
    expect(`${JSON.stringify(events)}${entry?.data}`).not.toMatch(/secret|2030-06|employee/);
  });

  it('nobody is told by the answer', async () => {
    const headers = { authorization: `Bearer ${asBoss}` };
    const verdict = await guardOver(
      'reports:close',
      theirs,
    )(requestOf({ method: 'GET', url: '/report', headers }));
    expect(JSON.stringify(verdict)).not.toMatch(/closed|reasons|denied_by_rule/);
  });

  it('an owner is told of as well', async () => {
    expect(
      await ask(
        bench.http.requireOwner(() => 'x'),
        asEmployee,
      ),
    ).toBe(403);
    expect(await listRefusals()).toMatchObject([{ userId, missing: 'owner', name: null, reasons: [] }]);
  });
});

describe('what a handler requires of the identity', () => {
  const identityOf = async (accessToken: string) => {
    const headers = { authorization: `Bearer ${accessToken}` };
    const request = requestOf({ method: 'GET', url: '/report', headers });
    const verdict = await bench.http.signedIn()(request);
    if (!verdict.isAllowed || verdict.identity === null) throw new Error('refused');
    // The app has not told the compiler of its policy.
    return { identity: verdict.identity as never as LooseIdentity, id: bench.http.requestIdOf(request) };
  };
  type LooseIdentity = Record<'require' | 'can', (permission: string, record?: object) => unknown>;
  const theirs = { authorId: 'secret-author', closedAt: null };
  const listRefusals = async () => (await bench.listEvents()).filter(({ type }) => type === 'authz_fail');
  const thrownBy = (work: () => unknown): unknown => {
    try {
      return work();
    } catch (error) {
      return error;
    }
  };

  it('is nothing where the policy allows it', async () => {
    const { identity } = await identityOf(asEmployee);
    expect(identity.require('reports:read', mine())).toBeUndefined();
    expect(await listRefusals()).toEqual([]);
  });

  it('is otherwise refused, answered and recorded as by a guard', async () => {
    const { identity, id: requestId } = await identityOf(asEmployee);
    const error = thrownBy(() => identity.require('reports:read', theirs));
    expect(error).toMatchObject({ code: 'permission_denied', statusCode: 403 });
    const answer = findRefusal(error);
    expect(answer).toMatchObject({ status: 403, headers: { 'x-request-id': requestId } });
    expect(answer?.body).not.toMatch(/reports|author/);
    expect(await listRefusals()).toMatchObject([
      {
        ...{ userId, missing: 'permission', name: 'reports:read', requestId, ip: '203.0.113.7' },
        reasons: [{ code: 'relation_unmet', condition: 'resource.authorId is user.id' }],
      },
    ]);
    expect(JSON.stringify(await listRefusals())).not.toContain('secret');
  });

  it('is recorded of a session that was renewed on the way', async () => {
    const browser = createBrowser(bench);
    await browser.register();
    bench.clock.advance(3_600_000);
    const headers = await browser.headers();
    const verdict = await bench.http.signedIn()(requestOf({ method: 'GET', url: '/report', headers }));
    const { identity } = verdict as never as { identity: LooseIdentity };
    expect(() => identity.require('reports:close', mine())).toThrow();
    expect(await listRefusals()).toHaveLength(1);
  });

  it('is not recorded where can says no, nor where there is no such permission', async () => {
    const { identity } = await identityOf(asEmployee);
    expect(identity.can('reports:read', theirs)).toBe(false);
    const error = thrownBy(() => identity.require('reports:raed', theirs));
    expect(error).toBeInstanceOf(TypeError);
    expect(findRefusal(error)).toBeNull();
    expect(await listRefusals()).toEqual([]);
  });

  it('is answered only where it was required: other refusals are the app’s', () => {
    for (const error of [new AuthError('permission_denied'), new Error('x'), null, 'x'])
      expect(findRefusal(error)).toBeNull();
  });
});
