import { once } from 'node:events';
import { get } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  appTestTimeoutMs,
  type ExampleApp,
  makeAppFolder,
  type RunningApp,
  startApp,
} from './example-app.js';
import { createHttpClient, findCookie, type HttpClient, register, signIn } from './http-client.js';

/** Who hears of reports over the socket at `/live`, and for how long. */
export function testLive(app: ExampleApp): void {
  describe(`the news of the ${app.name} app`, { timeout: appTestTimeoutMs }, () => {
    const settings = {
      STORE: 'memory',
      BOOTSTRAP_ADMIN_EMAIL: 'boss@example.com',
      // Sockets outlive the access tokens that they were opened with.
      ACCESS_LIFETIME: '1s',
    };
    let folder: Awaited<ReturnType<typeof makeAppFolder>>;
    let running: RunningApp;
    let url: string;
    let boss: HttpClient;
    const sockets: WebSocket[] = [];

    beforeAll(async () => {
      folder = await makeAppFolder();
      running = await startApp(app, folder.path, settings);
      url = running.url;
      boss = await register(url, 'boss@example.com');
    });
    afterAll(async () => {
      await running?.stop();
      await folder.remove();
    });
    afterEach(() => {
      for (const socket of sockets.splice(0)) socket.terminate();
    });

    const connect = (at: string, headers: Readonly<Record<string, string>>): WebSocket => {
      const socket = new WebSocket(at.replace('http', 'ws'), { headers });
      socket.on('error', () => {});
      sockets.push(socket);
      return socket;
    };
    /** What the server answers in the place of an upgrade. */
    const refusalOf = async (
      path: string,
      headers: Readonly<Record<string, string>>,
    ): Promise<number | undefined> => answerTo(connect(url + path, headers));
    const handIn = async (author: HttpClient, title: string): Promise<string> => {
      const { status, body } = await author.change('POST', '/api/reports', { title });
      expect(status).toBe(201);
      return body.report.id;
    };

    /** Opens a socket as the page does, and keeps all that it hears. */
    const listen = async (client: HttpClient, origin = url) => {
      for (;;) {
        // A socket renews nothing by itself: what has expired is renewed by a request.
        expect((await client.get('/auth/me')).status).toBe(200);
        const socket = connect(`${origin}/live`, { cookie: client.cookies(), origin });
        const heard: unknown[] = [];
        socket.on('message', (data) => heard.push(JSON.parse(String(data))));
        const closed = new Promise<number>((resolve) => socket.once('close', resolve));
        const status = await answerTo(socket);
        if (status === 101) return { socket, heard, closed };
        // The token has expired on the way.
        expect(status).toBe(401);
        socket.terminate();
      }
    };

    it('are of what one may read, and of nothing else', async () => {
      const author = await register(url, 'author@example.com');
      const colleague = await register(url, 'colleague@example.com');
      const [atAuthor, atColleague, atBoss] = await Promise.all(
        [author, colleague, boss].map((who) => listen(who)),
      );

      const reportId = await handIn(author, 'The lift is stuck');
      expect((await boss.change('POST', `/api/reports/${reportId}/approve`)).status).toBe(200);
      const another = await handIn(colleague, 'The stairs are fine');

      const lift = { id: reportId, title: 'The lift is stuck', authorRole: 'employee', isApproved: false };
      const stairs = { ...lift, id: another, title: 'The stairs are fine' };
      const news = (isApprovable: boolean) => [
        { type: 'handed_in', report: { ...lift, isApprovable } },
        { type: 'approved', report: { ...lift, isApproved: true, isApprovable: false } },
        { type: 'handed_in', report: { ...stairs, isApprovable } },
      ];
      await expect.poll(() => atBoss?.heard).toEqual(news(true));
      // What is told later arrives later: had there been more before, it would be here.
      await expect.poll(() => atColleague?.heard).toEqual(news(false).slice(2));
      await expect.poll(() => atAuthor?.heard).toEqual(news(false).slice(0, 2));
    });

    it('go on when the access token has expired, and end with the session', async () => {
      const client = await register(url, 'leaves@example.com');
      const elsewhere = await signIn(url, 'leaves@example.com');
      const [here, there] = [await listen(client), await listen(elsewhere)];
      const held = createHttpClient(url, [['access', findCookie(client.cookies(), 'access')]]);
      await expect.poll(async () => (await held.get('/api/reports')).status, { timeout: 10_000 }).toBe(401);
      await handIn(elsewhere, 'Still here');
      await expect.poll(() => here.heard).toHaveLength(1);

      expect((await client.change('POST', '/auth/logout')).status).toBe(204);
      expect(await here.closed).toBe(4401);
      await handIn(elsewhere, 'Alone');
      await expect.poll(() => there.heard).toHaveLength(2);
      expect(here.heard).toHaveLength(1);
    });

    it('are told to nobody who is not signed in, to no foreign page, and nowhere else', async () => {
      expect(await refusalOf('/live', { origin: url })).toBe(401);
      const client = await register(url, 'lured@example.com');
      const { socket } = await listen(client);
      socket.close();
      const cookie = client.cookies();
      expect(await refusalOf('/live', { cookie, origin: 'https://evil.example' })).toBe(403);
      expect(await refusalOf('/live', { cookie })).toBe(403);
      for (const path of ['/', '/auth/me', '/live/', '/livez', '//live'])
        expect([path, await refusalOf(path, { cookie, origin: url })]).toEqual([path, 404]);
    });

    it('end for whoever talks', async () => {
      const { socket, closed } = await listen(boss);
      socket.send('{"type":"approved"}');
      expect(await closed).toBe(1008);
    });

    it('end with the server, which waits for nobody who does not say goodbye', async () => {
      // A raw upgrade asks once: its token must not have expired on the way.
      const ending = await startApp(app, folder.path, { ...settings, ACCESS_LIFETIME: '15m' });
      const client = await register(ending.url, 'stays@example.com');
      const polite = await listen(client, ending.url);
      const upgrade = get(`${ending.url}/live`, {
        headers: {
          ...{ cookie: client.cookies(), origin: ending.url, connection: 'Upgrade', upgrade: 'websocket' },
          ...{ 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' },
        },
      });
      const [, rude] = await once(upgrade, 'upgrade');
      rude.on('error', () => {});
      expect(await ending.stop()).toBe(0);
      expect(await polite.closed).toBe(1001);
      rude.destroy();
    });
  });
}

/** The status of the answer to an upgrade: 101 where it is one. */
function answerTo(socket: WebSocket): Promise<number | undefined> {
  return new Promise((resolve) => {
    socket.once('open', () => resolve(101));
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode));
  });
}
