import { memoryStores } from '@tessera-auth/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Browser, createBrowser } from './browser.js';
import { expectProblem } from './expect-problem.js';
import { createHttpBench, type HttpBench } from './http-bench.js';

let bench: HttpBench;
let browser: Browser;
beforeEach(async () => {
  bench = createHttpBench();
  browser = createBrowser(bench);
  await browser.register();
});

const read = () => browser.send({ method: 'GET', url: '/auth/account/export' });
const erase = () => browser.send({ method: 'DELETE', url: '/auth/account' });

describe('the own data', () => {
  it('come as a file that no cache keeps', async () => {
    const answer = await read();
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-disposition': 'attachment; filename="account.json"',
    });
    expect(answer.json).toMatchObject({ account: { email: 'ada@example.org', hasPassword: true } });
    expect(answer.json.sessions).toHaveLength(1);
  });

  it.each([
    ['reading', read],
    ['erasing', erase],
  ])('%s them wants a fresh proof (ASVS 7.5.1)', async (_act, act) => {
    bench.clock.advance(11 * 60_000);
    expectProblem(await act(), 401, 'step_up_required');
    expect(await bench.watched.stores.users.findByEmail('', 'ada@example.org')).not.toBeNull();
  });
});

describe('erasing the own account', () => {
  it('ends everything and clears what the browser has of it', async () => {
    const before = browser.clone();
    const answer = await erase();
    expect([answer.status, answer.body]).toEqual([204, null]);
    expect(answer.headers['clear-site-data']).toBe('"cache", "cookies", "storage"');
    expect(answer.cookies).toEqual(expect.arrayContaining([expect.stringMatching(/device=; .*Max-Age=0/)]));
    expect(browser.jar.size).toBe(0);
    expectProblem(await before.send({ method: 'GET', url: '/auth/me' }), 401, 'refresh_token_invalid');
    const [event] = (await bench.listEvents()).filter(({ type }) => type === 'user_deleted');
    expect(event).toMatchObject({ actorId: event?.userId });
    expect((await browser.register()).status).toBe(201);
  });

  it('sets no cookie for a client that keeps its tokens itself', async () => {
    const { accessToken } = await bench.register('eve@example.org');
    const headers = { authorization: `Bearer ${accessToken}` };
    const answer = await bench.send({ method: 'DELETE', url: '/auth/account', headers });
    expect([answer.status, answer.cookies]).toEqual([204, []]);
  });

  it.each(['oneTimeTokens.voidAll', 'secondFactors.find', 'sessions.endAll'])(
    'is finished by asking again after an outage at %s',
    async (method) => {
      bench.watched.fail(method);
      expectProblem(await erase(), 503, 'store_unavailable');
      expect(browser.jar.size).toBeGreaterThan(0);
      bench.watched.heal();
      expect((await erase()).status).toBe(204);
      expect(browser.jar.size).toBe(0);
    },
  );

  it('is not there where the store cannot delete', () => {
    const { delete: _delete, ...users } = memoryStores().users;
    const { http } = createHttpBench({ openStores: () => ({ ...memoryStores(), users }) });
    const paths = http.routes.map(({ method, path }) => `${method} ${path}`);
    expect(paths).not.toContain('DELETE /auth/account');
    expect(paths).not.toContain('DELETE /auth/admin/users/:id');
    expect(paths).toContain('GET /auth/account/export');
  });
});
