import assert from 'node:assert/strict';
import type { BindingCase, BindingChapter } from '../binding-case.js';
import { password, startAuthApp } from './auth-app.js';

const hourMs = 3_600_000;

const cases: readonly BindingCase[] = [
  {
    name: 'while the stores are away everything is 503 with Retry-After, and nobody is signed out',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register('ada@example.com');
      const expired = await app.register('bob@example.com');
      for (const { afterMs, user } of [
        { afterMs: 0, user: browser },
        { afterMs: hourMs, user: expired },
      ]) {
        app.clock.advance(afterMs);
        const before = new Map(user.cookies);
        app.loseStores(true);
        for (const answer of [
          await user.get('/page'),
          await user.post('/page'),
          await user.get('/auth/me'),
          await user.get('/auth/sessions'),
          await user.post('/auth/refresh', {}),
          await user.post('/auth/logout'),
          await user.post('/auth/login', { email: 'ada@example.com', password }),
          await user.get('/readyz'),
        ]) {
          assert.deepEqual([answer.status, answer.json().code], [503, 'store_unavailable']);
          assert.match(answer.headers['retry-after'] ?? '', /^[1-9]\d*$/);
          assert.deepEqual(answer.cookies, ['app=1']);
          assert.ok(!answer.text.includes('connection refused'));
        }
        assert.equal((await user.get('/livez')).status, 200);
        app.loseStores(false);
        assert.deepEqual(user.cookies, before);
        assert.equal((await user.get('/page')).status, 200);
      }
    },
  },
];

/** Stores that cannot be reached. */
export const outageChapter: BindingChapter = { name: 'the real routes: outages', cases };
