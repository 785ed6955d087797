import {
  createDatabase,
  type PostgresServer,
  type RedisServer,
  startPostgres,
  startRedis,
} from '@tessera-auth/test-services';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createBrowserUser, startBrowser } from './browser-user.js';
import {
  appTestTimeoutMs,
  type ExampleApp,
  makeAppFolder,
  type RunningApp,
  startApp,
} from './example-app.js';
import {
  type Answer,
  createHttpClient,
  findCookie,
  type HttpClient,
  register,
  signIn,
} from './http-client.js';

/** What users notice when the database dies under the running server. */
export function testOutage(app: ExampleApp): void {
  describe(`the ${app.name} app without its database`, { timeout: appTestTimeoutMs }, () => {
    let folder: Awaited<ReturnType<typeof makeAppFolder>>;
    let postgres: PostgresServer;
    let running: RunningApp;
    let browser: Browser;
    beforeAll(async () => {
      folder = await makeAppFolder();
      postgres = await startPostgres({ own: true });
      running = await startApp(app, folder.path, { DATABASE_URL: postgres.url });
      browser = await startBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      await running?.stop();
      await postgres?.stop();
      await folder.remove();
    });

    it('answers 503 and keeps everybody signed in, and goes on by itself', async () => {
      const client = await register(running.url, 'patient@example.com');
      const cookies = client.cookies();
      // One whose access token has expired has to be renewed, which needs the database as well.
      const renewing = createHttpClient(running.url, [['refresh', findCookie(cookies, 'refresh')]]);

      await postgres.kill();
      await untilUnavailable(client, '/api/reports');
      for (const path of ['/auth/me', '/auth/sessions', '/api/reports', '/boss']) {
        for (const who of [client, renewing]) expectOutage(await who.get(path));
      }
      expect((await client.get('/readyz')).status).toBe(503);
      expect((await client.get('/livez')).status).toBe(200);

      await postgres.restart();
      await expect.poll(async () => (await client.get('/readyz')).status, { timeout: 20_000 }).toBe(200);
      expect(client.cookies()).toBe(cookies);
      expect((await client.get('/auth/me')).body.user.email).toBe('patient@example.com');
      expect((await client.change('POST', '/api/reports', { title: 'The database was away' })).status).toBe(
        201,
      );
      expect((await renewing.get('/auth/me')).status).toBe(200);
    });

    it('says so on the page, and goes on where the user was', async () => {
      const complaints: string[] = [];
      const user = await createBrowserUser(browser, running.url, complaints);
      await user.register('reader@example.com');
      const waiting = await user.openTab();
      await waiting.page.locator('#account').waitFor();
      const client = await register(running.url, 'watcher@example.com');
      await postgres.kill();
      await untilUnavailable(client, '/api/reports');
      await user.handInReport('Not lost');
      await user.page.getByText('cannot reach its database').waitFor();
      await user.page.reload();
      await user.page.getByRole('heading', { name: 'Back in a moment' }).waitFor();

      await postgres.restart();
      await expect
        .poll(async () => (await fetch(`${running.url}/readyz`)).status, { timeout: 20_000 })
        .toBe(200);
      await user.page.getByRole('button', { name: 'Try again' }).click();
      await user.page.getByRole('heading', { name: 'Hello, reader@example.com' }).waitFor();
      // The other tab has lost its socket, and comes back by itself; after a long outage within 30 s.
      await user.handInReport('Heard again');
      await waiting.page.getByText('Heard again').waitFor({ timeout: 40_000 });
      expect(complaints.filter((text) => !text.includes('503'))).toEqual([]);
      await user.context.close();
    });
  });
}

/** What users notice when Redis dies under the running server, with sessions in either store. */
export function testRedisOutage(app: ExampleApp): void {
  describe.each(['postgres', 'redis'])(
    `the ${app.name} app without its Redis, with sessions in %s`,
    { timeout: appTestTimeoutMs },
    (store) => {
      let folder: Awaited<ReturnType<typeof makeAppFolder>>;
      let redis: RedisServer;
      let running: RunningApp;
      beforeAll(async () => {
        folder = await makeAppFolder();
        redis = await startRedis({ own: true });
        running = await startApp(app, folder.path, {
          STORE: store,
          DATABASE_URL: await createDatabase(inject('postgresUrl'), `example_outage_${store}_${app.name}`),
          REDIS_URL: redis.url,
        });
      });
      afterAll(async () => {
        await running?.stop();
        await redis?.stop();
        await folder.remove();
      });

      it('answers 503 and keeps everybody signed in, and what failed can be done again', async () => {
        const client = await register(running.url, 'patient@example.com');
        const phone = await signIn(running.url, 'patient@example.com');
        const cookies = client.cookies();
        const { csrfToken } = (await client.get('/auth/csrf')).body;

        await redis.kill();
        await untilUnavailable(client, '/api/reports');
        for (const path of ['/auth/me', '/auth/sessions', '/api/reports', '/boss'])
          expectOutage(await client.get(path));
        expectOutage(
          await client.send(
            'POST',
            '/auth/sessions/revoke-all',
            { includeCurrent: false },
            { 'x-csrf-token': csrfToken },
          ),
        );
        expect((await client.get('/readyz')).status).toBe(503);
        expect((await client.get('/livez')).status).toBe(200);

        await redis.restart();
        await expect.poll(async () => (await client.get('/readyz')).status, { timeout: 20_000 }).toBe(200);
        expect(client.cookies()).toBe(cookies);
        expect((await client.get('/auth/me')).body.user.email).toBe('patient@example.com');
        expect((await phone.get('/api/reports')).status).toBe(200);
        const others = await client.change('POST', '/auth/sessions/revoke-all', { includeCurrent: false });
        expect(others.status).toBe(204);
        expect((await phone.get('/api/reports')).status).toBe(401);
        expect((await client.get('/api/reports')).status).toBe(200);
      });
    },
  );
}

/** An outage is no sign-out: the client is told to come back, and its cookies stay. */
function expectOutage({ status, headers, body }: Answer): void {
  expect([status, body.code]).toEqual([503, 'store_unavailable']);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(headers.getSetCookie()).toEqual([]);
}

/** For as long as the bound the server answers from memory whether somebody was signed out, and then no more. */
async function untilUnavailable(client: HttpClient, path: string): Promise<void> {
  const answers: Answer[] = [];
  await expect
    .poll(
      async () => {
        answers.push(await client.get(path));
        return answers.at(-1)?.status;
      },
      { timeout: 30_000 },
    )
    .toBe(503);
  expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
  expect(answers.flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
}
