/**
 * ASVS 6.3.1: a client that sends its request and resets the connection at once has no address by the time somebody
 * looks (`remoteAddress` of Node is `undefined` then). What it asks for is done all the same, so it must not be free.
 */
import { createRouter, type HttpRequest } from '@tessera-auth/core/http';
import { expect, it } from 'vitest';
import { password } from '../auth-bench.js';
import { createHttpBench, pathOf, requestOf } from '../http/http-bench.js';

const gone = { remoteAddress: undefined };

function open() {
  const { http } = createHttpBench({ auth: { rateLimits: {} } });
  const router = createRouter(http.routes);
  const ask = (socket: HttpRequest['socket']) => async (url: string, json: object) =>
    (await router.answer(pathOf(url), { ...requestOf({ method: 'POST', url, json }), socket }))?.status;
  return { http, ask };
}

const address = (at: number) => `user${at}@example.org`;
const bearer = { password, transport: 'bearer' };

it.each<[string, string, number, (at: number) => object]>([
  ['accounts', '/auth/register', 5, (at) => ({ ...bearer, email: address(at) })],
  ['passwords on many accounts', '/auth/login', 10, (at) => ({ ...bearer, email: address(at) })],
  ['forgotten passwords', '/auth/password/forgot', 10, (at) => ({ email: address(at) })],
  ['links to an address', '/auth/email/verify', 20, () => ({ token: 'a guess' })],
  ['links to a password', '/auth/password/reset', 20, () => ({ token: 'a guess', newPassword: password })],
  ['second factors', '/auth/mfa/setup', 20, () => ({ mfaToken: 'a guess' })],
])('clients without an address have one budget together: %s', async (_what, url, budget, bodyOf) => {
  const { ask } = open();
  const statuses: (number | undefined)[] = [];
  for (let at = 0; at <= budget; at += 1) statuses.push(await ask(gone)(url, bodyOf(at)));
  expect(statuses.slice(0, budget)).not.toContain(429);
  expect(statuses.at(-1)).toBe(429);
  // Nobody else's.
  expect(await ask({ remoteAddress: '203.0.113.7' })(url, bodyOf(budget))).not.toBe(429);
});

it('also where the app counts by itself', async () => {
  const { http } = open();
  const guard = http.rateLimit({ name: 'search', limit: { count: 2, per: '1m' } });
  const request = { method: 'GET', originalUrl: '/search', headers: {}, socket: gone };
  const verdicts = [await guard(request), await guard(request), await guard(request)];
  expect(verdicts.map(({ isAllowed }) => isAllowed)).toEqual([true, true, false]);
});
