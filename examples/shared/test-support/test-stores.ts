import { randomBytes } from 'node:crypto';
import { createDatabase, findFreePort, startRedisCluster } from '@tessera-auth/test-services';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { appTestTimeoutMs, type ExampleApp, makeAppFolder, runApp, startApp } from './example-app.js';
import { createHttpClient, findCookie, register, signIn } from './http-client.js';

/** How the server works with Redis beside Postgres. */
export function testStores(app: ExampleApp): void {
  describe(`the ${app.name} app with Redis`, { timeout: appTestTimeoutMs }, () => {
    const folder = useAppFolder();

    it.each([
      ['postgres', 'sessions: postgres (committed)', 'password_change_atomic'],
      ['redis', 'sessions: redis (failover)', 'password_change_two_steps'],
    ])('keeps sessions in %s over a restart, and says first what follows', async (store, place, promise) => {
      const variables = {
        STORE: store,
        DATABASE_URL: await makeDatabase(app, `restart_${store}`),
        REDIS_URL: inject('redisUrl'),
      };
      const first = await startApp(app, folder(), variables);
      const said = first.output().split(/^listening on .*$/m)[0];
      for (const line of [place, 'revocations: redis (failover)', 'revocation_within_bound', promise])
        expect(said).toContain(line);
      const client = await register(first.url, 'stays@example.com');
      expect(await first.stop()).toBe(0);

      const { port } = new URL(first.url);
      const second = await startApp(app, folder(), { ...variables, PORT: port });
      expect((await client.get('/auth/me')).body.user.email).toBe('stays@example.com');
      expect(await second.stop()).toBe(0);
    });
  });
}

/** How two servers share Redis, how one uses a cluster, and how none starts without. */
export function testRedis(app: ExampleApp): void {
  describe(`Redis behind the ${app.name} app`, { timeout: appTestTimeoutMs }, () => {
    const folder = useAppFolder();

    it.each(['postgres', 'redis'])('signs out on both of two servers, with sessions in %s', async (store) => {
      const port = String(await findFreePort());
      const variables = {
        STORE: store,
        DATABASE_URL: await makeDatabase(app, `two_${store}`),
        REDIS_URL: inject('redisUrl'),
        AUTH_SECRET: randomBytes(48).toString('base64'),
        PUBLIC_URL: `http://localhost:${port}`,
      };
      const one = await startApp(app, folder(), { ...variables, PORT: port });
      const other = await startApp(app, folder(), variables);
      const laptop = await register(one.url, 'leaves@example.com');
      const phone = await signIn(one.url, 'leaves@example.com');
      // With nothing but the access token, which is good for a quarter of an hour.
      const held = findCookie(phone.cookies(), 'access');
      const onOne = createHttpClient(one.url, [['access', held]]);
      const onOther = createHttpClient(other.url, [['access', held]]);
      for (const client of [onOne, onOther]) expect((await client.get('/api/reports')).status).toBe(200);

      const signedOut = await laptop.change('POST', '/auth/sessions/revoke-all', { includeCurrent: true });
      expect(signedOut.status).toBe(204);
      expect((await onOne.get('/api/reports')).status).toBe(401);
      await expect
        .poll(async () => (await onOther.get('/api/reports')).status, { timeout: 10_000 })
        .toBe(401);
      expect(await Promise.all([one.stop(), other.stop()])).toEqual([0, 0]);
    });

    it('works on a cluster', async () => {
      const cluster = await startRedisCluster({ replicasPerMaster: 0 });
      try {
        const hosts = cluster.urls.map((url) => new URL(url).host);
        const running = await startApp(app, folder(), {
          STORE: 'redis',
          DATABASE_URL: await makeDatabase(app, 'cluster'),
          REDIS_URL: `redis-cluster://:${cluster.password}@${hosts.join()}`,
        });
        const client = await register(running.url, 'slots@example.com');
        expect((await client.get('/auth/me')).status).toBe(200);
        expect((await client.get('/readyz')).status).toBe(200);
        const held = createHttpClient(running.url, [['access', findCookie(client.cookies(), 'access')]]);
        expect((await client.change('POST', '/auth/logout')).status).toBe(204);
        expect((await held.get('/auth/me')).status).toBe(401);
        expect(await running.stop()).toBe(0);
      } finally {
        await cluster.stop();
      }
    });

    it.each(['redis', 'redis-cluster'])('does not start without it, at a %s URL', async (protocol) => {
      const { exitCode, output } = await runApp(app, folder(), {
        DATABASE_URL: await makeDatabase(app, 'no_redis'),
        REDIS_URL: `${protocol}://:pa55w0rd@127.0.0.1:1`,
      });
      expect(exitCode).toBe(1);
      expect(output).toMatch(/cannot start: .{20,}/);
      expect(output).not.toContain('pa55w0rd');
      expect(output).not.toContain('listening');
    });
  });
}

/** A folder of its own for each test. */
function useAppFolder(): () => string {
  let folder: Awaited<ReturnType<typeof makeAppFolder>>;
  beforeEach(async () => {
    folder = await makeAppFolder();
  });
  afterEach(() => folder.remove());
  return () => folder.path;
}

function makeDatabase(app: ExampleApp, name: string): Promise<string> {
  return createDatabase(inject('postgresUrl'), `example_${name}_${app.name}`);
}
