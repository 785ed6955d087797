import {
  createMemoryRevocationStore,
  type Revocation,
  type RevocationStore,
  type RevocationSubject,
} from '@tessera-auth/core/stores';
import { createRevocationLogReader, createTestClock } from '@tessera-auth/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const startMs = createTestClock().now();
const sessionIds = ['s1', 's2', 's3'];
const tenantIds = ['', 'acme'];
const userIds = ['ada', 'bob'];

const until = fc.integer({ min: 1, max: 4 }).map((ms) => new Date(startMs + ms));
const tenantId = fc.constantFrom(...tenantIds);
const epoch = fc.constantFrom(1, 2, 3);

/** Few names, so that entries meet. */
const anyRevocation: fc.Arbitrary<Revocation> = fc.oneof(
  fc.record({ kind: fc.constant('token'), jti: fc.constantFrom('j1', 'j2'), until }),
  fc.record({ kind: fc.constant('session'), sessionId: fc.constantFrom(...sessionIds), until }),
  fc.record({
    kind: fc.constant('user'),
    tenantId,
    userId: fc.constantFrom(...userIds),
    epoch,
    exceptSessionId: fc.constantFrom(null, ...sessionIds),
    until,
  }),
  fc.record({ kind: fc.constant('tenant'), tenantId, epoch, until }),
  fc.record({
    kind: fc.constant('roles'),
    tenantId,
    userId: fc.constantFrom(...userIds),
    version: epoch,
    until,
  }),
);

/** The same revocations in another order, some of them again, in calls of any size. */
const anyHistories = fc
  .array(anyRevocation, { minLength: 1, maxLength: 12 })
  .chain((revocations) => fc.tuple(fc.constant(revocations), anyHistoryOf(revocations)));

function anyHistoryOf(revocations: readonly Revocation[]): fc.Arbitrary<readonly Revocation[][]> {
  const repeated = fc.subarray([...revocations]).map((again) => [...revocations, ...again]);
  return repeated
    .chain((all) => fc.shuffledSubarray(all, { minLength: all.length }))
    .chain((all) =>
      fc.array(fc.nat({ max: all.length }), { maxLength: 4 }).map((cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), all.length];
        return places.slice(1).map((end, index) => all.slice(places[index], end));
      }),
    );
}

const subjects: readonly RevocationSubject[] = ['j1', 'x'].flatMap((jti) =>
  ['s1', 's2', 'x'].flatMap((sessionId) =>
    tenantIds.flatMap((tenantId) =>
      userIds.flatMap((userId) =>
        [0, 1, 2, 3].flatMap((userEpoch) =>
          [0, 2, 3].flatMap((tenantEpoch) =>
            [0, 2, 3].map((rolesVersion) => {
              return { jti, sessionId, tenantId, userId, userEpoch, tenantEpoch, rolesVersion };
            }),
          ),
        ),
      ),
    ),
  ),
);

type EpochRevocation = Extract<Revocation, { readonly epoch: number }>;

/** Whether epochs of one name stop the token at `nowMs`, from all of them at once, whatever their order. */
function isBelow(entries: readonly EpochRevocation[], epoch: number, sessionId: string, nowMs: number) {
  const highest = Math.max(...entries.map((entry) => entry.epoch));
  const exceptions = new Set(
    entries
      .filter((entry) => entry.epoch === highest)
      .map((entry) => (entry.kind === 'user' ? entry.exceptSessionId : null)),
  );
  // The exception of the highest epoch is from what the others say on its own.
  const others = entries.filter((entry) => entry.kind !== 'user' || entry.exceptSessionId !== sessionId);
  const isExcepted =
    exceptions.size === 1 && exceptions.has(sessionId) && others.every((entry) => entry.epoch <= epoch);
  return isAlive(entries, nowMs) && highest > epoch && !isExcepted;
}

/** Whether entries of one name still hold: the longest counts. */
function isAlive(entries: readonly Revocation[], nowMs: number): boolean {
  return entries.some(({ until }) => until.getTime() > nowMs);
}

/** What the contract says of a token, read off the whole list. */
function isRevokedBy(all: readonly Revocation[], subject: RevocationSubject, nowMs: number): boolean {
  const { jti, sessionId, tenantId, userId, userEpoch, tenantEpoch, rolesVersion } = subject;
  const epochsOf = (isMeant: (entry: EpochRevocation) => boolean) =>
    all.flatMap((entry) => ('epoch' in entry && isMeant(entry) ? [entry] : []));
  const ofUser = epochsOf((e) => e.kind === 'user' && e.tenantId === tenantId && e.userId === userId);
  const ofTenant = epochsOf((e) => e.kind === 'tenant' && e.tenantId === tenantId);
  const named = all.filter((e) =>
    e.kind === 'token' ? e.jti === jti : e.kind === 'session' && e.sessionId === sessionId,
  );
  const ofRoles = all.flatMap((e) =>
    e.kind === 'roles' && e.tenantId === tenantId && e.userId === userId ? [e] : [],
  );
  return (
    isAlive(named, nowMs) ||
    (isAlive(ofRoles, nowMs) && ofRoles.some(({ version }) => version > rolesVersion)) ||
    isBelow(ofUser, userEpoch, sessionId, nowMs) ||
    isBelow(ofTenant, tenantEpoch, sessionId, nowMs)
  );
}

function listRevoked(isRevoked: (subject: RevocationSubject) => unknown): readonly RevocationSubject[] {
  return subjects.filter((subject) => isRevoked(subject) === true);
}

/** What happens after a call. */
const anyStep = fc.record({ reads: fc.boolean(), waits: fc.boolean(), cleansUp: fc.boolean() });

async function deleteAllExpired(store: RevocationStore): Promise<void> {
  while ((await store.deleteExpired(1)) > 0);
}

describe('revocations in memory', () => {
  it('say the same after any order, repetition and division of them', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistories, async ([revocations, history]) => {
        const store = createMemoryRevocationStore({ clock: createTestClock() });
        for (const added of history) await store.add(added);
        const expected = listRevoked((subject) => isRevokedBy(revocations, subject, startMs));
        expect(listRevoked(store.isRevoked)).toEqual(expected);
      }),
    );
  });

  it('are dropped when they have expired, and none before', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistories, async ([revocations, history]) => {
        const clock = createTestClock();
        const store = createMemoryRevocationStore({ clock });
        for (const added of history) await store.add(added);
        for (let ms = 1; ms <= 4; ms++) {
          clock.advance(1);
          await deleteAllExpired(store);
          const expected = listRevoked((subject) => isRevokedBy(revocations, subject, clock.now()));
          expect(listRevoked(store.isRevoked)).toEqual(expected);
        }
        expect(listRevoked(store.isRevoked)).toEqual([]);
      }),
    );
  });

  it('come to a reader of the log as the store holds them, wherever it reads and whatever was cleaned up', async () => {
    await fc.assert(
      fc.asyncProperty(anyHistories, fc.array(anyStep), async ([, history], steps) => {
        const clock = createTestClock();
        const store = createMemoryRevocationStore({ clock });
        const reader = createRevocationLogReader(store.log);
        for (const [index, added] of history.entries()) {
          await store.add(added);
          const { reads = true, waits = false, cleansUp = false } = steps[index] ?? {};
          if (reads) await reader.catchUp();
          if (waits) clock.advance(1);
          if (cleansUp) await deleteAllExpired(store);
        }
        await reader.catchUp();
        await deleteAllExpired(store);
        // The reader may hold what has expired, and must hold all else.
        const missing = listRevoked(store.isRevoked).filter((subject) => !reader.isRevoked(subject));
        expect(missing).toEqual([]);
      }),
    );
  });
});
