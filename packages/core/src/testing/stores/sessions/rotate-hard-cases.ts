import assert from 'node:assert/strict';
import type { StoreChapter } from '../store-case.js';
import {
  ada,
  bob,
  createSession,
  ending,
  hardRotation,
  listIds,
  presentation,
  raising,
  secretOf,
  sessionIdOf,
  windows,
} from './session-fixtures.js';

/** A change of rights gives a new token and voids every older one. */
export const rotateHardChapter: StoreChapter = {
  name: 'rotateHard',
  cases: [
    {
      name: 'moves the session to the new secret and leaves the proof alone',
      async run({ stores: { sessions }, clock }) {
        const before = await createSession(sessions, 'phone');
        clock.advance(5);
        const now = new Date(clock.now());
        const after = await sessions.rotateHard(hardRotation('phone'));
        assert.deepEqual(after, {
          ...before,
          ...secretOf('hard'),
          generation: 1,
          rotatedAt: now,
          hardRotatedAt: now,
          lastSeenAt: now,
          idleExpiresAt: new Date(clock.now() + before.idleLifetimeMs),
        });
        assert.deepEqual(await sessions.find(ada.tenantId, before.id), after);
      },
    },
    {
      name: 'a fresh proof sets amr and the time of it',
      async run({ stores: { sessions }, clock }) {
        await createSession(sessions, 'phone');
        clock.advance(5);
        const after = await sessions.rotateHard({ ...hardRotation('phone'), amr: ['pwd', 'otp'] });
        assert.deepEqual(after?.amr, ['pwd', 'otp']);
        assert.equal(after?.authTime.getTime(), clock.now());
      },
    },
    {
      name: 'without endsOthers the other sessions stay',
      async run({ stores: { sessions } }) {
        for (const label of ['phone', 'laptop']) await createSession(sessions, label);
        await sessions.rotateHard(hardRotation('phone'));
        assert.equal((await listIds(sessions)).length, 2);
        assert.equal((await sessions.readEpochs(ada)).userEpoch, 0);
      },
    },
    {
      name: 'with endsOthers only this session of this user lives on',
      async run({ stores: { sessions } }) {
        for (const label of ['phone', 'laptop', 'tablet']) await createSession(sessions, label);
        await createSession(sessions, 'of bob', bob);
        const kept = await sessions.rotateHard(hardRotation('phone', 'hard', true));
        assert.equal(kept?.userEpoch, 1);
        assert.deepEqual(await listIds(sessions), [sessionIdOf('phone')]);
        assert.equal((await listIds(sessions, bob)).length, 1);
        assert.deepEqual(await sessions.readEpochs(ada), { userEpoch: 1, tenantEpoch: 0 });
        assert.deepEqual(await sessions.rotate(presentation('laptop', 0)), { kind: 'invalid' });
      },
    },
    {
      name: 'never lets the idle expiry outlive the absolute one',
      async run({ stores: { sessions }, clock }) {
        const { absoluteExpiresAt } = await createSession(sessions, 'phone', { absoluteLifetimeMs: 1000 });
        clock.advance(999);
        const after = await sessions.rotateHard(hardRotation('phone'));
        assert.deepEqual(after?.idleExpiresAt, absoluteExpiresAt);
      },
    },
    {
      name: 'a dead session is not revived, and nothing else changes',
      async run({ stores: { sessions }, clock }) {
        await createSession(sessions, 'overtaken');
        await sessions.endAll({ ...ada, ...raising('c1') });
        const expectedEpochs = { userEpoch: 1, tenantEpoch: 0 };
        await createSession(sessions, 'ended', { expectedEpochs });
        await sessions.end(ending('ended'));
        await createSession(sessions, 'idle', { expectedEpochs, idleLifetimeMs: 1000 });
        clock.advance(1000);
        for (const label of ['overtaken', 'ended', 'idle']) {
          const before = await sessions.find(ada.tenantId, sessionIdOf(label));
          assert.equal(await sessions.rotateHard(hardRotation(label, label, true)), null, label);
          assert.deepEqual(await sessions.find(ada.tenantId, sessionIdOf(label)), before);
        }
        assert.deepEqual(await sessions.readEpochs(ada), expectedEpochs);
      },
    },
    {
      name: 'no token from before ever yields a token again',
      async run({ stores: { sessions }, clock }) {
        await createSession(sessions, 'phone');
        clock.advance(windows.floorMs);
        await sessions.rotate(presentation('phone', 0));
        await sessions.rotateHard(hardRotation('phone'));
        for (const generation of [0, 1]) {
          const { kind } = await sessions.rotate(presentation('phone', generation, { next: secretOf('x') }));
          assert.equal(kind, 'superseded');
        }
      },
    },
  ],
};
