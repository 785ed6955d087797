// ASVS 8.2.1, 8.2.2, 8.4.1: administration by somebody without the permission, and by an administrator who names an account of
// another tenant.
import { defineRoles } from '@tessera-auth/core';
import { describe, expect, it } from 'vitest';
import { origin, password } from '../auth-bench.js';
import { expectProblem } from '../http/expect-problem.js';
import { createHttpBench } from '../http/http-bench.js';

const roles = defineRoles({
  admin: { permissions: ['auth:users:read', 'auth:users:disable'] },
  reader: { permissions: ['auth:users:read'] },
});
const routes = [
  ['GET', ''],
  ['POST', '/disable'],
  ['POST', '/enable'],
] as const;

async function createScene() {
  const bench = createHttpBench({
    auth: { roles, rolesForNewUser: ({ email }) => roles.names.filter((name) => email.startsWith(name)) },
  });
  const register = (name: string, tenantId = '') =>
    bench.auth.register({ tenantId, email: `${name}@example.org`, password, name: null, origin });
  const victim = await register('victim');
  const send = (method: string, url: string, token: string | null) =>
    bench.send({
      method,
      url: `/auth/admin/users/${url}`,
      headers: { authorization: token === null ? null : `Bearer ${token}` },
    });
  return { bench, register, victim: victim.user.userId, send };
}

describe('administration', () => {
  it.each(routes)(
    '%s %s is refused to nobody, to other users and for accounts elsewhere',
    async (method, act) => {
      const { bench, register, victim, send } = await createScene();
      const elsewhere = (await register('victim', 'other')).user;
      const admin = (await register('admin')).accessToken;
      expectProblem(await send(method, `${victim}${act}`, null), 401, 'credentials_missing');
      const user = (await register('somebody')).accessToken;
      expectProblem(await send(method, `${victim}${act}`, user), 403, 'permission_denied');
      expectProblem(await send(method, `${elsewhere.userId}${act}`, admin), 404, 'account_not_found');
      expect((await bench.auth.findUser(elsewhere))?.disabledAt).toBeNull();
      expectProblem(await send('PUT', `${victim}${act}`, admin), 405, 'method_not_allowed');
    },
  );

  it('shows and disables and enables, and never shows the hash', async () => {
    const { bench, register, victim, send } = await createScene();
    const admin = await register('admin');
    const token = admin.accessToken;
    const disabledAt = new Date(bench.clock.now()).toISOString();
    expect((await send('POST', `${victim}/disable`, token)).json.user).toMatchObject({
      id: victim,
      disabledAt,
    });
    const shown = await send('GET', victim, token);
    expect(Object.keys(shown.json.user).toSorted()).toEqual(
      ['createdAt', 'disabledAt', 'email', 'id', 'name', 'roles'].toSorted(),
    );
    expect((await send('POST', `${victim}/enable`, token)).json.user).toMatchObject({ disabledAt: null });
    const own = await send('POST', `${admin.user.userId}/disable`, token);
    expectProblem(own, 409, 'account_protected');
    const reader = (await register('reader')).accessToken;
    expectProblem(await send('POST', `${victim}/disable`, reader), 403, 'permission_denied');
  });
});
