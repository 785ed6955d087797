import type { Guard } from '@tessera-auth/core/http';
import { allowing, identityOf, later, refusing } from '@tessera-auth/core/testing';
import { protect } from '@tessera-auth/fastify';
import { fastify, type RouteHandlerMethod } from 'fastify';
import { describe, expect, it } from 'vitest';
import { startApp } from './support/start-app.js';

const whoAmI: RouteHandlerMethod = async ({ auth }) => ({ userId: auth.userId });

describe('protect', () => {
  it('goes on within the same call when the guard answers without a promise', async () => {
    const order: string[] = [];
    const client = await startApp((app) => {
      app.addHook('onRequest', function (request, reply, done) {
        protect(allowing('ada')).call(this, request, reply, () => order.push('done'));
        order.push('returned');
        done();
      });
      app.get('/', async () => order);
    });
    expect((await client.send({ path: '/' })).json()).toEqual(['done', 'returned']);
  });

  it('hands the very identity of the verdict on', async () => {
    const identity = identityOf('ada');
    const guard: Guard = () => ({ isAllowed: true, identity, cookies: [] });
    const client = await startApp((app) => {
      app.get('/', { onRequest: protect(guard) }, async ({ auth }) => ({ isSame: auth === identity }));
    });
    expect((await client.send({ path: '/' })).json()).toEqual({ isSame: true });
  });

  it('holds as every hook before the handler, and for typed routes', async () => {
    const client = await startApp((app) => {
      for (const hook of ['onRequest', 'preValidation', 'preHandler'] as const) {
        app.get<{ Params: { id: string } }>(
          `/${hook}/:id`,
          { [hook]: protect(allowing('ada')) },
          async (request) => ({
            userId: request.auth.userId,
            id: request.params.id,
          }),
        );
        app.get(`/shut/${hook}`, { [hook]: [protect(allowing('ada')), protect(refusing)] }, whoAmI);
      }
    });
    for (const hook of ['onRequest', 'preValidation', 'preHandler']) {
      expect((await client.send({ path: `/${hook}/7` })).json()).toEqual({ userId: 'ada', id: '7' });
      expect((await client.send({ path: `/shut/${hook}` })).status).toBe(403);
    }
  });

  it('holds for a plugin and the plugins in it, and for nothing beside it', async () => {
    const client = await startApp((app) => {
      app.register(
        async (shut) => {
          shut.addHook('onRequest', protect(refusing));
          shut.register(async (inner) => inner.get('/page', whoAmI), { prefix: '/inner' });
        },
        { prefix: '/shut' },
      );
      app.register(async (open) => {
        open.addHook('preHandler', protect(allowing('ada')));
        open.get('/page', whoAmI);
      });
      app.get('/beside', async (request) => ({ isNobody: request.auth === undefined }));
    });
    expect((await client.send({ path: '/shut/inner/page' })).status).toBe(403);
    expect((await client.send({ path: '/page' })).json()).toEqual({ userId: 'ada' });
    expect((await client.send({ path: '/beside' })).json()).toEqual({ isNobody: true });
  });

  it('works beside a decorator that the app declared for speed', async () => {
    const client = await startApp((app) => {
      app.decorateRequest('auth');
      app.get('/', { onRequest: protect(allowing('ada')) }, whoAmI);
    });
    expect((await client.send({ path: '/' })).json()).toEqual({ userId: 'ada' });
  });

  it('does not run the page while hooks of the app hold a refusal back', async () => {
    let runs = 0;
    const client = await startApp((app) => {
      app.addHook('onSend', async (_request, _reply, payload) => {
        await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
        return payload;
      });
      for (const [path, guard] of [
        ['/shut', refusing],
        ['/shut-later', later(refusing)],
      ] as const) {
        app.get(path, { preHandler: protect(guard) }, async () => {
          runs += 1;
          return {};
        });
      }
    });
    expect((await client.send({ path: '/shut' })).status).toBe(403);
    expect((await client.send({ path: '/shut-later' })).status).toBe(403);
    expect(runs).toBe(0);
  });

  it("leaves a refusal as it stands, whatever the app's serializers are", async () => {
    const client = await startApp((app) => {
      app.setReplySerializer(() => '"serialized"');
      app.get('/', { onRequest: protect(refusing) }, whoAmI);
    });
    const answer = await client.send({ path: '/' });
    expect(answer.text).toBe('{"refused":true}');
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  });

  it('answers injected requests', async () => {
    const app = fastify();
    app.get('/', { onRequest: protect(allowing('ada', ['a=1'])) }, whoAmI);
    const answer = await app.inject('/');
    expect([answer.json(), answer.headers['set-cookie']]).toEqual([{ userId: 'ada' }, ['a=1']]);
    await app.close();
  });

  it('keeps the cookies of all guards, in their order, also when the last one refuses', async () => {
    const [first, second] = [protect(allowing('ada', ['a=1'])), protect(allowing('ada', ['b=2']))];
    const client = await startApp((app) => {
      app.get('/open', { onRequest: first, preHandler: second }, async (_request, reply) =>
        reply.headers({ 'set-cookie': ['c=3', 'd=4'] }).send({}),
      );
      app.get('/shut', { onRequest: [first, second], preHandler: protect(refusing) }, whoAmI);
    });
    expect((await client.send({ path: '/open' })).cookies).toEqual(['a=1', 'b=2', 'c=3', 'd=4']);
    const answer = await client.send({ path: '/shut' });
    expect(answer.status).toBe(403);
    expect(answer.cookies).toEqual(['a=1', 'b=2', 'access=; Max-Age=0', 'refresh=; Max-Age=0']);
    expect(answer.headers['cache-control']).toBe('no-store');
  });
});
