import assert from 'node:assert/strict';
import { ada, otherAda } from '../sessions/session-fixtures.js';
import type { StoreCase, StoreChapter } from '../store-case.js';
import { longestData, longestText, unicodeText, unstorableTexts } from '../texts.js';
import {
  createToken,
  isGood,
  newToken,
  nobody,
  presented,
  recordOf,
  spending,
} from './one-time-token-fixtures.js';

const records: readonly StoreCase[] = [
  {
    name: 'a token comes back with every field, from find and from consume',
    async run({ stores: { oneTimeTokens }, clock }) {
      const token = await createToken(oneTimeTokens, 'mail', { data: '{"to":"ada@example.org"}' });
      assert.deepEqual(await oneTimeTokens.find(presented(token)), recordOf(token, clock.now()));
      assert.deepEqual(await oneTimeTokens.consume(spending(token)), recordOf(token, clock.now()));
    },
  },
  {
    name: 'text of every script, 4,096 characters of data and the longest ids come back unchanged',
    async run({ stores: { oneTimeTokens }, clock }) {
      const odd = [
        { tenantId: `t-${unicodeText}`, userId: `u-${unicodeText}`, data: unicodeText },
        { tenantId: longestText('t'), userId: longestText('u'), data: longestData },
        { data: '世'.repeat(4096) },
      ];
      for (const change of odd) {
        const token = await createToken(oneTimeTokens, 'odd', change);
        assert.deepEqual(await oneTimeTokens.find(presented(token)), recordOf(token, clock.now()));
        const foreign = { ...presented(token), tenantId: longestText('x') };
        assert.equal(await oneTimeTokens.find(foreign), null);
        assert.deepEqual(await oneTimeTokens.consume(spending(token)), recordOf(token, clock.now()));
      }
    },
  },
  {
    name: 'data that cannot be kept is refused, never changed',
    async run({ stores: { oneTimeTokens } }) {
      for (const [index, data] of ['a\0b', '\ud800'].entries()) {
        const token = newToken(`${index}`, { data });
        const refused = await oneTimeTokens.create(token).then(
          () => null,
          (error: unknown) => error,
        );
        if (refused === null) assert.equal((await oneTimeTokens.find(presented(token)))?.data, data);
        else assert.ok(refused instanceof TypeError, `refused with ${String(refused)}`);
      }
    },
  },
  {
    name: 'instants keep their milliseconds',
    async run({ stores: { oneTimeTokens }, clock }) {
      for (const ms of [0, 1, 499, 500, 999]) {
        clock.moveTo(new Date(Date.UTC(2031, 5, 7, 8, 9, 10, ms)));
        const token = await createToken(oneTimeTokens, `at ${ms}`, { lifetimeMs: 1001 });
        assert.deepEqual(await oneTimeTokens.find(presented(token)), recordOf(token, clock.now()));
      }
    },
  },
  {
    name: 'what is missing is null, and voiding nothing is no outage',
    async run({ stores: { oneTimeTokens } }) {
      assert.equal(await oneTimeTokens.find(presented(newToken('nobody made it'))), null);
      assert.equal(await oneTimeTokens.consume(spending(newToken('nobody made it'))), null);
      assert.equal(await oneTimeTokens.voidAll(ada), undefined);
      assert.equal(await oneTimeTokens.deleteExpired(10), 0);
    },
  },
  {
    name: 'another tenant, purpose, secret or id finds and spends nothing, and leaves the token good',
    async run({ stores: { oneTimeTokens } }) {
      const token = await createToken(oneTimeTokens, 'mail');
      const other = newToken('other');
      for (const change of [
        { tenantId: otherAda.tenantId },
        { tenantId: '' },
        { purpose: 'email_verification' },
        { secretHash: other.secretHash },
        { secretHash: '' },
        { id: other.id },
      ]) {
        assert.equal(await oneTimeTokens.find({ ...presented(token), ...change }), null);
        assert.equal(await oneTimeTokens.consume({ ...spending(token), ...change }), null);
        assert.equal(await isGood(oneTimeTokens, token), true, `after ${JSON.stringify(change)}`);
      }
      assert.ok(await oneTimeTokens.consume(spending(token, 'c2')));
    },
  },
  {
    name: 'a token of nobody yet works like any other',
    async run({ stores: { oneTimeTokens }, clock }) {
      const token = await createToken(oneTimeTokens, 'state', { ...nobody, purpose: 'oauth_state' });
      await oneTimeTokens.voidAll(ada);
      assert.deepEqual(await oneTimeTokens.consume(spending(token)), recordOf(token, clock.now()));
      assert.equal(await isGood(oneTimeTokens, token), false);
    },
  },
  {
    name: 'text that no database holds is absent where it is asked for, and refused where it would be kept',
    async run({ stores: { oneTimeTokens } }) {
      const token = await createToken(oneTimeTokens, 'mail');
      for (const hostile of unstorableTexts) {
        for (const field of ['tenantId', 'purpose', 'id', 'secretHash'] as const) {
          assert.equal(await oneTimeTokens.find({ ...presented(token), [field]: hostile }), null);
          assert.equal(await oneTimeTokens.consume({ ...spending(token), [field]: hostile }), null);
        }
        for (const field of ['tenantId', 'userId', 'purpose', 'id'] as const) {
          await assert.rejects(oneTimeTokens.create({ ...newToken('new'), [field]: hostile }), TypeError);
        }
        await oneTimeTokens.voidAll({ tenantId: ada.tenantId, userId: hostile });
        await oneTimeTokens.voidAll({ tenantId: hostile, userId: ada.userId });
      }
      assert.equal(await isGood(oneTimeTokens, token), true);
    },
  },
];

/** Tokens come back as they went in, to whoever has all of it and to nobody else. */
export const recordChapter: StoreChapter = { name: 'one-time tokens', cases: records };
