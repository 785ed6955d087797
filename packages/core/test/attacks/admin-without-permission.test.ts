// ASVS 8.2.1, 8.2.2, 8.3.2, 8.4.1: administration by somebody without the permission, by an administrator of another tenant, and by
// one whose rights were taken away while their token lives on.
import { definePolicy } from '@tessera-auth/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { createAdminBench } from '../http/admin-bench.js';
import { expectProblem } from '../http/expect-problem.js';

const policy = definePolicy({
  resources: { reports: { actions: ['read'] } },
  roles: {
    admin: { can: ['auth:users:*'] },
    reader: { can: ['auth:users:read'] },
    employee: { can: ['reports:read'] },
  },
});
const rolesForNewUser = ({ email }: { readonly email: string }) =>
  email.startsWith('ada') ? (['admin'] as const) : email.startsWith('reader') ? (['reader'] as const) : [];

/** Everything that an administrator can ask for, of one account. */
const reads = [
  ['GET', ''],
  ['GET', '/sessions'],
] as const;
const acts = [
  ['POST', '/disable'],
  ['POST', '/enable'],
  ['DELETE', '/sessions'],
  ['POST', '/second-factor/reset'],
  ['DELETE', ''],
] as const;

let bench: Awaited<ReturnType<typeof createAdminBench>>;
let victim: string;
beforeEach(async () => {
  bench = await createAdminBench({ auth: { policy, rolesForNewUser } });
  victim = `/${(await bench.registerAt('victim@example.org')).user.userId}`;
  bench.watched.forgetCalls();
});

/** Nothing was read or written but the account of the one who asked. */
const expectUnheard = () =>
  expect(
    bench.watched.calls.filter(
      (call) => !/^(users\.find|roles\.findHeld|revocations\.isRevoked)$/.test(call),
    ),
  ).toEqual([]);

describe.each([...reads, ...acts, ['GET', '?limit=5'] as const])('%s /admin/users/:id%s', (method, act) => {
  const path = () => (act.startsWith('?') ? act : `${victim}${act}`);

  it('is refused to an employee', async () => {
    bench.setRoles(bench.eve, ['employee']);
    const employee = await bench.signIn(undefined, 'eve@example.org');
    bench.watched.forgetCalls();
    expectProblem(await bench.ask(method, path(), employee), 403, 'permission_denied');
    expectUnheard();
  });

  it('is refused to an administrator who is none any more, though the token still says so', async () => {
    bench.setRoles(bench.admin, ['employee']);
    expectProblem(await bench.ask(method, path()), 403, 'permission_denied');
    expectUnheard();
  });

  it('is refused to an administrator who was disabled', async () => {
    const { tenantId, userId } = bench.admin.user;
    await bench.auth.disableUser({ user: { tenantId, userId }, actorId: null });
    expectProblem(await bench.ask(method, path()), 401, 'access_token_revoked');
  });

  it('is refused to an administrator whose account is disabled while the sessions are not ended yet', async () => {
    const { tenantId, userId } = bench.admin.user;
    const disabledAt = new Date(bench.clock.now());
    await bench.watched.stores.users.update({ tenantId, userId, set: { disabledAt } });
    expectProblem(await bench.ask(method, path()), 401, 'access_token_revoked');
  });

  it('is refused to an administrator who was signed out', async () => {
    await bench.auth.signOutEverywhere(bench.admin.user);
    bench.watched.forgetCalls();
    expectProblem(await bench.ask(method, path()), 401, 'access_token_revoked');
    expectUnheard();
  });
});

it.each(acts)('whoever may only read cannot %s …%s', async (method, act) => {
  const reader = await bench.registerAt('reader@example.org');
  expect((await bench.ask('GET', victim, reader)).status).toBe(200);
  bench.watched.forgetCalls();
  expectProblem(await bench.ask(method, `${victim}${act}`, reader), 403, 'permission_denied');
  expectUnheard();
});

describe('an administrator of another tenant', () => {
  it.each([...reads, ...acts])('%s …%s finds nobody, and changes nothing', async (method, act) => {
    const elsewhere = await bench.registerAt('eve@example.org', 'other');
    bench.watched.forgetCalls();
    const answer = await bench.ask(method, `/${elsewhere.user.userId}${act}`);
    expectProblem(answer, 404, 'account_not_found');
    expect(bench.watched.calls.filter((call) => /update|end|remove|delete/.test(call))).toEqual([]);
    expect((await bench.auth.listSessions(elsewhere.user)).sessions).toHaveLength(1);
    // The answer is the one of an id that nobody has, word for word but for the id of the request.
    const unknown = await bench.ask(method, `/AAAAAAAAAAAAAAAAAAAAAA${act}`);
    const { requestId: _one, ...foreign } = answer.json;
    const { requestId: _other, ...nobody } = unknown.json;
    expect(foreign).toEqual(nobody);
  });

  it('cannot bring the token here', async () => {
    const elsewhere = await bench.registerAt('ada@example.org', 'other');
    expectProblem(await bench.ask('GET', victim, elsewhere), 401, 'access_token_invalid');
  });
});

it.each(['%00', '%', '%ff', '..', '%2e%2e', "'%20OR%20'1'='1", `${'x'.repeat(256)}`, '*', '__proto__'])(
  'the id %j is nobody',
  async (id) => {
    for (const [method, act] of [...reads, ...acts]) {
      expectProblem(await bench.ask(method, `/${id}${act}`), 404, 'account_not_found');
    }
  },
);
