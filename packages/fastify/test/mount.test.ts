import { once } from 'node:events';
import { connect } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createGunzip, gzipSync } from 'node:zlib';
import { maxBodyBytes } from '@tessera-auth/core/http';
import { allowing, createEchoTable, echoRequest, jsonRequest } from '@tessera-auth/core/testing';
import { mount, protect } from '@tessera-auth/fastify';
import { fastify } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startApp } from './support/start-app.js';

const { routes } = createEchoTable();
const hello = echoRequest('hello');

describe('mount', () => {
  it('refuses a table in which a line is there twice', () => {
    expect(() => mount([...routes, ...routes])).toThrow(
      new TypeError('routes: POST /auth/echo is there twice'),
    );
  });

  it('fails the start of an app that has a route of its own on a path of the table', async () => {
    const app = fastify();
    app.get('/auth/echo', async () => ({}));
    app.register(mount(routes));
    await expect(app.ready()).rejects.toMatchObject({ code: 'FST_ERR_DUPLICATED_ROUTE' });
  });

  it('answers under the prefixes of all plugins around it, with parameters and a slash at the end too', async () => {
    const client = await startApp((app) => {
      app.register(async (tenant) => tenant.register(mount(routes), { prefix: '/api' }), {
        prefix: '/t/:tenant',
      });
      app.register(mount(routes), { prefix: '/slash/' });
    });
    expect((await client.send({ ...hello, path: '/t/acme/api/auth/echo' })).json()).toEqual({
      text: 'hello',
    });
    expect((await client.send({ ...hello, path: '/slash/auth/echo' })).json()).toEqual({ text: 'hello' });
    expect((await client.send({ ...hello, path: '/t/acme/%61pi/auth/echo' })).status).toBe(404);
    expect((await client.send(hello)).status).toBe(404);
  });

  it('takes no other spelling of a path, however tolerant the router is', async () => {
    const tolerant = { caseSensitive: false, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true };
    const client = await startApp((app) => app.register(mount(routes)), {
      routerOptions: tolerant,
    });
    expect((await client.send(hello)).status).toBe(200);
    for (const path of [
      '/AUTH/echo',
      '/auth/echo/',
      '//auth/echo',
      '/auth//echo',
      '/auth/%65cho',
      '/auth/echo;x',
    ]) {
      expect((await client.send({ ...hello, path })).status, path).toBe(404);
    }
  });

  it("is not touched by the app's parsers, limits and serializers, and touches none of them", async () => {
    const client = await startApp(
      (app) => {
        app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
          done(null, { mine: String(body) }),
        );
        app.setReplySerializer((payload) => JSON.stringify({ payload }));
        app.register(mount(routes));
        app.post('/page', async ({ body }) => body);
        app.post('/text', async ({ body }) => ({ body }));
      },
      { bodyLimit: 20 },
    );
    const long = 'x'.repeat(100);
    expect((await client.send(echoRequest(long))).json()).toEqual({ text: long });
    expect((await client.send({ ...jsonRequest('/page'), body: '[]' })).json()).toEqual({
      payload: { mine: '[]' },
    });
    const text = { method: 'POST', path: '/text', headers: { 'content-type': 'text/plain' }, body: 'hi' };
    expect((await client.send(text)).json()).toEqual({ payload: { body: 'hi' } });
    expect((await client.send({ ...jsonRequest('/page'), body: `"${long}"` })).status).toBe(413);
  });

  it('limits what the app has unpacked, and survives what cannot be unpacked', async () => {
    const client = await startApp((app) => {
      app.addHook('preParsing', async (_request, _reply, payload) => payload.pipe(createGunzip()));
      app.register(mount(routes));
    });
    const send = (body: Buffer) => client.send({ ...jsonRequest(), body });
    expect((await send(gzipSync(hello.body))).json()).toEqual({ text: 'hello' });
    expect((await send(gzipSync('x'.repeat(maxBodyBytes * 100)))).status).toBe(413);
    const broken = gzipSync(`"${'x'.repeat(maxBodyBytes * 20)}"`);
    expect((await send(Buffer.concat([broken.subarray(0, -8), Buffer.alloc(8, 1)]))).status).toBe(413);
    expect((await send(Buffer.from('not packed'))).status).toBe(400);
    expect((await send(gzipSync(hello.body))).status).toBe(200);
  });

  it("hands what is not its own to the app's default error handler", async () => {
    const client = await startApp((app) =>
      app.register(
        mount(
          routes.map((route) => ({
            ...route,
            handle: () => {
              throw Object.assign(new Error('route broke'), { statusCode: 418 });
            },
          })),
        ),
      ),
    );
    const answer = await client.send(hello);
    expect([answer.status, answer.json().message]).toEqual([418, 'route broke']);
  });

  it('runs the hooks of the app', async () => {
    const client = await startApp((app) => {
      app.addHook('preHandler', async (_request, reply) => {
        reply.header('x-hook', 'yes');
      });
      app.register(mount(routes));
    });
    expect((await client.send(hello)).headers['x-hook']).toBe('yes');
  });

  it('tells the app of a body that breaks off, as the fault of the client', async () => {
    let fail: (error: unknown) => void = () => {};
    const failed = new Promise((resolve) => {
      fail = resolve;
    });
    const client = await startApp((app) => {
      app.addHook('onError', async (_request, _reply, error) => fail(error));
      app.register(mount(routes));
    });
    const started = client.begin({
      ...hello,
      headers: { ...jsonRequest().headers, 'content-length': '100' },
    });
    // The answer to this one proves that the head of the other has been read.
    await client.send(hello);
    await started.abort();
    expect(await failed).toMatchObject({
      statusCode: 400,
      message: 'The body ended before it was complete.',
    });
  });

  it('speaks HTTP/2, cookies of guards included', async () => {
    const app = fastify({ http2: true });
    app.register(mount(routes));
    app.get(
      '/page',
      { onRequest: protect(allowing('ada', ['a=1', 'b=2'])) },
      async ({ auth }) => auth.userId,
    );
    await app.listen({ port: 0, host: '127.0.0.1' });
    const session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
    onTestFinished(async () => {
      // Node 24 closes a server only once its sessions are gone, and a session only once its streams are.
      session.destroy();
      await app.close();
    });

    const page = session.request({ ':path': '/page' });
    const [head] = await once(page, 'response');
    expect([head[':status'], head['set-cookie'], head['cache-control']]).toEqual([
      200,
      ['a=1', 'b=2'],
      'no-store',
    ]);
    page.close();

    const echo = session.request({
      ':method': 'POST',
      ':path': '/auth/echo',
      'content-type': 'application/json',
    });
    echo.end(hello.body);
    expect((await once(echo, 'response'))[0][':status']).toBe(200);
    expect(await echo.setEncoding('utf8').toArray()).toEqual([hello.body]);
  });
});
