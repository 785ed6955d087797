import assert from 'node:assert/strict';
import type { SessionStore } from '../../../stores/session-store.js';
import type { TestClock } from '../../test-clock.js';
import type { StoreChapter } from '../store-case.js';
import { ada, createSession, listIds, presentation, raising, sessionIdOf } from './session-fixtures.js';

const many = 10_000;
const labels = Array.from({ length: many }, (_, index) => `s${index}`);

/** A hundred to an instant, so that pages break inside instants too. */
async function createMany(sessions: SessionStore, clock: TestClock): Promise<void> {
  for (let start = 0; start < many; start += 100) {
    const batch = labels.slice(start, start + 100);
    await Promise.all(batch.map((label) => createSession(sessions, label, { maxSessions: many + 1 })));
    clock.advance(1);
  }
}

/** No method has a hidden limit. */
export const bulkChapter: StoreChapter = {
  name: 'a user with 10,000 sessions',
  cases: [
    {
      name: 'is listed without ghosts or omissions, signed out in one step, and cleaned up',
      async run({ stores: { sessions }, clock }) {
        await createMany(sessions, clock);
        const ids = await listIds(sessions, ada, 997);
        assert.equal(ids.length, many);
        assert.deepEqual(new Set(ids), new Set(labels.map(sessionIdOf)));

        assert.equal(await sessions.endAll({ ...ada, ...raising('c1') }), 1);
        assert.deepEqual(await listIds(sessions), []);
        for (const label of ['s0', 's5000', `s${many - 1}`]) {
          assert.deepEqual(await sessions.rotate(presentation(label, 0)), { kind: 'invalid' });
        }

        clock.advance(365 * 86_400_000);
        assert.equal(await sessions.deleteExpired(many - 1), many - 1);
        assert.equal(await sessions.deleteExpired(many), 1);
      },
    },
  ],
};
