import type { Guard } from '@tessera-auth/core/http';
import { allowing, identityOf, refusing } from '@tessera-auth/core/testing';
import { protect } from '@tessera-auth/express';
import { type RequestHandler, Router } from 'express';
import { describe, expect, it } from 'vitest';
import { startApp } from './support/start-app.js';

const whoAmI: RequestHandler = (req, res) => {
  res.json(req.auth.userId);
};

describe('protect', () => {
  it('goes on within the same call when the guard answers without a promise', async () => {
    const client = await startApp((app) => {
      app.get('/', (req, res) => {
        const order: string[] = [];
        protect(allowing('ada'))(req, res, () => order.push('next'));
        order.push('returned');
        res.json(order);
      });
    });
    expect((await client.send({ path: '/' })).json()).toEqual(['next', 'returned']);
  });

  it('hands the very identity of the verdict on', async () => {
    const identity = identityOf('ada');
    const guard: Guard = () => ({ isAllowed: true, identity, cookies: [] });
    const client = await startApp((app) => {
      app.get('/', protect(guard), (req, res) => {
        res.json(req.auth === identity);
      });
    });
    expect((await client.send({ path: '/' })).json()).toBe(true);
  });

  it('holds for a router and the routers in it, and for nothing beside it', async () => {
    const inner = Router().get('/page', whoAmI);
    const client = await startApp((app) => {
      app.use('/shut', Router().use(protect(refusing)).use('/inner', inner));
      app.use(
        '/open',
        Router()
          .use(protect(allowing('ada')))
          .use('/inner', inner),
      );
      app.get('/beside', (req, res) => {
        res.json(req.auth === undefined);
      });
    });
    expect((await client.send({ path: '/shut/inner/page' })).status).toBe(403);
    expect((await client.send({ path: '/shut/nowhere' })).status).toBe(403);
    expect((await client.send({ path: '/open/inner/page' })).json()).toBe('ada');
    expect((await client.send({ path: '/beside' })).json()).toBe(true);
  });

  it('asks one guard after the other, and the last identity stands', async () => {
    const client = await startApp((app) => {
      app.get('/both', protect(allowing('ada')), protect(allowing('bob')), whoAmI);
      app.get('/none', protect(allowing('ada')), protect(refusing), whoAmI);
    });
    expect((await client.send({ path: '/both' })).json()).toBe('bob');
    expect((await client.send({ path: '/none' })).status).toBe(403);
  });

  it('keeps the cookies of all guards, in their order', async () => {
    const client = await startApp((app) => {
      app.get('/', protect(allowing('ada', ['a=1'])), protect(allowing('ada', ['b=2'])), (_req, res) => {
        res.writeHead(200, ['Set-Cookie', 'c=3', 'Set-Cookie', 'd=4', 'X-Odd', '1']).end();
      });
    });
    const answer = await client.send({ path: '/' });
    expect(answer.cookies).toEqual(['a=1', 'b=2', 'c=3', 'd=4']);
    expect(answer.headers['x-odd']).toBe('1');
  });

  it('keeps the cookies of a guard when the next one refuses', async () => {
    const client = await startApp((app) => {
      app.get('/', protect(allowing('ada', ['a=1'])), protect(refusing), whoAmI);
    });
    const answer = await client.send({ path: '/' });
    expect(answer.status).toBe(403);
    expect(answer.cookies).toEqual(['a=1', 'access=; Max-Age=0', 'refresh=; Max-Age=0']);
    expect(answer.headers['cache-control']).toBe('no-store');
  });
});
