import assert from 'node:assert/strict';
import type { OneTimeTokenStore } from '../../../stores/one-time-token-store.js';
import { ada, bob, inParallel, otherAda } from '../sessions/session-fixtures.js';
import type { StoreCase, StoreChapter } from '../store-case.js';
import { createToken, isGood, lifetimeMs, listGood, nobody, spending } from './one-time-token-fixtures.js';

const voidings: readonly StoreCase[] = [
  {
    name: 'a create that replaces voids the tokens of this user, tenant and purpose, and no other',
    async run({ stores: { oneTimeTokens } }) {
      const replaced = [await createToken(oneTimeTokens, 'a'), await createToken(oneTimeTokens, 'b')];
      const kept = [
        await createToken(oneTimeTokens, 'purpose', { purpose: 'email_verification' }),
        await createToken(oneTimeTokens, 'of bob', bob),
        await createToken(oneTimeTokens, 'elsewhere', otherAda),
        await createToken(oneTimeTokens, 'of nobody', nobody),
      ];
      const newest = await createToken(oneTimeTokens, 'newest', { replacesOthers: true });
      const good = await listGood(oneTimeTokens, [...replaced, ...kept, newest]);
      assert.deepEqual(good, [...kept, newest]);
      for (const token of replaced) assert.equal(await oneTimeTokens.consume(spending(token)), null);
    },
  },
  {
    name: 'a create that does not replace leaves the others good',
    async run({ stores: { oneTimeTokens } }) {
      const created = [await createToken(oneTimeTokens, 'a'), await createToken(oneTimeTokens, 'b')];
      assert.deepEqual(await listGood(oneTimeTokens, created), created);
    },
  },
  {
    name: 'voidAll voids the tokens of all purposes of this user, and of nobody else',
    async run({ stores: { oneTimeTokens } }) {
      const voided = [
        await createToken(oneTimeTokens, 'a'),
        await createToken(oneTimeTokens, 'b', { purpose: 'email_verification' }),
        await createToken(oneTimeTokens, 'c', { purpose: 'sign_in_step' }),
      ];
      const kept = [
        await createToken(oneTimeTokens, 'of bob', bob),
        await createToken(oneTimeTokens, 'elsewhere', otherAda),
        await createToken(oneTimeTokens, 'of nobody', nobody),
      ];
      await oneTimeTokens.voidAll(ada);
      assert.deepEqual(await listGood(oneTimeTokens, [...voided, ...kept]), kept);
      for (const token of voided) assert.equal(await oneTimeTokens.consume(spending(token)), null);
      const later = await createToken(oneTimeTokens, 'later');
      assert.equal(await isGood(oneTimeTokens, later), true, 'one made afterwards is not harmed');
    },
  },
  {
    name: 'users and tenants that run together when joined stay apart',
    async run({ stores: { oneTimeTokens } }) {
      const token = await createToken(oneTimeTokens, 'kept', { tenantId: 'a', userId: 'b:c' });
      for (const [tenantId, userId] of [
        ['a:b', 'c'],
        ['', 'a:b:c'],
        ['a:b:c', ''],
      ] as const) {
        await oneTimeTokens.voidAll({ tenantId, userId });
        await createToken(oneTimeTokens, 'other', { tenantId, userId, replacesOthers: true });
      }
      assert.equal(await isGood(oneTimeTokens, token), true);
    },
  },
];

async function deleteAllExpired(tokens: OneTimeTokenStore): Promise<void> {
  while ((await tokens.deleteExpired(2)) > 0);
}

const expiries: readonly StoreCase[] = [
  {
    name: 'a token is good 1 ms before its end and worthless at it',
    async run({ stores: { oneTimeTokens }, clock }) {
      const [used, unused] = [
        await createToken(oneTimeTokens, 'used'),
        await createToken(oneTimeTokens, 'unused'),
      ];
      clock.advance(lifetimeMs - 1);
      assert.equal(await isGood(oneTimeTokens, unused), true);
      assert.ok(await oneTimeTokens.consume(spending(used)));
      clock.advance(1);
      assert.equal(await isGood(oneTimeTokens, unused), false);
      assert.equal(await oneTimeTokens.consume(spending(unused)), null);
    },
  },
  {
    name: 'cleanup deletes at most limit tokens, ends, and takes no live one',
    async run({ stores: { oneTimeTokens }, clock }) {
      const expired = await inParallel(5, (index) => createToken(oneTimeTokens, `t${index}`));
      clock.advance(1);
      const live = await createToken(oneTimeTokens, 'live');
      clock.advance(lifetimeMs - 2);
      assert.equal(await oneTimeTokens.deleteExpired(10), 0);
      assert.deepEqual(await listGood(oneTimeTokens, expired), expired);
      clock.advance(1);
      const deleted = await oneTimeTokens.deleteExpired(2);
      assert.ok(deleted <= 2, `${deleted} deleted where 2 was the limit`);
      await deleteAllExpired(oneTimeTokens);
      assert.equal(await oneTimeTokens.deleteExpired(2), 0);
      assert.deepEqual(await listGood(oneTimeTokens, [...expired, live]), [live]);
    },
  },
];

/** What takes tokens out of use, and what it must leave. */
export const voidingChapters: readonly StoreChapter[] = [
  { name: 'replacing and voiding one-time tokens', cases: voidings },
  { name: 'expiry of one-time tokens', cases: expiries },
];
