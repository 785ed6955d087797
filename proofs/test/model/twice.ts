import assert from 'node:assert/strict';
import type { Stores } from '@tessera-auth/core/stores';
import { withStores } from './unreliable-stores.js';

/** What may be said once only; see the contract of the session store. */
const saidOnce = new Set(['reuse', 'fork']);

/**
 * Stores that run every command twice, as a driver does that sends it again after a lost reply, and insist that the second
 * answer is the first.
 *
 * A theft is found once and the session is ended from then on; a session that is created again is on a known device, one that
 * is ended again is not live; and there is nothing left to delete.
 */
export function runTwice(stores: Stores): Stores {
  const { sessions } = stores;
  const twice =
    <Command, Answer>(run: (command: Command) => Promise<Answer>) =>
    async (command: Command): Promise<Answer> => {
      const first = await run(command);
      assert.deepEqual(await run(command), first);
      return first;
    };
  return withStores(stores, {
    sessions: {
      ...sessions,
      readEpochs: twice(sessions.readEpochs),
      rotateHard: twice(sessions.rotateHard),
      endOthers: twice(sessions.endOthers),
      endAll: twice(sessions.endAll),
      endTenant: twice(sessions.endTenant),
      async end(command) {
        const first = await sessions.end(command);
        const again = await sessions.end(command);
        assert.deepEqual(again, first && { ...first, wasLive: false });
        return first;
      },
      async create(command) {
        const first = await sessions.create(command);
        const again = await sessions.create(command);
        if (first.kind === 'created' && again.kind === 'created')
          assert.deepEqual(again.session, first.session);
        assert.equal(again.kind, first.kind);
        return first;
      },
      async rotate(command) {
        const first = await sessions.rotate(command);
        const again = await sessions.rotate(command);
        assert.deepEqual(again, saidOnce.has(first.kind) ? { kind: 'invalid' } : first);
        return first;
      },
    },
  });
}
