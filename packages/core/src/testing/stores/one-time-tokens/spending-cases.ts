import assert from 'node:assert/strict';
import { bob, inParallel, racers } from '../sessions/session-fixtures.js';
import type { StoreCase, StoreChapter } from '../store-case.js';
import {
  createToken,
  isGood,
  listGood,
  newToken,
  presented,
  recordOf,
  spending,
} from './one-time-token-fixtures.js';

const spendings: readonly StoreCase[] = [
  {
    name: 'a spent token is gone: not found, and not spent by another command',
    async run({ stores: { oneTimeTokens } }) {
      const token = await createToken(oneTimeTokens, 'mail');
      const other = await createToken(oneTimeTokens, 'other');
      assert.ok(await oneTimeTokens.consume(spending(token)));
      assert.equal(await isGood(oneTimeTokens, token), false);
      assert.equal(await oneTimeTokens.consume(spending(token, 'c2')), null);
      assert.equal(await isGood(oneTimeTokens, other), true);
    },
  },
  {
    name: 'the same command twice gets the same answer, be it the token or nothing',
    async run({ stores: { oneTimeTokens } }) {
      const token = await createToken(oneTimeTokens, 'mail');
      const first = await oneTimeTokens.consume(spending(token, 'c1'));
      assert.equal(await oneTimeTokens.consume(spending(token, 'c2')), null);
      assert.ok(first);
      assert.deepEqual(await oneTimeTokens.consume(spending(token, 'c1')), first);
      assert.equal(await oneTimeTokens.consume(spending(token, 'c2')), null);
    },
  },
  {
    name: 'find does not spend',
    async run({ stores: { oneTimeTokens } }) {
      const token = await createToken(oneTimeTokens, 'mail');
      for (let count = 0; count < 3; count++) assert.equal(await isGood(oneTimeTokens, token), true);
      assert.ok(await oneTimeTokens.consume(spending(token)));
    },
  },
  {
    name: 'a repeated create changes nothing: neither a spent nor a replaced nor a voided token comes back',
    async run({ stores: { oneTimeTokens }, clock }) {
      const replaces = { replacesOthers: true };
      const replaced = await createToken(oneTimeTokens, 'replaced', replaces);
      const newest = await createToken(oneTimeTokens, 'newest', replaces);
      const spent = await createToken(oneTimeTokens, 'spent');
      const voided = await createToken(oneTimeTokens, 'voided', bob);
      await oneTimeTokens.consume(spending(spent));
      await oneTimeTokens.voidAll(bob);
      const createdMs = clock.now();
      clock.advance(1);
      await oneTimeTokens.deleteExpired(100);
      for (const command of [replaced, newest, spent, voided]) await oneTimeTokens.create(command);
      assert.deepEqual(await listGood(oneTimeTokens, [replaced, newest, spent, voided]), [newest]);
      assert.equal(await oneTimeTokens.consume(spending(spent, 'c2')), null);
      const found = await oneTimeTokens.find(presented(newest));
      assert.deepEqual(found, recordOf(newest, createdMs), 'it is as old as it was');
    },
  },
];

const races: readonly StoreCase[] = [
  {
    name: 'of parallel commands one spends the token',
    async run({ stores: { oneTimeTokens } }) {
      const token = await createToken(oneTimeTokens, 'mail');
      const spend = (index: number) => oneTimeTokens.consume(spending(token, `c${index}`));
      const answers = await inParallel(racers, spend);
      assert.equal(answers.filter((answer) => answer !== null).length, 1);
      assert.deepEqual(await inParallel(racers, spend), answers, 'and asked again they hear the same');
    },
  },
  {
    name: 'one command sent many times at once is answered alike',
    async run({ stores: { oneTimeTokens }, clock }) {
      const token = await createToken(oneTimeTokens, 'mail');
      const answers = await inParallel(racers, () => oneTimeTokens.consume(spending(token)));
      assert.deepEqual(answers, Array(racers).fill(recordOf(token, clock.now())));
    },
  },
  {
    name: 'of parallel tokens that replace each other one is good',
    async run({ stores: { oneTimeTokens } }) {
      const created = await inParallel(racers, (index) =>
        createToken(oneTimeTokens, `t${index}`, { replacesOthers: true }),
      );
      assert.equal((await listGood(oneTimeTokens, created)).length, 1);
    },
  },
  {
    name: 'a token that is spent while another replaces it is spent at most once, and never good beside the other',
    async run({ stores: { oneTimeTokens } }) {
      for (let round = 0; round < 10; round++) {
        // From nobody beside the one who replaces it to four, before and after.
        const callers = 1 + (round % 5);
        const old = await createToken(oneTimeTokens, `old ${round}`, { replacesOthers: true });
        const next = newToken(`next ${round}`, { replacesOthers: true });
        const answers = await inParallel(callers, async (index) => {
          if (index !== round % callers) return oneTimeTokens.consume(spending(old, `c${index}`));
          await oneTimeTokens.create(next);
          return oneTimeTokens.consume(spending(old, 'after it was replaced'));
        });
        assert.ok(answers.filter((answer) => answer !== null).length <= 1);
        assert.equal(answers[round % callers], null, 'spent after it was replaced');
        assert.equal(await oneTimeTokens.consume(spending(old, 'late')), null);
        assert.deepEqual(await listGood(oneTimeTokens, [old, next]), [next]);
      }
    },
  },
];

/** One command spends a token, whoever else tries meanwhile. */
export const spendingChapters: readonly StoreChapter[] = [
  { name: 'consume', cases: spendings },
  { name: 'races for one-time tokens', cases: races },
];
