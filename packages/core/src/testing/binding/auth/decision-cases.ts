import assert from 'node:assert/strict';
import type { BindingCase, BindingChapter } from '../binding-case.js';
import type { TestAnswer } from '../test-client.js';
import { startAuthApp } from './auth-app.js';

function assertWithheld(answer: TestAnswer): void {
  assert.equal(answer.status, 500);
  assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
  const { requestId, ...problem } = answer.json();
  assert.equal(answer.headers['x-request-id'], requestId);
  assert.deepEqual(problem, {
    type: 'urn:tessera-auth:problem:decision_missing',
    title: 'Internal Server Error',
    status: 500,
    code: 'decision_missing',
  });
}

const cases: readonly BindingCase[] = [
  {
    name: 'an answer that nobody has decided about is withheld, and the app hears which route it was',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register('ada@example.com');
      const answer = await browser.get('/area/forgotten?q=planted');
      assertWithheld(answer);
      assert.deepEqual(answer.cookies, ['app=1']);
      const [failure] = app.failures;
      assert.deepEqual([failure?.method, failure?.route], ['GET', '/area/forgotten']);
      assert.equal(failure?.failure, 'decision_missing');
      assert.equal(failure?.requestId, answer.json().requestId);
      assert.equal(JSON.stringify(app.failures).includes('planted'), false);
    },
  },
  {
    name: 'an answer is sent where a guard has decided, or the handler has asked what the user may',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register('ada@example.com');
      for (const path of ['/area/asked', '/area/role', '/area/permission'])
        assert.equal((await browser.get(path)).status, 200, path);
      assert.deepEqual(app.failures, []);
    },
  },
  {
    name: 'refusals of guards are sent as they are, a redirect too',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register('ada@example.com');
      assert.equal((await browser.get('/area/bosses')).json().code, 'permission_denied');
      const away = await browser.get('/area/away');
      assert.deepEqual([away.status, away.headers.location], [303, '/elsewhere']);
      assert.equal((await app.openBrowser().get('/area/asked')).status, 401);
      assert.deepEqual(app.failures, []);
    },
  },
  {
    name: 'a session that was renewed on the way is not lost with an answer that is withheld',
    async run(bench) {
      const app = await startAuthApp(bench);
      const browser = await app.register('ada@example.com');
      const before = browser.cookies.get('__Host-refresh');
      app.clock.advance(3_600_000);
      assertWithheld(await browser.get('/area/forgotten'));
      assert.notEqual(browser.cookies.get('__Host-refresh'), before);
      // Both guards renew it here.
      for (const path of ['/area/role', '/page']) {
        app.clock.advance(3_600_000);
        assert.equal((await browser.get(path)).status, 200);
      }
      app.clock.advance(60_000);
      assert.equal((await browser.get('/page')).status, 200);
    },
  },
];

/** An area behind `requireDecision`. */
export const decisionChapter: BindingChapter = { name: 'areas where handlers decide', cases };
