import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { access, readFile, stat } from 'node:fs/promises';
import { type ClientRequest, get, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createDatabase } from '@tessera-auth/test-services';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { appTestTimeoutMs, type ExampleApp, makeAppFolder, runApp, startApp } from './example-app.js';
import { createHttpClient, password, register } from './http-client.js';

/** How the server starts, ends and starts again. */
export function testLifecycle(app: ExampleApp): void {
  describe(`the life of the ${app.name} app`, { timeout: appTestTimeoutMs }, () => {
    let folder: Awaited<ReturnType<typeof makeAppFolder>>;
    beforeEach(async () => {
      folder = await makeAppFolder();
    });
    afterEach(() => folder.remove());

    it('keeps sessions over a restart', async () => {
      const databaseUrl = await createDatabase(inject('postgresUrl'), `example_restart_${app.name}`);
      const first = await startApp(app, folder.path, { DATABASE_URL: databaseUrl });
      const client = await register(first.url, 'stays@example.com');
      expect(await first.stop()).toBe(0);

      const { port } = new URL(first.url);
      const second = await startApp(app, folder.path, { DATABASE_URL: databaseUrl, PORT: port });
      expect((await client.get('/auth/me')).body.user.email).toBe('stays@example.com');
      expect(await second.stop('SIGINT')).toBe(0);
      expect((await stat(join(folder.path, '.data/auth-secret'))).mode & 0o777).toBe(0o600);
    });

    it('sets the strictest cookies in production, behind a proxy that speaks https, and takes nothing by plain http', async () => {
      const publicUrl = 'https://app.example.com';
      const running = await startApp(app, folder.path, {
        NODE_ENV: 'production',
        PUBLIC_URL: publicUrl,
        TRUSTED_PROXIES: 'loopback',
        AUTH_SECRET: randomBytes(48).toString('base64'),
        DATABASE_URL: await createDatabase(inject('postgresUrl'), `example_production_${app.name}`),
      });
      const body = { email: 'secure@example.com', password };
      const client = createHttpClient(running.url);
      const byHttps = { origin: publicUrl, 'x-forwarded-proto': 'https' };
      const entered = await client.send('POST', '/auth/register', body, byHttps);
      expect(entered.headers.getSetCookie()).toEqual([
        expect.stringMatching(/^__Host-access=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
        expect.stringMatching(/^__Host-refresh=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
      ]);
      expect((await client.get('/auth/me', byHttps)).status).toBe(200);
      const home = await client.get('/', byHttps);
      expect(home.headers.get('strict-transport-security')).toContain('max-age=');
      // And by plain http: a page is led away, nothing else is answered but health.
      const page = await visit(`${running.url}/account?x=1`);
      expect([page.statusCode, page.headers.location]).toEqual([308, `${publicUrl}/account?x=1`]);
      expect((await visit(`${running.url}/auth/me`)).statusCode).toBe(403);
      expect((await client.send('POST', '/auth/login', body)).body.code).toBe('https_required');
      expect((await client.get('/readyz')).status).toBe(200);
      expect(await running.stop()).toBe(0);
    });

    it('answers what is on its way before it ends', async () => {
      const running = await startApp(app, folder.path, { STORE: 'memory' });
      const body = JSON.stringify({ email: 'late@example.com', password });
      const { sent, answer } = await beginRequest(running.url, body);
      const ended = running.stop();
      await refusesConnections(running.url);
      sent.end(body);
      expect((await answer)[0].statusCode).toBe(201);
      expect(await ended).toBe(0);
    });

    it('does not wait for a client that never finishes', async () => {
      const running = await startApp(app, folder.path, { STORE: 'memory' });
      const { sent, answer } = await beginRequest(running.url, 'never sent');
      answer.catch(() => {});
      expect(await running.stop()).toBe(0);
      sent.destroy();
    });

    it('does not start on a bad environment, and says why without the values', async () => {
      const secret = 'the secret of our cellar: 0x9f, 17, b4';
      const { exitCode, output } = await runApp(app, folder.path, {
        NODE_ENV: 'production',
        AUTH_SECRET: secret,
        PORT: 'eighty',
        PUBLIC_URL: 'http://app.example.com',
      });
      expect(exitCode).toBe(1);
      expect(output).toMatch(/AUTH_SECRET: .*well-known word/);
      expect(output).toMatch(/PORT: expected/);
      expect(output).toMatch(/PUBLIC_URL: must be https/);
      expect(output).not.toContain(secret);
      expect(output).not.toContain('    at ');
    });

    it('does not start without its database, and does not tell the password', async () => {
      const { exitCode, output } = await runApp(app, folder.path, {
        DATABASE_URL: 'postgres://someone:pa55w0rd@127.0.0.1:1/nothing',
      });
      expect(exitCode).toBe(1);
      expect(output).toMatch(/cannot start: .*ECONNREFUSED/);
      expect(output).not.toContain('pa55w0rd');
    });

    it('brings its own Postgres, and finds its data again after a crash of either', async () => {
      const first = await startApp(app, folder.path, {});
      const { port } = new URL(first.url);
      const client = await register(first.url, 'crash@example.com');

      const rival = await runApp(app, folder.path, {});
      expect(rival.exitCode).toBe(1);
      expect(rival.output).toContain('another server of this example is running on the same .data folder');

      await first.kill();
      const second = await startApp(app, folder.path, { PORT: port });
      expect((await client.get('/auth/me')).status).toBe(200);

      const pidFile = join(folder.path, '.data/postgres/data/postmaster.pid');
      process.kill(Number.parseInt(await readFile(pidFile, 'utf8'), 10), 'SIGKILL');
      await second.kill();
      const third = await startApp(app, folder.path, { PORT: port });
      expect((await client.get('/auth/me')).status).toBe(200);
      expect(await third.stop()).toBe(0);
      await expect(access(pidFile)).rejects.toThrow('ENOENT');
    });
  });
}

/** Asks for a page as a browser does by plain http; `fetch` would say that it is a script. */
async function visit(url: string): Promise<IncomingMessage> {
  const [page] = (await once(get(url, { headers: { accept: 'text/html' } }), 'response')) as [
    IncomingMessage,
  ];
  return page.resume();
}

/** A request of which the server has the head and waits for the body. */
async function beginRequest(
  url: string,
  body: string,
): Promise<{ readonly sent: ClientRequest; readonly answer: Promise<[IncomingMessage]> }> {
  const sent = request(`${url}/auth/register`, {
    method: 'POST',
    headers: {
      origin: url,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      expect: '100-continue',
    },
  });
  const answer = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.flushHeaders();
  // Node says this when it hands the request to the app.
  await once(sent, 'continue');
  return { sent, answer };
}

async function refusesConnections(url: string): Promise<void> {
  const { port } = new URL(url);
  await expect
    .poll(
      () =>
        new Promise((resolve) => {
          const socket = connect(Number(port), '127.0.0.1', () => {
            socket.destroy();
            resolve('accepted');
          }).once('error', () => resolve('refused'));
        }),
      { timeout: 10_000 },
    )
    .toBe('refused');
}
