import assert from 'node:assert/strict';
import type { SessionRecord } from '../../../stores/session-store.js';
import type { StoreChapter } from '../store-case.js';
import { longestText, unicodeText } from '../texts.js';
import {
  ada,
  bob,
  createSession,
  ending,
  hardRotation,
  lifetimes,
  newSession,
  otherAda,
  presentation,
  raising,
  secretOf,
  sessionIdOf,
  windows,
} from './session-fixtures.js';

const unknown = sessionIdOf('nobody has this one');

/** Records come back as they went in, to their owner and to nobody else. */
export const recordChapter: StoreChapter = {
  name: 'session records',
  cases: [
    {
      name: 'a session comes back with every field it was created with',
      async run({ stores: { sessions }, clock }) {
        const now = new Date(clock.now());
        const expected: SessionRecord = {
          ...ada,
          ...secretOf('s0'),
          id: sessionIdOf('phone'),
          userEpoch: 0,
          tenantEpoch: 0,
          generation: 0,
          rotatedAt: now,
          hardRotatedAt: null,
          createdAt: now,
          lastSeenAt: now,
          idleLifetimeMs: lifetimes.idleLifetimeMs,
          idleExpiresAt: new Date(clock.now() + lifetimes.idleLifetimeMs),
          absoluteExpiresAt: new Date(clock.now() + lifetimes.absoluteLifetimeMs),
          authTime: new Date('2030-01-02T03:04:00.001Z'),
          amr: ['pwd'],
          device: 'Apple iPhone',
          browser: 'Mobile Safari',
          os: 'iOS',
          ip: '203.0.113.7',
          userAgent: 'Mozilla/5.0',
          endedAt: null,
          endReason: null,
        };
        assert.deepEqual(await createSession(sessions, 'phone'), expected);
        assert.deepEqual(await sessions.find(ada.tenantId, expected.id), expected);
        assert.deepEqual((await sessions.list(ada, { limit: 10, after: null })).sessions, [expected]);
      },
    },
    {
      name: 'absent facts stay null and an empty amr stays empty',
      async run({ stores: { sessions } }) {
        const absent = { device: null, browser: null, os: null, ip: null, userAgent: null, amr: [] };
        const session = await createSession(sessions, 'bare', absent);
        const found = await sessions.find(ada.tenantId, session.id);
        for (const [field, value] of Object.entries(absent)) {
          assert.deepEqual(found?.[field as keyof SessionRecord], value, field);
        }
      },
    },
    {
      name: 'text of every script, quotes and emoji come back unchanged',
      async run({ stores: { sessions } }) {
        const user = { tenantId: `t-${unicodeText}`, userId: `u-${unicodeText}` };
        const texts = {
          device: unicodeText,
          browser: unicodeText,
          os: unicodeText,
          userAgent: unicodeText,
          amr: [unicodeText, 'pwd,otp', '{"a":null}'],
        };
        const session = await createSession(sessions, 'unicode', { ...user, ...texts });
        const found = await sessions.find(user.tenantId, session.id);
        assert.deepEqual(found, { ...session, ...user, ...texts });
      },
    },
    {
      name: 'ids of 255 characters are kept apart by their last character',
      async run({ stores: { sessions } }) {
        const long = { tenantId: longestText('t'), userId: longestText('u') };
        const session = await createSession(sessions, 'long', long);
        assert.deepEqual(await sessions.find(long.tenantId, session.id), session);
        assert.equal(await sessions.find(longestText('x'), session.id), null);
        const neighbour = { ...long, userId: longestText('y') };
        assert.deepEqual((await sessions.list(neighbour, { limit: 10, after: null })).sessions, []);
      },
    },
    {
      name: 'instants keep their milliseconds',
      async run({ stores: { sessions }, clock }) {
        for (const ms of [0, 1, 499, 500, 999]) {
          clock.moveTo(new Date(Date.UTC(2031, 5, 7, 8, 9, 10, ms)));
          const authTime = new Date(clock.now() - 1);
          const { id } = await createSession(sessions, `at ${ms}`, { authTime });
          const found = await sessions.find(ada.tenantId, id);
          assert.equal(found?.createdAt.getUTCMilliseconds(), ms);
          assert.equal(found?.authTime.getTime(), authTime.getTime());
          assert.equal(found?.idleExpiresAt.getTime(), clock.now() + lifetimes.idleLifetimeMs);
        }
      },
    },
    {
      name: 'what is missing is absent: null, invalid, an empty list, epoch 0',
      async run({ stores: { sessions } }) {
        assert.equal(await sessions.find(ada.tenantId, unknown), null);
        assert.deepEqual(await sessions.list(ada, { limit: 10, after: null }), { sessions: [], next: null });
        assert.deepEqual(await sessions.rotate({ ...presentation('x', 0), sessionId: unknown }), {
          kind: 'invalid',
        });
        assert.equal(await sessions.rotateHard({ ...hardRotation('x'), sessionId: unknown }), null);
        assert.equal(await sessions.end({ ...ending('x'), sessionId: unknown }), null);
        const others = { ...ada, keepSessionId: unknown, ...raising('c') };
        assert.equal(await sessions.endOthers(others), null);
        assert.deepEqual(await sessions.readEpochs(ada), { userEpoch: 0, tenantEpoch: 0 });
        assert.equal(await sessions.deleteExpired(10), 0);
      },
    },
    {
      name: 'text that no database holds is absent too, never an outage',
      async run({ stores: { sessions } }) {
        for (const hostile of ['\0', 'a\0b', '\ud800', 'x\udfff', 'z'.repeat(100_000), "';--", '']) {
          assert.equal(await sessions.find(hostile, unknown), null);
          assert.equal(await sessions.find(ada.tenantId, hostile), null);
          const user = { tenantId: hostile, userId: hostile };
          assert.deepEqual(await sessions.list(user, { limit: 10, after: null }), {
            sessions: [],
            next: null,
          });
          assert.deepEqual(await sessions.readEpochs(user), { userEpoch: 0, tenantEpoch: 0 });
          assert.equal(await sessions.end({ ...ending('x'), ...user, sessionId: hostile }), null);
          assert.equal(await sessions.rotateHard({ ...hardRotation('x'), ...user }), null);
          const others = { ...user, keepSessionId: hostile, ...raising('c') };
          assert.equal(await sessions.endOthers(others), null);
          const rotated = await sessions.rotate({ ...presentation('x', 0), sessionId: hostile });
          assert.deepEqual(rotated, { kind: 'invalid' });
        }
      },
    },
    {
      name: 'a session is invisible under another tenant',
      async run({ stores: { sessions } }) {
        const session = await createSession(sessions, 'phone');
        assert.equal(await sessions.find(otherAda.tenantId, session.id), null);
        const foreign = { ...presentation('phone', 0), tenantId: otherAda.tenantId };
        assert.deepEqual(await sessions.rotate(foreign), { kind: 'invalid' });
        assert.deepEqual(await sessions.find(ada.tenantId, session.id), session);
      },
    },
    {
      name: 'nobody rotates, ends or keeps the session of somebody else',
      async run({ stores: { sessions }, clock }) {
        const session = await createSession(sessions, 'phone');
        clock.advance(windows.floorMs);
        for (const stranger of [bob, otherAda]) {
          for (const secret of ['s0', 'forged']) {
            const presented = { ...presentation('phone', 0, { secret }), ...stranger };
            assert.deepEqual(await sessions.rotate(presented), { kind: 'invalid' });
          }
          assert.equal(await sessions.end({ ...ending('phone'), ...stranger }), null);
          assert.equal(await sessions.rotateHard({ ...hardRotation('phone'), ...stranger }), null);
          const others = { ...stranger, keepSessionId: session.id, ...raising('c') };
          assert.equal(await sessions.endOthers(others), null);
          assert.deepEqual((await sessions.list(stranger, { limit: 10, after: null })).sessions, []);
          assert.equal((await sessions.readEpochs(stranger)).userEpoch, 0);
        }
        assert.deepEqual(await sessions.find(ada.tenantId, session.id), session);
      },
    },
    {
      name: 'names that run together when joined stay apart',
      async run({ stores: { sessions } }) {
        await sessions.endAll({
          tenantId: 'a',
          userId: 'b:c',
          accessTokenMs: windows.accessTokenMs,
          commandId: 'c',
        });
        for (const [tenantId, userId] of [
          ['a:b', 'c'],
          ['', 'a:b:c'],
          ['a:b:c', ''],
        ] as const) {
          assert.deepEqual(await sessions.readEpochs({ tenantId, userId }), { userEpoch: 0, tenantEpoch: 0 });
        }
      },
    },
    {
      name: 'a record that was handed out is a copy',
      async run({ stores: { sessions } }) {
        const amr = ['pwd'];
        const outcome = await sessions.create(newSession('phone', { amr }));
        amr.push('forged');
        assert.ok(outcome.kind === 'created');
        assert.deepEqual((await sessions.find(ada.tenantId, outcome.session.id))?.amr, ['pwd']);
      },
    },
  ],
};
