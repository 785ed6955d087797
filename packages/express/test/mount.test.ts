import { createEchoTable, echoRequest, jsonRequest } from '@tessera-auth/core/testing';
import { mount } from '@tessera-auth/express';
import express, { type RequestHandler, Router } from 'express';
import { describe, expect, it } from 'vitest';
import { startApp } from './support/start-app.js';

const { routes } = createEchoTable();
const hello = echoRequest('hello');

describe('mount', () => {
  it('refuses a table in which a line is there twice', () => {
    expect(() => mount([...routes, ...routes])).toThrow(
      new TypeError('routes: POST /auth/echo is there twice'),
    );
  });

  it('answers in routers in routers, also under a prefix with a parameter', async () => {
    const client = await startApp((app) => {
      app.use('/t/:tenant', Router().use('/api', Router().use(mount(routes))));
    });
    expect((await client.send({ ...hello, path: '/t/acme/api/auth/echo' })).json()).toEqual({
      text: 'hello',
    });
    expect((await client.send(hello)).status).toBe(404);
  });

  it('reads what parsers for text or bytes made of a JSON body', async () => {
    for (const parser of [express.text({ type: '*/*' }), express.raw({ type: '*/*' })]) {
      const client = await startApp((app) => app.use(parser, mount(routes)));
      expect((await client.send(hello)).json()).toEqual({ text: 'hello' });
      expect((await client.send({ ...hello, body: '{"text":"a","text":"b"}' })).status).toBe(400);
    }
  });

  it('takes a body that an older parser left as an empty object for an empty one', async () => {
    const older: RequestHandler = (req, _res, next) => {
      req.body = {};
      next();
    };
    const client = await startApp((app) => app.use(older, mount(routes)));
    expect((await client.send({ method: 'POST', path: '/auth/echo' })).status).toBe(415);
    expect((await client.send({ ...hello, body: '' })).status).toBe(422);
  });

  it('does not wait for a body that somebody else has read', async () => {
    const swallow: RequestHandler = (req, _res, next) => {
      req.resume().once('end', () => setImmediate(next));
    };
    const client = await startApp((app) => app.use(swallow, mount(routes)));
    expect((await client.send(hello)).status).toBe(422);
  });

  it('reads a body that somebody has paused', async () => {
    const pause: RequestHandler = (req, _res, next) => {
      req.pause();
      setImmediate(next);
    };
    const client = await startApp((app) => app.use(pause, mount(routes)));
    expect((await client.send(hello)).json()).toEqual({ text: 'hello' });
  });

  it('answers the absolute form of a target that proxies send (RFC 9112 §3.2.2)', async () => {
    const client = await startApp((app) => app.use(mount(routes)));
    expect((await client.send({ ...hello, path: 'http://app.example/auth/echo' })).status).toBe(200);
    expect((await client.send({ ...hello, path: 'http://app.example//auth/echo' })).status).toBe(404);
  });

  it('hands a body that breaks off to the error handler as the fault of the client', async () => {
    let fail: (error: unknown) => void = () => {};
    const failed = new Promise((resolve) => {
      fail = resolve;
    });
    const client = await startApp((app) => {
      app.use(mount(routes));
      app.use(((error, _req, res, _next) => {
        fail(error);
        res.end();
      }) satisfies express.ErrorRequestHandler);
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
});
