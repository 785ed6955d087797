import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type {
  ConfirmCommand,
  SecondFactorRecord,
  SecondFactorRef,
  SecondFactorStore,
} from '../../stores/second-factor-store.js';
import type { UserRef } from '../../stores/user-store.js';
import type { StoreCase, StoreChapter } from './store-case.js';
import { longestText } from './texts.js';

const racers = 24;
const ada: UserRef = { tenantId: 'acme', userId: 'ada' };
const strangers: readonly UserRef[] = [
  { tenantId: 'acme', userId: 'bob' },
  { tenantId: 'globex', userId: 'ada' },
  { tenantId: 'acme:ada', userId: '' },
];
const factor: SecondFactorRef = { ...ada, id: idOf('first') };
const codes = ['a', 'b', 'c'].map(hashOf);
const otherCodes = ['x', 'y'].map(hashOf);

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function idOf(label: string): string {
  return hashOf(label).slice(0, 22);
}

function confirmation(change: Partial<ConfirmCommand> = {}): ConfirmCommand {
  return {
    ...factor,
    step: 100,
    secret: 'sealed',
    backupCodeHashes: codes,
    commandId: 'confirmation',
    ...change,
  };
}

function step(number: number, commandId = `step ${number}`, of: SecondFactorRef = factor) {
  return { ...of, step: number, secret: 'sealed', commandId };
}

function backupCode(hash: string | undefined, commandId = `code ${hash}`, of: SecondFactorRef = factor) {
  return { ...of, hash: hash ?? '', commandId };
}

/** The stores under test, with the factor of one user. */
function withFactor(
  isConfirmed: boolean,
  run: (store: SecondFactorStore, stored: SecondFactorRecord) => Promise<void>,
): StoreCase['run'] {
  return async ({ stores: { secondFactors } }) => {
    assert.ok(secondFactors !== undefined);
    assert.equal(await secondFactors.enroll({ ...factor, secret: 'sealed' }), true);
    if (isConfirmed) assert.equal(await secondFactors.confirm(confirmation()), true);
    const stored = await secondFactors.find(ada);
    assert.ok(stored !== null);
    await run(secondFactors, stored);
  };
}

const records: readonly StoreCase[] = [
  {
    name: 'a factor comes back with every field, before and after it was confirmed',
    async run({ stores: { secondFactors }, clock }) {
      assert.ok(secondFactors !== undefined);
      const createdAt = new Date(clock.now());
      await secondFactors.enroll({ ...factor, secret: longestText('s') });
      const pending = { confirmedAt: null, lastStep: 0, backupCodesLeft: 0 };
      assert.deepEqual(await secondFactors.find(ada), {
        ...factor,
        secret: longestText('s'),
        createdAt,
        ...pending,
      });
      clock.advance(1_234);
      const lastStep = 2 ** 40 + 1;
      assert.equal(await secondFactors.confirm(confirmation({ step: lastStep, secret: 'again' })), true);
      assert.deepEqual(await secondFactors.find(ada), {
        ...factor,
        secret: 'again',
        createdAt,
        confirmedAt: new Date(clock.now()),
        lastStep,
        backupCodesLeft: 3,
      });
    },
  },
  {
    name: 'the factor of another user, and another one of the same user, is out of reach',
    run: withFactor(true, async (store, stored) => {
      const foreign = [
        ...strangers.map((user) => ({ ...user, id: factor.id })),
        { ...ada, id: idOf('another') },
      ];
      for (const of of foreign) {
        assert.equal(await store.useStep(step(101, 'foreign', of)), false);
        assert.equal(await store.useBackupCode(backupCode(codes[0], 'foreign', of)), null);
        assert.equal(await store.replaceBackupCodes({ ...of, hashes: otherCodes }), false);
        assert.equal(await store.confirm(confirmation({ ...of, commandId: 'foreign' })), false);
        await store.remove(of);
      }
      for (const user of strangers) assert.equal(await store.find(user), null);
      assert.deepEqual(await store.find(ada), stored);
    }),
  },
  {
    name: 'text that no database holds is nobody',
    run: withFactor(true, async (store, stored) => {
      for (const hostile of ['\0', 'ada\0', '\ud800', 'z'.repeat(100_000)]) {
        for (const user of [
          { ...ada, userId: hostile },
          { ...ada, tenantId: hostile },
        ]) {
          assert.equal(await store.find(user), null);
          assert.equal(await store.useStep(step(101, 'hostile', { ...factor, ...user })), false);
          await store.remove({ ...factor, ...user });
        }
        assert.equal(await store.useBackupCode(backupCode(hostile, 'hostile')), null);
        assert.equal(await store.useStep(step(101, 'hostile', { ...ada, id: hostile })), false);
      }
      assert.deepEqual(await store.find(ada), stored);
    }),
  },
];

const enrolments: readonly StoreCase[] = [
  {
    name: 'enrolling again replaces a factor that was not confirmed',
    run: withFactor(false, async (store) => {
      const second = { ...ada, id: idOf('second') };
      assert.equal(await store.enroll({ ...second, secret: 'other' }), true);
      assert.equal((await store.find(ada))?.secret, 'other');
      assert.equal(await store.confirm(confirmation()), false);
      assert.equal((await store.find(ada))?.confirmedAt, null);
      assert.equal(await store.confirm(confirmation(second)), true);
    }),
  },
  {
    name: 'enrolling changes nothing about a confirmed factor',
    run: withFactor(true, async (store, stored) => {
      assert.equal(await store.enroll({ ...ada, id: idOf('second'), secret: 'other' }), false);
      assert.equal(await store.enroll({ ...factor, secret: 'other' }), false);
      assert.deepEqual(await store.find(ada), stored);
    }),
  },
  {
    name: 'a factor that was not confirmed opens nothing',
    run: withFactor(false, async (store, stored) => {
      assert.equal(await store.useStep(step(101)), false);
      assert.equal(await store.useBackupCode(backupCode(codes[0])), null);
      assert.equal(await store.replaceBackupCodes({ ...factor, hashes: codes }), false);
      assert.deepEqual(await store.find(ada), stored);
    }),
  },
  {
    name: 'a confirmed factor is not confirmed a second time',
    run: withFactor(true, async (store, stored) => {
      const second = confirmation({ commandId: 'second', step: 200, backupCodeHashes: otherCodes });
      assert.equal(await store.confirm(second), false);
      assert.deepEqual(await store.find(ada), stored);
    }),
  },
  {
    name: 'removing takes the backup codes along, and the user may begin anew',
    run: withFactor(true, async (store) => {
      await store.remove(factor);
      assert.equal(await store.find(ada), null);
      assert.equal(await store.useStep(step(101)), false);
      assert.equal(await store.useBackupCode(backupCode(codes[0])), null);
      assert.equal(await store.enroll({ ...factor, secret: 'sealed' }), true);
      assert.equal((await store.find(ada))?.backupCodesLeft, 0);
    }),
  },
];

const uses: readonly StoreCase[] = [
  {
    name: 'a step is used once, and none before it afterwards',
    run: withFactor(true, async (store) => {
      assert.equal(await store.useStep(step(100)), false, 'the one that confirmed it');
      assert.equal(await store.useStep({ ...step(105), secret: 'sealed anew' }), true);
      for (const late of [105, 104, 99]) {
        assert.equal(await store.useStep({ ...step(late, `late ${late}`), secret: 'late' }), false);
      }
      const { lastStep, secret } = (await store.find(ada)) ?? {};
      assert.deepEqual({ lastStep, secret }, { lastStep: 105, secret: 'sealed anew' });
      assert.equal(await store.useStep(step(106)), true);
    }),
  },
  {
    name: 'a backup code is used once, and the others stay',
    run: withFactor(true, async (store) => {
      assert.equal(await store.useBackupCode(backupCode(codes[1])), 2);
      assert.equal(await store.useBackupCode(backupCode(codes[1], 'again')), null);
      assert.equal(await store.useBackupCode(backupCode(hashOf('guessed'))), null);
      assert.equal(await store.useBackupCode(backupCode(codes[0])), 1);
      assert.equal(await store.useBackupCode(backupCode(codes[2])), 0);
      assert.equal((await store.find(ada))?.backupCodesLeft, 0);
    }),
  },
  {
    name: 'other backup codes take the place of all',
    run: withFactor(true, async (store) => {
      await store.useBackupCode(backupCode(codes[0]));
      assert.equal(await store.replaceBackupCodes({ ...factor, hashes: otherCodes }), true);
      assert.equal((await store.find(ada))?.backupCodesLeft, 2);
      assert.equal(await store.useBackupCode(backupCode(codes[1])), null);
      assert.equal(await store.useBackupCode(backupCode(otherCodes[0])), 1);
    }),
  },
  {
    name: 'the same command twice equals once',
    run: withFactor(true, async (store) => {
      assert.equal(await store.confirm(confirmation()), true);
      assert.equal((await store.find(ada))?.backupCodesLeft, 3);
      for (const _ of [1, 2]) assert.equal(await store.useStep(step(101)), true);
      for (const _ of [1, 2]) assert.equal(await store.useBackupCode(backupCode(codes[0])), 2);
      for (const _ of [1, 2]) {
        assert.equal(await store.replaceBackupCodes({ ...factor, hashes: otherCodes }), true);
      }
      assert.equal((await store.find(ada))?.backupCodesLeft, 2);
    }),
  },
  {
    name: 'enrolling twice with one command begins once',
    run: withFactor(false, async (store, stored) => {
      assert.equal(await store.enroll({ ...factor, secret: 'sealed' }), true);
      assert.deepEqual(await store.find(ada), stored);
    }),
  },
];

/** As many calls at once as there are racers. @returns how many were answered with yes. */
async function race(call: (racer: number) => Promise<boolean>): Promise<number> {
  const answers = await Promise.all(Array.from({ length: racers }, (_, racer) => call(racer)));
  return answers.filter(Boolean).length;
}

const races: readonly StoreCase[] = [
  {
    name: 'of parallel uses of one step one succeeds',
    run: withFactor(true, async (store) => {
      assert.equal(await race((racer) => store.useStep(step(101, `racer ${racer}`))), 1);
    }),
  },
  {
    name: 'of parallel uses of one backup code one succeeds',
    run: withFactor(true, async (store) => {
      const use = async (racer: number) =>
        (await store.useBackupCode(backupCode(codes[0], `racer ${racer}`))) !== null;
      assert.equal(await race(use), 1);
      assert.equal((await store.find(ada))?.backupCodesLeft, 2);
    }),
  },
  {
    name: 'parallel uses of different backup codes all succeed',
    run: withFactor(true, async (store) => {
      const left = await Promise.all(codes.map((code) => store.useBackupCode(backupCode(code))));
      assert.deepEqual(left.sort(), [0, 1, 2]);
    }),
  },
  {
    name: 'of parallel confirmations one succeeds, and its backup codes are in force',
    run: withFactor(false, async (store) => {
      const codeOf = (racer: number) => hashOf(`code of ${racer}`);
      const winners: number[] = [];
      await race(async (racer) => {
        const command = confirmation({ commandId: `racer ${racer}`, backupCodeHashes: [codeOf(racer)] });
        const isConfirmed = await store.confirm(command);
        if (isConfirmed) winners.push(racer);
        return isConfirmed;
      });
      assert.equal(winners.length, 1);
      assert.equal(await store.useBackupCode(backupCode(codeOf(winners[0] ?? -1))), 0);
    }),
  },
  {
    name: 'of parallel sets of backup codes one is in force',
    run: withFactor(true, async (store) => {
      const setOf = (racer: number) => [hashOf(`one of ${racer}`), hashOf(`other of ${racer}`)];
      await race((racer) => store.replaceBackupCodes({ ...factor, hashes: setOf(racer) }));
      assert.equal((await store.find(ada))?.backupCodesLeft, 2);
      const good = await race(
        async (racer) => (await store.useBackupCode(backupCode(setOf(racer)[0]))) !== null,
      );
      assert.equal(good, 1);
    }),
  },
  {
    name: 'whatever is in parallel with a removal, no factor is left that nobody enrolled',
    run: withFactor(true, async (store) => {
      await race(async (racer) => {
        if (racer === racers / 2) {
          await store.remove(factor);
          return true;
        }
        return racer % 2 === 0
          ? store.useStep(step(101 + racer))
          : store.replaceBackupCodes({ ...factor, hashes: otherCodes });
      });
      assert.equal(await store.find(ada), null);
    }),
  },
];

/** What a store of second factors must do. */
export const secondFactorStoreChapters: readonly StoreChapter[] = [
  { name: 'second factor records', cases: records },
  { name: 'second factor enrolment', cases: enrolments },
  { name: 'second factor use', cases: uses },
  { name: 'second factor races', cases: races },
];

/** For stores without any. */
export const withoutSecondFactorsChapter: StoreChapter = {
  name: 'second factors',
  cases: [
    {
      name: 'are not offered, as declared',
      async run({ stores }) {
        assert.equal(stores.secondFactors, undefined);
      },
    },
  ],
};
