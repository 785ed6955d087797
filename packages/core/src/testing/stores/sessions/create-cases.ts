import assert from 'node:assert/strict';
import type { StoreChapter } from '../store-case.js';
import {
  ada,
  bob,
  createSession,
  ending,
  lifetimes,
  listIds,
  newSession,
  otherAda,
  presentation,
  raising,
  sessionIdFor,
  sessionIdOf,
} from './session-fixtures.js';

/** What creating a session decides: epochs, the cap, and whether the device is new. */
export const createChapter: StoreChapter = {
  name: 'create',
  cases: [
    {
      name: 'creates nothing when the user epoch moved since it was read',
      async run({ stores: { sessions } }) {
        await sessions.endAll({ ...ada, ...raising('c1') });
        assert.deepEqual(await sessions.create(newSession('phone')), { kind: 'epoch_moved' });
        assert.equal(await sessions.find(ada.tenantId, sessionIdOf('phone')), null);
      },
    },
    {
      name: 'creates nothing when the tenant epoch moved since it was read',
      async run({ stores: { sessions } }) {
        await sessions.endTenant({ tenantId: ada.tenantId, ...raising('c1') });
        assert.deepEqual(await sessions.create(newSession('phone')), { kind: 'epoch_moved' });
        assert.deepEqual(await listIds(sessions), []);
      },
    },
    {
      name: 'stamps the session with the epochs that were read',
      async run({ stores: { sessions } }) {
        await sessions.endAll({ ...ada, ...raising('c1') });
        await sessions.endAll({ ...ada, ...raising('c2') });
        await sessions.endTenant({ tenantId: ada.tenantId, ...raising('c3') });
        const expectedEpochs = await sessions.readEpochs(ada);
        assert.deepEqual(expectedEpochs, { userEpoch: 2, tenantEpoch: 1 });
        const { userEpoch, tenantEpoch } = await createSession(sessions, 'phone', { expectedEpochs });
        assert.deepEqual({ userEpoch, tenantEpoch }, expectedEpochs);
        assert.deepEqual(await listIds(sessions), [sessionIdOf('phone')]);
      },
    },
    {
      name: 'the idle expiry never lies behind the absolute one',
      async run({ stores: { sessions }, clock }) {
        const session = await createSession(sessions, 'short', { absoluteLifetimeMs: 1000 });
        assert.equal(session.absoluteExpiresAt.getTime(), clock.now() + 1000);
        assert.equal(session.idleExpiresAt.getTime(), clock.now() + 1000);
        assert.equal(session.idleLifetimeMs, lifetimes.idleLifetimeMs);
      },
    },
    {
      name: 'at the cap the least recently seen makes room, and says so',
      async run({ stores: { sessions }, clock }) {
        for (const label of ['oldest', 'middle', 'newest']) {
          await createSession(sessions, label);
          clock.advance(60_000);
        }
        // Seen again, the oldest is no longer the one to go.
        await sessions.rotate(presentation('oldest', 0));
        const outcome = await sessions.create(newSession('fourth', { maxSessions: 3 }));
        assert.ok(outcome.kind === 'created');
        assert.deepEqual(outcome.endedSessionIds, [sessionIdOf('middle')]);
        const ended = await sessions.find(ada.tenantId, sessionIdOf('middle'));
        assert.equal(ended?.endReason, 'session_cap');
        assert.equal(ended?.endedAt?.getTime(), clock.now());
        assert.deepEqual(
          (await listIds(sessions)).sort(),
          ['oldest', 'newest', 'fourth'].map(sessionIdOf).sort(),
        );
      },
    },
    {
      name: 'sessions seen at the same instant make room in the order of their ids',
      async run({ stores: { sessions } }) {
        for (const label of ['a', 'b', 'c']) await createSession(sessions, label);
        const ids = ['a', 'b', 'c'].map(sessionIdOf).sort();
        const outcome = await sessions.create(newSession('d', { maxSessions: 2 }));
        assert.ok(outcome.kind === 'created');
        assert.deepEqual([...outcome.endedSessionIds].sort(), ids.slice(1));
      },
    },
    {
      name: 'a lowered cap is reached at once, and a cap of one leaves one',
      async run({ stores: { sessions } }) {
        for (const label of ['a', 'b', 'c', 'd']) await createSession(sessions, label);
        const outcome = await sessions.create(newSession('e', { maxSessions: 1 }));
        assert.ok(outcome.kind === 'created');
        assert.equal(outcome.endedSessionIds.length, 4);
        assert.deepEqual(await listIds(sessions), [sessionIdOf('e')]);
      },
    },
    {
      name: 'dead sessions and those of other users do not count towards the cap',
      async run({ stores: { sessions }, clock }) {
        await createSession(sessions, 'idle', { idleLifetimeMs: 1000 });
        clock.advance(1000);
        await createSession(sessions, 'ended');
        await sessions.end(ending('ended'));
        await createSession(sessions, 'of bob', bob);
        await createSession(sessions, 'elsewhere', otherAda);
        await createSession(sessions, 'live');
        const outcome = await sessions.create(newSession('new', { maxSessions: 2 }));
        assert.ok(outcome.kind === 'created');
        assert.deepEqual(outcome.endedSessionIds, []);
        assert.deepEqual(await listIds(sessions, bob), [sessionIdFor(bob, 'of bob')]);
        assert.deepEqual(await listIds(sessions, otherAda), [sessionIdFor(otherAda, 'elsewhere')]);
      },
    },
    {
      name: 'a device is new until any session of the user, even an ended one, came from it',
      async run({ stores: { sessions } }) {
        const isNew = async (label: string, change: Parameters<typeof newSession>[1] = {}) => {
          const outcome = await sessions.create(newSession(label, change));
          assert.ok(outcome.kind === 'created');
          return outcome.isNewDevice;
        };
        assert.equal(await isNew('first'), true);
        await sessions.end(ending('first'));
        assert.equal(await isNew('again'), false);
        assert.equal(await isNew('other os', { os: 'Android' }), true);
        assert.equal(await isNew('other browser', { browser: 'Firefox' }), true);
        assert.equal(await isNew('unknown device', { device: null }), true);
        assert.equal(await isNew('unknown device again', { device: null }), false);
        assert.equal(await isNew('of bob', bob), true);
        assert.equal(await isNew('elsewhere', otherAda), true);
      },
    },
  ],
};
