import assert from 'node:assert/strict';
import type { StoreChapter } from '../store-case.js';
import {
  ada,
  bob,
  createSession,
  ending,
  listIds,
  otherAda,
  raising,
  sessionIdOf,
} from './session-fixtures.js';

/** Lists hold the live sessions of one user: no ghosts, no omissions. */
export const listChapter: StoreChapter = {
  name: 'list',
  cases: [
    {
      name: 'newest first, equal instants by id',
      async run({ stores: { sessions }, clock }) {
        await createSession(sessions, 'old');
        clock.advance(1);
        for (const label of ['x', 'y', 'z']) await createSession(sessions, label);
        const twins = ['x', 'y', 'z'].map(sessionIdOf).sort();
        assert.deepEqual(await listIds(sessions), [...twins, sessionIdOf('old')]);
      },
    },
    {
      name: 'pages join without gap or overlap, also inside one instant',
      async run({ stores: { sessions }, clock }) {
        for (let index = 0; index < 11; index++) {
          await createSession(sessions, `s${index}`);
          if (index % 4 === 0) clock.advance(1);
        }
        const whole = await listIds(sessions, ada, 100);
        assert.equal(new Set(whole).size, 11);
        for (const limit of [1, 2, 3, 10, 11, 12]) {
          assert.deepEqual(await listIds(sessions, ada, limit), whole, `pages of ${limit}`);
        }
      },
    },
    {
      name: 'the last page has no next, also when it is exactly full',
      async run({ stores: { sessions } }) {
        for (const label of ['a', 'b']) await createSession(sessions, label);
        assert.equal((await sessions.list(ada, { limit: 2, after: null })).next, null);
        const { next, sessions: first } = await sessions.list(ada, { limit: 1, after: null });
        assert.deepEqual(next, { createdAt: first[0]?.createdAt, id: first[0]?.id });
      },
    },
    {
      name: 'a page may begin at any instant',
      async run({ stores: { sessions } }) {
        await createSession(sessions, 'a');
        const listFrom = async (createdAt: Date) => {
          const page = await sessions.list(ada, { limit: 1, after: { createdAt, id: '' } });
          return page.sessions.map(({ id }) => id);
        };
        // Cursors come from clients, and the last instant that a Date holds is in a year of six digits.
        for (const ms of [8.64e15, 999_999_999_999_999, 253_402_300_800_000]) {
          assert.deepEqual(await listFrom(new Date(ms)), [sessionIdOf('a')], String(ms));
        }
        assert.deepEqual(await listFrom(new Date(0)), []);
      },
    },
    {
      name: 'a session that ends between two pages neither hides nor repeats another',
      async run({ stores: { sessions }, clock }) {
        for (const label of ['a', 'b', 'c', 'd']) {
          await createSession(sessions, label);
          clock.advance(1);
        }
        const first = await sessions.list(ada, { limit: 2, after: null });
        await sessions.end(ending('d'));
        await sessions.end(ending('c'));
        const second = await sessions.list(ada, { limit: 2, after: first.next });
        assert.deepEqual(
          second.sessions.map(({ id }) => id),
          ['b', 'a'].map(sessionIdOf),
        );
      },
    },
    {
      name: 'ended, expired and overtaken sessions and those of others are not listed',
      async run({ stores: { sessions }, clock }) {
        await createSession(sessions, 'overtaken');
        await sessions.endAll({ ...ada, ...raising('c1') });
        const expectedEpochs = { userEpoch: 1, tenantEpoch: 0 };
        await createSession(sessions, 'ended', { expectedEpochs });
        await sessions.end(ending('ended'));
        await createSession(sessions, 'idle', { expectedEpochs, idleLifetimeMs: 1000 });
        await createSession(sessions, 'old', { expectedEpochs, absoluteLifetimeMs: 1000 });
        await createSession(sessions, 'live', { expectedEpochs });
        await createSession(sessions, 'of bob', bob);
        await createSession(sessions, 'elsewhere', otherAda);
        clock.advance(999);
        assert.equal((await listIds(sessions)).length, 3);
        clock.advance(1);
        assert.deepEqual(await listIds(sessions), [sessionIdOf('live')]);
      },
    },
  ],
};
