import assert from 'node:assert/strict';
import type { StoreChapter } from '../store-case.js';
import {
  ada,
  bob,
  createSession,
  ending,
  hardRotation,
  lifetimes,
  listIds,
  presentation,
  raising,
  secretOf,
  sessionIdFor,
  sessionIdOf,
  windows,
} from './session-fixtures.js';

const { idleLifetimeMs, absoluteLifetimeMs } = lifetimes;
const invalid = { kind: 'invalid' };

/** Plain expiry, and the cleanup that nobody may notice. */
export const expiryChapter: StoreChapter = {
  name: 'expiry and deleteExpired',
  cases: [
    {
      name: 'a session rotates 1 ms before its idle end and is invalid at it',
      async run({ stores: { sessions }, clock }) {
        for (const label of ['used', 'unused']) await createSession(sessions, label);
        clock.advance(idleLifetimeMs - 1);
        assert.equal((await sessions.rotate(presentation('used', 0))).kind, 'rotated');
        clock.advance(1);
        assert.deepEqual(await sessions.rotate(presentation('unused', 0)), invalid);
        assert.equal(await sessions.rotateHard(hardRotation('unused')), null);
        assert.equal(
          await sessions.endOthers({ ...ada, keepSessionId: sessionIdOf('unused'), ...raising('c') }),
          null,
        );
        assert.deepEqual(await listIds(sessions), [sessionIdOf('used')]);
      },
    },
    {
      name: 'use does not extend a session past its absolute end',
      async run({ stores: { sessions }, clock }) {
        const { absoluteExpiresAt } = await createSession(sessions, 'phone');
        for (let generation = 0; clock.now() < absoluteExpiresAt.getTime() - idleLifetimeMs; generation++) {
          clock.advance(idleLifetimeMs - 1);
          const outcome = await sessions.rotate(presentation('phone', generation));
          assert.ok(outcome.kind === 'rotated');
          assert.ok(outcome.session.idleExpiresAt <= absoluteExpiresAt);
        }
        const generation = (await sessions.find(ada.tenantId, sessionIdOf('phone')))?.generation ?? 0;
        clock.moveTo(new Date(absoluteExpiresAt.getTime() - 1));
        assert.equal((await sessions.rotate(presentation('phone', generation))).kind, 'rotated');
        clock.advance(1);
        assert.deepEqual(await sessions.rotate(presentation('phone', generation + 1)), invalid);
        assert.deepEqual(await listIds(sessions), []);
      },
    },
    {
      name: 'neither grace nor an old token of an expired session is anything but invalid',
      async run({ stores: { sessions }, clock }) {
        await createSession(sessions, 'phone', { absoluteLifetimeMs: windows.floorMs + 5 });
        clock.advance(windows.floorMs);
        await sessions.rotate(presentation('phone', 0));
        const before = await sessions.find(ada.tenantId, sessionIdOf('phone'));
        clock.advance(5);
        for (const secret of ['s0', 'forged']) {
          const late = presentation('phone', 0, { secret, next: secretOf('late') });
          assert.deepEqual(await sessions.rotate(late), invalid);
        }
        assert.deepEqual(await sessions.find(ada.tenantId, sessionIdOf('phone')), before);
      },
    },
    {
      name: 'find gives a session that is expired but not deleted yet',
      async run({ stores: { sessions }, clock }) {
        const session = await createSession(sessions, 'phone');
        clock.advance(idleLifetimeMs);
        assert.deepEqual(await sessions.find(ada.tenantId, session.id), session);
      },
    },
    {
      name: 'deletes what is past its absolute end, at most limit at once',
      async run({ stores: { sessions }, clock }) {
        for (let index = 0; index < 5; index++) await createSession(sessions, `s${index}`);
        clock.advance(1);
        await createSession(sessions, 'of bob', bob);
        clock.advance(absoluteLifetimeMs - 2);
        assert.equal(await sessions.deleteExpired(10), 0);
        clock.advance(1);
        assert.equal(await sessions.deleteExpired(2), 2);
        assert.equal(await sessions.deleteExpired(2), 2);
        assert.equal(await sessions.deleteExpired(2), 1);
        assert.equal(await sessions.deleteExpired(2), 0);
        assert.equal(await sessions.find(ada.tenantId, sessionIdOf('s0')), null);
        assert.ok(await sessions.find(bob.tenantId, sessionIdFor(bob, 'of bob')));
      },
    },
    {
      name: 'cleanup changes the outcome of no token',
      async run({ stores: { sessions }, clock }) {
        const short = { absoluteLifetimeMs: windows.floorMs * 2 };
        await createSession(sessions, 'overtaken', bob);
        await sessions.endAll({ ...bob, ...raising('c1') });
        await createSession(sessions, 'gone', short);
        for (const label of ['live', 'rotated', 'ended', 'idle', 'stolen']) {
          await createSession(sessions, label, label === 'idle' ? { idleLifetimeMs: windows.floorMs } : {});
        }
        await sessions.end(ending('ended'));
        clock.advance(windows.floorMs);
        for (const label of ['rotated', 'stolen']) await sessions.rotate(presentation(label, 0));
        clock.advance(windows.floorMs);
        await sessions.rotate(presentation('stolen', 1));

        assert.equal(await sessions.deleteExpired(1000), 1);
        const outcomes: Record<string, string> = {};
        for (const label of ['overtaken', 'gone', 'live', 'ended', 'idle', 'stolen']) {
          const sessionId = sessionIdFor(label === 'overtaken' ? bob : ada, label);
          const late = presentation(label, 0, { sessionId, next: secretOf('x') });
          outcomes[label] = (await sessions.rotate(late)).kind;
        }
        assert.deepEqual(outcomes, {
          overtaken: 'invalid',
          gone: 'invalid',
          live: 'rotated',
          ended: 'invalid',
          idle: 'invalid',
          stolen: 'reuse',
        });
        assert.equal((await sessions.rotate(presentation('rotated', 1))).kind, 'rotated');
        assert.equal((await sessions.readEpochs(bob)).userEpoch, 1, 'epochs outlive the sessions');
      },
    },
  ],
};
