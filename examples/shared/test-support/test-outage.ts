import { type PostgresServer, startPostgres } from '@tessera-auth/test-services';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBrowserUser, startBrowser } from './browser-user.js';
import { type ExampleApp, makeAppFolder, type RunningApp, startApp } from './example-app.js';
import { createHttpClient, findCookie, register } from './http-client.js';

/** What users notice when the database dies under the running server. */
export function testOutage(app: ExampleApp): void {
  describe(`the ${app.name} app without its database`, () => {
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
      for (const path of ['/auth/me', '/auth/sessions', '/api/reports', '/boss']) {
        for (const who of [client, renewing]) {
          const answer = await who.get(path);
          expect([path, answer.status, answer.body.code]).toEqual([path, 503, 'store_unavailable']);
          expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
          expect(answer.headers.getSetCookie()).toEqual([]);
        }
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
      await postgres.kill();
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
      expect(complaints.filter((text) => !text.includes('503'))).toEqual([]);
      await user.context.close();
    });
  });
}
