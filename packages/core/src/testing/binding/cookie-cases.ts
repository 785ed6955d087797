import assert from 'node:assert/strict';
import type { Guard } from '../../http/guard.js';
import type { BindingBench, BindingCase, BindingChapter, PageKind } from './binding-case.js';
import { allowing, later } from './binding-fixtures.js';
import type { TestAnswer } from './test-client.js';

/** What a session that is refreshed within the request sends along. */
const renewed = ['access=a2; Path=/; HttpOnly', 'refresh=r2; Path=/; HttpOnly'];

/** The answers of pages, with the cookies that must be on them. Losing one signs the user out. */
const answers: readonly {
  readonly kind: PageKind;
  readonly status: number;
  readonly cookies: readonly string[];
}[] = [
  { kind: 'identity', status: 200, cookies: [...renewed, 'app=1'] },
  { kind: 'cached', status: 200, cookies: [...renewed, 'app=1'] },
  { kind: 'cookie', status: 200, cookies: [...renewed, 'app=1', 'page=1'] },
  { kind: 'overwritten', status: 200, cookies: [...renewed, 'page=1'] },
  { kind: 'stream', status: 200, cookies: [...renewed, 'app=1'] },
  { kind: 'redirect', status: 302, cookies: [...renewed, 'app=1'] },
  { kind: 'empty', status: 204, cookies: [...renewed, 'app=1'] },
  { kind: 'broken', status: 500, cookies: [...renewed, 'app=1'] },
];

async function visit(
  { start }: BindingBench,
  kind: PageKind,
  guard: Guard,
  method = 'GET',
): Promise<TestAnswer> {
  const app = await start({ pages: [{ method: 'GET', path: '/page', kind, guard }] });
  return app.send({ method, path: '/page' });
}

const kept = answers.map(
  ({ kind, status, cookies }): BindingCase => ({
    name: `a guard's cookies are on an answer of kind "${kind}", before the app's, and no cache may keep it`,
    async run(bench) {
      const answer = await visit(bench, kind, allowing('ada', renewed));
      assert.equal(answer.status, status);
      assert.deepEqual(answer.cookies, cookies);
      assert.equal(answer.headers['cache-control'], 'no-store');
    },
  }),
);

const others: readonly BindingCase[] = [
  {
    name: "a guard's cookies are on an answer that the page writes past the framework",
    async run(bench) {
      const answer = await visit(bench, 'raw', allowing('ada', renewed));
      assert.deepEqual([answer.status, answer.text], [200, 'raw']);
      assert.deepEqual(answer.cookies.slice(0, 2), renewed);
      assert.equal(answer.cookies.at(-1), 'page=1');
      assert.equal(answer.headers['cache-control'], 'no-store');
    },
  },
  {
    name: 'the cookies of a guard that answers later are there too, and on HEAD',
    async run(bench) {
      assert.deepEqual((await visit(bench, 'identity', later(allowing('ada', renewed)))).cookies, [
        ...renewed,
        'app=1',
      ]);
      assert.deepEqual((await visit(bench, 'identity', allowing('ada', renewed), 'HEAD')).cookies, [
        ...renewed,
        'app=1',
      ]);
    },
  },
  {
    name: "without cookies of a guard the answer is the page's own",
    async run(bench) {
      const answer = await visit(bench, 'cached', allowing('ada'));
      assert.deepEqual(answer.cookies, ['app=1']);
      assert.equal(answer.headers['cache-control'], 'public, max-age=60');
    },
  },
];

/** Cookies that a guard sets on the app's answers. */
export const cookieChapter: BindingChapter = { name: 'cookies of guards', cases: [...kept, ...others] };
