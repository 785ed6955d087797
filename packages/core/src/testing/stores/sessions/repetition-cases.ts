import assert from 'node:assert/strict';
import type { StoreChapter } from '../store-case.js';
import {
  ada,
  createSession,
  ending,
  hardRotation,
  listIds,
  newSession,
  presentation,
  raising,
  sessionIdOf,
  windows,
} from './session-fixtures.js';

/** A driver that lost a reply sends again: the same command twice equals once. */
export const repetitionChapter: StoreChapter = {
  name: 'the same command twice',
  cases: [
    {
      name: 'create makes one session and ends no more than it ended',
      async run({ stores: { sessions }, clock }) {
        for (const label of ['a', 'b']) {
          await createSession(sessions, label);
          clock.advance(1);
        }
        const command = newSession('c', { maxSessions: 2 });
        const first = await sessions.create(command);
        clock.advance(5);
        const second = await sessions.create(command);
        assert.ok(first.kind === 'created' && second.kind === 'created');
        assert.deepEqual(second.session, first.session);
        assert.deepEqual(await listIds(sessions), ['c', 'b'].map(sessionIdOf));
      },
    },
    {
      name: 'create after a rotation answers with the session as it is',
      async run({ stores: { sessions }, clock }) {
        await createSession(sessions, 'phone');
        clock.advance(windows.floorMs);
        const rotated = await sessions.rotate(presentation('phone', 0));
        assert.ok(rotated.kind === 'rotated');
        assert.deepEqual(await createSession(sessions, 'phone'), rotated.session);
      },
    },
    {
      name: 'rotate rotates once and answers the same',
      async run({ stores: { sessions }, clock }) {
        await createSession(sessions, 'phone');
        clock.advance(windows.floorMs);
        const first = await sessions.rotate(presentation('phone', 0));
        clock.advance(1);
        assert.deepEqual(await sessions.rotate(presentation('phone', 0)), first);
      },
    },
    {
      name: 'rotateHard rotates and raises once and answers the same',
      async run({ stores: { sessions }, clock }) {
        await createSession(sessions, 'phone');
        const command = { ...hardRotation('phone', 'hard', true), amr: ['otp'] };
        const first = await sessions.rotateHard(command);
        clock.advance(1);
        assert.deepEqual(await sessions.rotateHard(command), first);
        assert.equal((await sessions.readEpochs(ada)).userEpoch, 1);
      },
    },
    {
      name: 'end ends once and gives the session as it is',
      async run({ stores: { sessions }, clock }) {
        await createSession(sessions, 'phone');
        const first = await sessions.end(ending('phone'));
        clock.advance(1);
        assert.deepEqual(await sessions.end(ending('phone')), { ...first, wasLive: false });
      },
    },
    {
      name: 'endAll, endOthers and endTenant raise once',
      async run({ stores: { sessions } }) {
        const { id } = await createSession(sessions, 'phone');
        const others = { ...ada, keepSessionId: id, ...raising('c1') };
        assert.deepEqual(await sessions.endOthers(others), await sessions.endOthers(others));
        assert.equal((await sessions.readEpochs(ada)).userEpoch, 1);
        for (const _ of [1, 2]) assert.equal(await sessions.endAll({ ...ada, ...raising('c2') }), 2);
        for (const _ of [1, 2]) {
          assert.equal(await sessions.endTenant({ tenantId: ada.tenantId, ...raising('c2') }), 1);
        }
        assert.deepEqual(await sessions.readEpochs(ada), { userEpoch: 2, tenantEpoch: 1 });
      },
    },
    {
      name: 'another command raises again',
      async run({ stores: { sessions } }) {
        for (const [index, commandId] of ['c1', 'c2', 'c3'].entries()) {
          assert.equal(await sessions.endAll({ ...ada, ...raising(commandId) }), index + 1);
          assert.equal(await sessions.endTenant({ tenantId: 'acme', ...raising(commandId) }), index + 1);
        }
      },
    },
  ],
};
