import assert from 'node:assert/strict';
import type { StoreChapter } from '../store-case.js';
import {
  ada,
  countKinds,
  createSession,
  ending,
  hardRotation,
  inParallel,
  listIds,
  newSession,
  presentation,
  racers,
  raising,
  secretOf,
  sessionIdOf,
  sessionsOf,
  windows,
} from './session-fixtures.js';

const phone = sessionIdOf('phone');
const ages = windows.floorMs;
const candidate = (index: number) => presentation('phone', 0, { next: secretOf(`candidate ${index}`) });
const inOrder = (length: number) => Array.from({ length }, (_, index) => index + 1);

/** Parallel callers: exactly one wins, and no interleaving revives what was ended. */
export const raceChapter: StoreChapter = {
  name: 'races',
  cases: [
    {
      name: 'of parallel refreshes one rotates and all get its successor',
      async run({ stores: { sessions }, clock }) {
        await createSession(sessions, 'phone');
        clock.advance(ages);
        const outcomes = await inParallel(racers, (index) => sessions.rotate(candidate(index)));
        assert.deepEqual(countKinds(outcomes), { rotated: 1, grace: racers - 1 });
        assert.equal(new Set(sessionsOf(outcomes).map(({ secretHash }) => secretHash)).size, 1);
        assert.equal((await sessions.find(ada.tenantId, phone))?.generation, 1);
      },
    },
    {
      name: 'one command sent many times at once rotates once and is answered alike',
      async run({ stores: { sessions }, clock }) {
        await createSession(sessions, 'phone');
        clock.advance(ages);
        const outcomes = await inParallel(racers, () => sessions.rotate(presentation('phone', 0)));
        assert.deepEqual(countKinds(outcomes), { rotated: racers });
        assert.deepEqual(new Set(sessionsOf(outcomes).map(({ generation }) => generation)), new Set([1]));
      },
    },
    {
      name: 'of parallel uses of a stolen token one is called the theft',
      async run({ stores: { sessions }, clock }) {
        await createSession(sessions, 'phone');
        clock.advance(ages);
        const forged = (index: number) => ({
          ...candidate(index),
          secretHash: secretOf('forged').secretHash,
        });
        const outcomes = await inParallel(racers, (index) => sessions.rotate(forged(index)));
        assert.deepEqual(countKinds(outcomes), { fork: 1, invalid: racers - 1 });
      },
    },
    {
      name: 'no refresh survives an end that runs beside it',
      async run({ stores: { sessions }, clock }) {
        await createSession(sessions, 'phone');
        clock.advance(ages);
        await inParallel(racers, async (index) => {
          await (index === racers / 2 ? sessions.end(ending('phone')) : sessions.rotate(candidate(index)));
        });
        const found = await sessions.find(ada.tenantId, phone);
        assert.equal(found?.endReason, 'signed_out');
        assert.deepEqual(await listIds(sessions), []);
      },
    },
    {
      name: 'of all that end a session at once, one ends it',
      async run({ stores: { sessions } }) {
        await createSession(sessions, 'phone');
        const outcomes = await inParallel(racers, () => sessions.end(ending('phone')));
        assert.equal(outcomes.filter((outcome) => outcome?.wasLive).length, 1);
      },
    },
    {
      name: 'no refresh survives an endAll that runs beside it',
      async run({ stores: { sessions }, clock }) {
        await createSession(sessions, 'phone');
        clock.advance(ages);
        const answered = await inParallel(racers, async (index) => {
          if (index !== racers / 2) return sessions.rotate(candidate(index));
          await sessions.endAll({ ...ada, ...raising('c1') });
          return null;
        });
        assert.deepEqual(await listIds(sessions), []);
        for (const outcome of answered) {
          // What was answered before the end must carry an epoch that the end left behind.
          if (outcome !== null && outcome.kind !== 'invalid') assert.equal(outcome.session.userEpoch, 0);
        }
      },
    },
    {
      name: 'after a hard rotation beside refreshes only its own secret is current',
      async run({ stores: { sessions }, clock }) {
        await createSession(sessions, 'phone');
        clock.advance(ages);
        await inParallel(racers, async (index) => {
          await (index === racers / 2
            ? sessions.rotateHard(hardRotation('phone'))
            : sessions.rotate(candidate(index)));
        });
        const found = await sessions.find(ada.tenantId, phone);
        assert.equal(found?.secretHash, secretOf('hard').secretHash);
        assert.equal(found?.endedAt, null);
        for (let generation = 0; generation < (found?.generation ?? 0); generation++) {
          const { kind } = await sessions.rotate(presentation('phone', generation, { next: secretOf('x') }));
          assert.equal(kind, 'superseded');
        }
      },
    },
    {
      name: 'a session that ends the others does not survive an endAll beside it',
      async run({ stores: { sessions } }) {
        await createSession(sessions, 'phone');
        await inParallel(racers, async (index) => {
          if (index === racers / 2) await sessions.endAll({ ...ada, ...raising('all') });
          else if (index % 2 === 0) await sessions.rotateHard(hardRotation('phone', `hard ${index}`, true));
          else await sessions.endOthers({ ...ada, keepSessionId: phone, ...raising(`c${index}`) });
        });
        assert.deepEqual(await listIds(sessions), []);
      },
    },
    {
      name: 'of sessions that each end the others one is left',
      async run({ stores: { sessions } }) {
        const labels = inOrder(racers).map((index) => `s${index}`);
        for (const label of labels) await createSession(sessions, label);
        const kept = await inParallel(racers, (index) =>
          index % 2 === 0
            ? sessions.rotateHard(hardRotation(`s${index + 1}`, `hard ${index}`, true))
            : sessions.endOthers({
                ...ada,
                keepSessionId: sessionIdOf(`s${index + 1}`),
                ...raising(`${index}`),
              }),
        );
        const survivors = kept.flatMap((session) => session?.id ?? []);
        assert.equal(survivors.length, 1);
        assert.deepEqual(await listIds(sessions), survivors);
      },
    },
    {
      name: 'the cap holds under parallel sign-ins, and each ended session is reported once',
      async run({ stores: { sessions } }) {
        const outcomes = await inParallel(racers, (index) =>
          sessions.create(newSession(`s${index}`, { maxSessions: 3 })),
        );
        const ended = outcomes.flatMap((outcome) =>
          outcome.kind === 'created' ? outcome.endedSessionIds : [],
        );
        assert.equal(outcomes.filter(({ kind }) => kind === 'created').length, racers);
        assert.equal((await listIds(sessions)).length, 3);
        assert.equal(ended.length, racers - 3);
        assert.equal(new Set(ended).size, racers - 3);
      },
    },
    {
      name: 'of parallel first sign-ins from one device one is new',
      async run({ stores: { sessions } }) {
        const outcomes = await inParallel(racers, (index) => sessions.create(newSession(`s${index}`)));
        const isNew = outcomes.filter((outcome) => outcome.kind === 'created' && outcome.isNewDevice);
        assert.equal(isNew.length, 1);
      },
    },
    {
      name: 'the same create many times at once makes one session',
      async run({ stores: { sessions } }) {
        const outcomes = await inParallel(racers, () =>
          sessions.create(newSession('phone', { maxSessions: 1 })),
        );
        assert.ok(outcomes.every(({ kind }) => kind === 'created'));
        assert.deepEqual(await listIds(sessions), [phone]);
      },
    },
    {
      name: 'no sign-in that began before an endAll or endTenant leaves a live session',
      async run({ stores: { sessions } }) {
        await inParallel(racers, async (index) => {
          if (index === 7) await sessions.endAll({ ...ada, ...raising('c1') });
          else if (index === 15) await sessions.endTenant({ tenantId: ada.tenantId, ...raising('c1') });
          else await sessions.create(newSession(`s${index}`, { maxSessions: 3 }));
        });
        assert.deepEqual(await listIds(sessions), []);
      },
    },
    {
      name: 'an epoch rises once per command, however many run at once',
      async run({ stores: { sessions } }) {
        const same = await inParallel(racers, () => sessions.endAll({ ...ada, ...raising('same') }));
        assert.deepEqual(new Set(same), new Set([1]));
        const all = await inParallel(racers, (index) => sessions.endAll({ ...ada, ...raising(`c${index}`) }));
        assert.deepEqual(
          all.sort((a, b) => a - b),
          inOrder(racers).map((epoch) => epoch + 1),
        );
        const tenant = await inParallel(racers, (index) =>
          sessions.endTenant({ tenantId: ada.tenantId, ...raising(`c${index}`) }),
        );
        assert.deepEqual(
          tenant.sort((a, b) => a - b),
          inOrder(racers),
        );
      },
    },
    {
      name: 'parallel cleanups delete each expired session once',
      async run({ stores: { sessions }, clock }) {
        for (let index = 0; index < 30; index++) await createSession(sessions, `s${index}`);
        clock.advance(newSession('x').absoluteLifetimeMs);
        const deleted = await inParallel(racers, () => sessions.deleteExpired(3));
        const rest = await sessions.deleteExpired(100);
        assert.equal(
          deleted.reduce((sum, count) => sum + count, rest),
          30,
        );
      },
    },
  ],
};
