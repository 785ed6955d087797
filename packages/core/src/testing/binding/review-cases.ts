import assert from 'node:assert/strict';
import type { Guard, Review } from '../../http/guard.js';
import { respondJson } from '../../http/response.js';
import type { BindingCase, BindingChapter, PageKind } from './binding-case.js';
import { allowing, identityOf, later } from './binding-fixtures.js';

/** What a session that is refreshed within the request sends along. */
const renewed = ['access=a2; Path=/; HttpOnly', 'refresh=r2; Path=/; HttpOnly'];

const withheld = '{"withheld":true}';

/** Withholds what is no failure already. */
const withhold: Review = (status) =>
  status >= 400
    ? null
    : respondJson(
        500,
        { withheld: true },
        { headers: { 'content-type': 'application/problem+json; charset=utf-8', 'x-reason': 'review' } },
      );

/** A guard whose verdict has a review, cookies and a header. */
function reviewing(review: Review): Guard {
  const headers = { 'x-guard': 'yes' };
  return () => ({ isAllowed: true, identity: identityOf('ada'), cookies: renewed, headers, review });
}

const page = (kind: PageKind, guard: Guard) => ({ method: 'GET', path: '/pages/:id', kind, guard }) as const;

/** Every way to answer, with the status that the review is told. */
const kinds: readonly (readonly [PageKind, number])[] = [
  ...(['identity', 'open', 'echo', 'cookie', 'overwritten', 'cached', 'stream'] as const).map(
    (kind) => [kind, 200] as const,
  ),
  ...([
    ['redirect', 302],
    ['empty', 204],
    ['raw', 200],
  ] as const),
];

const replaced = kinds.map(
  ([kind]): BindingCase => ({
    name: `an answer of kind "${kind}" is replaced whole, and only what guards have set stays`,
    async run({ start }) {
      const app = await start({ pages: [page(kind, reviewing(withhold))] });
      const answer = await app.send({ path: '/pages/7' });
      assert.deepEqual([answer.status, answer.text], [500, withheld]);
      const { headers } = answer;
      assert.equal(headers['content-type'], 'application/problem+json; charset=utf-8');
      assert.equal(headers['content-length'], String(withheld.length));
      assert.deepEqual([headers['x-guard'], headers['x-reason']], ['yes', 'review']);
      assert.equal(headers['cache-control'], 'no-store');
      assert.deepEqual([headers.etag, headers.location], [undefined, undefined]);
      assert.deepEqual(answer.cookies, [...renewed, 'app=1']);
    },
  }),
);

const untouched = kinds.map(
  ([kind]): BindingCase => ({
    name: `an answer of kind "${kind}" that may go is the same as without a review`,
    async run({ start }) {
      const app = await start({
        pages: [
          page(kind, allowing('ada')),
          { ...page(kind, () => ({ ...plain, review: () => null })), path: '/reviewed/:id' },
        ],
      });
      const [without, reviewed] = [
        await app.send({ path: '/pages/7' }),
        await app.send({ path: '/reviewed/7' }),
      ];
      assert.deepEqual([reviewed.status, reviewed.text], [without.status, without.text]);
      assert.deepEqual({ ...reviewed.headers, date: '' }, { ...without.headers, date: '' });
    },
  }),
);

const plain = { isAllowed: true, identity: identityOf('ada'), cookies: [] } as const;

const told = [...kinds, ['broken', 500] as const].map(
  ([kind, status]): BindingCase => ({
    name: `a review is told status and route of an answer of kind "${kind}"`,
    async run({ start }) {
      const seen: unknown[] = [];
      const review: Review = (...given) => {
        seen.push(given);
        return null;
      };
      const app = await start({ pages: [page(kind, reviewing(review))] });
      await app.send({ path: '/pages/7?secret=1' });
      assert.deepEqual(seen.at(-1), [status, '/pages/:id']);
    },
  }),
);

const others: readonly BindingCase[] = [
  {
    name: 'the review of a guard that answers later looks too, and on HEAD',
    async run({ start }) {
      const app = await start({ pages: [page('open', later(reviewing(withhold)))] });
      assert.equal((await app.send({ path: '/pages/7' })).text, withheld);
      const head = await app.send({ method: 'HEAD', path: '/pages/7' });
      assert.deepEqual([head.status, head.text], [500, '']);
      assert.deepEqual(head.cookies, [...renewed, 'app=1']);
    },
  },
  {
    name: 'a failure that a review lets go is that of the app',
    async run({ start }) {
      const app = await start({ pages: [page('broken', reviewing(withhold))] });
      const answer = await app.send({ path: '/pages/7' });
      assert.deepEqual([answer.status, answer.json()], [500, { caught: 'page broke' }]);
    },
  },
  ...(['open', 'overwritten', 'stream', 'raw'] as const).map(
    (kind): BindingCase => ({
      name: `a review of a guard of the whole area replaces an answer of kind "${kind}", and what later guards have set stays`,
      async run({ start }) {
        const guard: Guard = () => ({ ...plain, cookies: ['late=1'], headers: { 'x-late': 'yes' } });
        const app = await start({ pages: [{ ...page(kind, guard), area: reviewing(withhold) }] });
        const answer = await app.send({ path: '/pages/7' });
        assert.deepEqual([answer.status, answer.text], [500, withheld]);
        assert.deepEqual(answer.cookies, [...renewed, 'late=1', 'app=1']);
        assert.deepEqual([answer.headers['x-guard'], answer.headers['x-late']], ['yes', 'yes']);
      },
    }),
  ),
];

/** Guards that have the last word on the app's answer. */
export const reviewChapter: BindingChapter = {
  name: 'reviews of answers',
  cases: [...replaced, ...untouched, ...told, ...others],
};
