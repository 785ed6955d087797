import { type PostgresServer, startPostgres } from '@tessera-auth/test-services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExampleApp, makeAppFolder, type RunningApp, startApp } from './example-app.js';
import { register } from './http-client.js';

/** What users notice when the database dies under the running server. */
export function testOutage(app: ExampleApp): void {
  describe(`the ${app.name} app without its database`, () => {
    let folder: Awaited<ReturnType<typeof makeAppFolder>>;
    let postgres: PostgresServer;
    let running: RunningApp;
    beforeAll(async () => {
      folder = await makeAppFolder();
      postgres = await startPostgres({ own: true });
      running = await startApp(app, folder.path, { DATABASE_URL: postgres.url });
    });
    afterAll(async () => {
      await running?.stop();
      await postgres?.stop();
      await folder.remove();
    });

    it('answers 503 and keeps everybody signed in, and goes on by itself', async () => {
      const client = await register(running.url, 'patient@example.com');
      const cookies = client.cookies();

      await postgres.kill();
      for (const path of ['/auth/me', '/auth/sessions', '/api/reports', '/boss']) {
        const answer = await client.get(path);
        expect([path, answer.status, answer.body.code]).toEqual([path, 503, 'store_unavailable']);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(answer.headers.getSetCookie()).toEqual([]);
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
    });
  });
}
