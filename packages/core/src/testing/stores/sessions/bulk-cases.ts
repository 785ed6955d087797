import assert from 'node:assert/strict';
import type { SessionStore } from '../../../stores/session-store.js';
import type { TestClock } from '../../test-clock.js';
import type { StoreChapter } from '../store-case.js';
import { ada, createSession, listIds, presentation, raising, sessionIdOf } from './session-fixtures.js';

/** A hundred to an instant, so that pages break inside instants too. */
async function createMany(
  sessions: SessionStore,
  clock: TestClock,
  labels: readonly string[],
): Promise<void> {
  for (let start = 0; start < labels.length; start += 100) {
    const batch = labels.slice(start, start + 100);
    await Promise.all(
      batch.map((label) => createSession(sessions, label, { maxSessions: labels.length + 1 })),
    );
    clock.advance(1);
  }
}

/** No method has a hidden limit. @param count how many sessions the user has. */
export function bulkChapter(count: number): StoreChapter {
  const labels = Array.from({ length: count }, (_, index) => `s${index}`);
  return {
    name: 'a user with very many sessions',
    cases: [
      {
        name: 'is listed without ghosts or omissions, signed out in one step, and cleaned up',
        async run({ stores: { sessions }, clock }) {
          await createMany(sessions, clock, labels);
          const ids = await listIds(sessions, ada, 997);
          assert.equal(ids.length, count);
          assert.deepEqual(new Set(ids), new Set(labels.map(sessionIdOf)));

          assert.equal(await sessions.endAll({ ...ada, ...raising('c1') }), 1);
          assert.deepEqual(await listIds(sessions), []);
          for (const label of [labels.at(0), labels.at(count / 2), labels.at(-1)]) {
            assert.deepEqual(await sessions.rotate(presentation(label ?? '', 0)), { kind: 'invalid' });
          }

          clock.advance(365 * 86_400_000);
          assert.equal(await sessions.deleteExpired(count - 1), count - 1);
          assert.equal(await sessions.deleteExpired(count), 1);
        },
      },
    ],
  };
}
