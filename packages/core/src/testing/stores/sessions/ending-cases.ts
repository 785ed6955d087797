import assert from 'node:assert/strict';
import type { StoreChapter } from '../store-case.js';
import {
  ada,
  bob,
  createSession,
  ending,
  hardRotation,
  listIds,
  otherAda,
  presentation,
  raising,
  sessionIdFor,
  sessionIdOf,
  windows,
} from './session-fixtures.js';

const invalid = { kind: 'invalid' };

/** Ending is absorbing, names one session or all of them, and reaches nobody else. */
export const endingChapter: StoreChapter = {
  name: 'end, endOthers, endAll, endTenant',
  cases: [
    {
      name: 'end keeps the record and says when and why',
      async run({ stores: { sessions }, clock }) {
        const before = await createSession(sessions, 'phone');
        clock.advance(5);
        const outcome = await sessions.end(ending('phone'));
        const session = { ...before, endedAt: new Date(clock.now()), endReason: 'signed_out' };
        assert.deepEqual(outcome, { session, wasLive: true });
        assert.deepEqual(await sessions.find(ada.tenantId, before.id), session);
      },
    },
    {
      name: 'the first ending stands: later ones do not change when or why',
      async run({ stores: { sessions }, clock }) {
        await createSession(sessions, 'phone');
        const session = (await sessions.end(ending('phone')))?.session;
        clock.advance(5);
        const later = await sessions.end({ ...ending('phone'), reason: 'user_disabled' });
        assert.deepEqual(later, { session, wasLive: false });
        assert.deepEqual(await sessions.find(ada.tenantId, sessionIdOf('phone')), session);
      },
    },
    {
      name: 'end tells a session that was over already, whatever ended it, from one that was live',
      async run({ stores: { sessions }, clock }) {
        const endings: Readonly<Record<string, () => unknown>> = {
          expired: () => clock.advance(windows.floorMs),
          stolen: () => sessions.rotate(presentation('stolen', 0, { secret: 'forged' })),
          everywhere: () => sessions.endAll({ ...ada, ...raising('c1') }),
          tenant: () => sessions.endTenant({ tenantId: ada.tenantId, ...raising('c2') }),
        };
        for (const [label, end] of Object.entries(endings)) {
          const expectedEpochs = await sessions.readEpochs(ada);
          await createSession(sessions, label, { expectedEpochs, idleLifetimeMs: windows.floorMs });
          await createSession(sessions, `beside ${label}`, { expectedEpochs });
          const isAlone = label === 'expired' || label === 'stolen';
          await end();
          assert.equal((await sessions.end(ending(label)))?.wasLive, false, label);
          assert.equal((await sessions.end(ending(`beside ${label}`)))?.wasLive, isAlone, label);
        }
      },
    },
    {
      name: 'no token of an ended session is judged again: invalid, never a theft',
      async run({ stores: { sessions }, clock }) {
        await createSession(sessions, 'phone');
        clock.advance(windows.floorMs);
        await sessions.rotate(presentation('phone', 0));
        const session = (await sessions.end(ending('phone')))?.session;
        clock.advance(windows.floorMs);
        for (const command of [
          presentation('phone', 0),
          presentation('phone', 1),
          presentation('phone', 1, { secret: 'forged' }),
          presentation('phone', 2),
        ]) {
          assert.deepEqual(await sessions.rotate(command), invalid);
        }
        assert.equal(await sessions.rotateHard(hardRotation('phone')), null);
        assert.deepEqual(await sessions.find(ada.tenantId, sessionIdOf('phone')), session);
      },
    },
    {
      name: 'a session that theft ended is invalid from then on',
      async run({ stores: { sessions } }) {
        await createSession(sessions, 'phone');
        const fork = await sessions.rotate(presentation('phone', 0, { secret: 'forged' }));
        assert.equal(fork.kind, 'fork');
        assert.deepEqual(await sessions.rotate(presentation('phone', 0)), invalid);
        assert.deepEqual(await listIds(sessions), []);
      },
    },
    {
      name: 'endAll leaves no live session of the user and touches nobody else',
      async run({ stores: { sessions }, clock }) {
        for (const label of ['phone', 'laptop']) await createSession(sessions, label);
        await createSession(sessions, 'of bob', bob);
        await createSession(sessions, 'elsewhere', otherAda);
        assert.equal(await sessions.endAll({ ...ada, ...raising('c1') }), 1);
        clock.advance(windows.floorMs);
        assert.deepEqual(await listIds(sessions), []);
        assert.deepEqual(await sessions.rotate(presentation('phone', 0)), invalid);
        assert.deepEqual(await sessions.rotate(presentation('phone', 0, { secret: 'forged' })), invalid);
        const ofBob = { ...bob, sessionId: sessionIdFor(bob, 'of bob') };
        assert.equal((await sessions.rotate(presentation('of bob', 0, ofBob))).kind, 'rotated');
        assert.deepEqual(await listIds(sessions, otherAda), [sessionIdFor(otherAda, 'elsewhere')]);
        assert.deepEqual(await sessions.readEpochs(bob), { userEpoch: 0, tenantEpoch: 0 });
      },
    },
    {
      name: 'endTenant leaves no live session of the tenant and touches no other',
      async run({ stores: { sessions } }) {
        await createSession(sessions, 'phone');
        await createSession(sessions, 'of bob', bob);
        await createSession(sessions, 'elsewhere', otherAda);
        assert.equal(await sessions.endTenant({ tenantId: ada.tenantId, ...raising('c1') }), 1);
        assert.deepEqual([await listIds(sessions), await listIds(sessions, bob)], [[], []]);
        assert.deepEqual(await sessions.rotate(presentation('phone', 0)), invalid);
        assert.deepEqual(await listIds(sessions, otherAda), [sessionIdFor(otherAda, 'elsewhere')]);
        assert.deepEqual(await sessions.readEpochs(bob), { userEpoch: 0, tenantEpoch: 1 });
        assert.deepEqual(await sessions.readEpochs(otherAda), { userEpoch: 0, tenantEpoch: 0 });
      },
    },
    {
      name: 'whoever signs in afterwards is not harmed',
      async run({ stores: { sessions } }) {
        await sessions.endAll({ ...ada, ...raising('c1') });
        await sessions.endTenant({ tenantId: ada.tenantId, ...raising('c2') });
        const expectedEpochs = await sessions.readEpochs(ada);
        await createSession(sessions, 'phone', { expectedEpochs });
        assert.deepEqual(await listIds(sessions), [sessionIdOf('phone')]);
      },
    },
    {
      name: 'endOthers keeps one session as it is, but for its epoch',
      async run({ stores: { sessions }, clock }) {
        const phone = await createSession(sessions, 'phone');
        await createSession(sessions, 'laptop');
        await createSession(sessions, 'of bob', bob);
        clock.advance(windows.floorMs);
        const kept = await sessions.endOthers({ ...ada, keepSessionId: phone.id, ...raising('c1') });
        assert.deepEqual(kept, { ...phone, userEpoch: 1 });
        assert.deepEqual(await listIds(sessions), [phone.id]);
        assert.deepEqual(await sessions.rotate(presentation('laptop', 0)), invalid);
        assert.equal((await sessions.rotate(presentation('phone', 0))).kind, 'rotated');
        assert.equal((await listIds(sessions, bob)).length, 1);
      },
    },
    {
      name: 'endOthers changes nothing when the session to keep is dead',
      async run({ stores: { sessions } }) {
        const phone = await createSession(sessions, 'phone');
        await createSession(sessions, 'laptop');
        await sessions.end(ending('phone'));
        assert.equal(await sessions.endOthers({ ...ada, keepSessionId: phone.id, ...raising('c1') }), null);
        assert.deepEqual(await listIds(sessions), [sessionIdOf('laptop')]);
        assert.equal((await sessions.readEpochs(ada)).userEpoch, 0);
      },
    },
  ],
};
