import { definePolicy, memoryStores, type Stores } from '@tessera-auth/core';
import { expect, it } from 'vitest';
import { createBrowser } from './browser.js';
import { expectProblem } from './expect-problem.js';
import { createHttpBench, credentials } from './http-bench.js';

const roles = { employee: {} };
const before = definePolicy({ resources: { reports: { actions: ['read'] } }, roles });
const after = definePolicy({ resources: { reports: { actions: ['write', 'read'] } }, roles });

it('a token of another version of the policy is read by nobody: its client gets one that this version wrote', async () => {
  let stores: Stores | undefined;
  const open = (policy: typeof before | typeof after) =>
    createHttpBench({
      auth: { policy: policy as never },
      openStores: (clock) => (stores ??= memoryStores({ clock })),
    });
  const [old, next] = [open(before), open(after)];
  const browser = createBrowser(old);
  const { user } = (await browser.register()).json;
  const ref = { tenantId: '', userId: user.id };
  const reader = { tenantId: '', name: 'reader', actorId: null };
  await old.auth.createRole({ ...reader, permissions: ['reports:read'] });
  await old.auth.grantRole({ user: ref, actorId: null, role: 'reader' });
  const held = await old.signIn(credentials.password, credentials.email);

  const me = (bench: typeof old, accessToken: string) =>
    bench.send({ method: 'GET', url: '/auth/me', headers: { authorization: `Bearer ${accessToken}` } });
  expect((await me(old, held.accessToken)).json.permissions).toEqual(['reports:read']);
  // Its bits would be `reports:write` there.
  expectProblem(await me(next, held.accessToken), 401, 'access_token_outdated');
  const renewed = await next.auth.refresh({ tenantId: '', refreshToken: held.refreshToken });
  expect((await me(next, renewed.accessToken)).json.permissions).toEqual(['reports:read']);
  // And the other way round, while a release is under way.
  expectProblem(await me(old, renewed.accessToken), 401, 'access_token_outdated');

  // Cookies are renewed on the way.
  const elsewhere = createBrowser(next, browser.jar);
  const answer = await elsewhere.send({ method: 'GET', url: '/auth/me' });
  expect(answer.status).toBe(200);
  expect(answer.json.permissions).toEqual(['reports:read']);
  expect(answer.cookies.length).toBeGreaterThan(0);
});
