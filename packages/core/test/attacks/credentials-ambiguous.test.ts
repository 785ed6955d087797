/**
 * RFC 6750 §2: two credentials at once, so that the guard checks one and the handler acts on the other.
 */
import { expect, it } from 'vitest';
import { createBrowser } from '../http/browser.js';
import { expectProblem } from '../http/expect-problem.js';
import { createHttpBench, requestOf } from '../http/http-bench.js';

it('is refused by routes and guards alike, whichever of the two is good', async () => {
  const bench = createHttpBench();
  const victim = createBrowser(bench);
  await victim.register();
  const { accessToken } = await bench.register('mallory@example.org');
  const cookies = (await victim.headers()).cookie ?? '';
  for (const token of [accessToken, 'garbage', victim.jar.get('__Host-access')]) {
    for (const cookie of [cookies, '__Host-access=garbage', '__Host-access=']) {
      const call = { method: 'GET', url: '/auth/me', headers: { cookie, authorization: `Bearer ${token}` } };
      expectProblem(await bench.send(call), 400, 'credentials_ambiguous');
      const verdict = await bench.http.signedIn()(requestOf(call));
      expect(verdict.isAllowed || verdict.response.status).toBe(400);
    }
  }
});

it('is refused for two refresh tokens, and neither is spent', async () => {
  const bench = createHttpBench();
  const victim = createBrowser(bench);
  await victim.register();
  const { refreshToken } = await bench.register('mallory@example.org');
  bench.clock.advance(60_000);
  const call = { method: 'POST', url: '/auth/refresh' };
  expectProblem(await victim.send({ ...call, json: { refreshToken } }), 400, 'credentials_ambiguous');
  bench.clock.advance(60_000);
  expect((await victim.send(call)).status).toBe(200);
  expect((await bench.send({ ...call, json: { refreshToken } })).status).toBe(200);
});

it('an access token that came in a header acts for its own session only, whatever refresh cookie is beside it', async () => {
  const bench = createHttpBench();
  const victim = createBrowser(bench);
  await victim.register();
  const mallory = await bench.register('mallory@example.org');
  const headers = {
    cookie: `__Host-refresh=${victim.jar.get('__Host-refresh')}`,
    authorization: `Bearer ${mallory.accessToken}`,
  };
  const answer = await bench.send({ method: 'GET', url: '/auth/me', headers });
  expect(answer.json.user.id).toBe(mallory.user.userId);
  expect(answer.cookies).toEqual([]);
});
