import assert from 'node:assert/strict';
import type { Revocation, RevocationSubject } from '../../../stores/revocation.js';
import type { RevocationLog } from '../../../stores/revocation-log.js';
import { nameOfRevocation } from '../../../stores/revocation-name.js';
import type { RevocationStore } from '../../../stores/revocation-store.js';
import type { TestClock } from '../../test-clock.js';
import { createRevocationLogReader, type RevocationLogReader } from './revocation-log-reader.js';

/** How long a revocation lasts unless a case says otherwise. */
export const minuteMs = 60_000;

/** An access token; what a case does not name belongs to nobody else's revocation. */
export function token(change: Partial<RevocationSubject> = {}): RevocationSubject {
  return {
    jti: 'j1',
    sessionId: 's1',
    tenantId: 'acme',
    userId: 'ada',
    userEpoch: 4,
    tenantEpoch: 2,
    rolesVersion: 1,
    ...change,
  };
}

/** What `clock` and a length of time make of the kinds of revocations. */
export function createRevoker(clock: TestClock, ms = minuteMs) {
  const until = new Date(clock.now() + ms);
  return {
    token: (jti = 'j1'): Revocation => ({ kind: 'token', jti, until }),
    session: (sessionId = 's1'): Revocation => ({ kind: 'session', sessionId, until }),
    user: (epoch: number, exceptSessionId: string | null = null, exceptFromEpoch = 0): Revocation => ({
      kind: 'user',
      tenantId: 'acme',
      userId: 'ada',
      epoch,
      exceptSessionId,
      exceptFromEpoch,
      until,
    }),
    tenant: (epoch: number): Revocation => ({ kind: 'tenant', tenantId: 'acme', epoch, until }),
    roles: (version: number): Revocation => ({
      kind: 'roles',
      tenantId: 'acme',
      userId: 'ada',
      version,
      until,
    }),
  };
}

/** The log of a store that declares one. */
export function requireLog({ log }: RevocationStore): RevocationLog {
  assert.ok(log, 'the revocations offer no log');
  return log;
}

/** A reader of the whole log, as it is now. */
export async function readAll(revocations: RevocationStore): Promise<RevocationLogReader> {
  const reader = createRevocationLogReader(requireLog(revocations));
  await reader.catchUp();
  return reader;
}

/** Insists that a reader says of each token what the store says. */
export async function assertAgree(
  reader: RevocationLogReader,
  revocations: RevocationStore,
  subjects: readonly RevocationSubject[],
): Promise<void> {
  for (const subject of subjects) {
    const expected = await revocations.isRevoked(subject);
    assert.equal(reader.isRevoked(subject), expected, JSON.stringify(subject));
  }
}

/** Insists that a reader holds each entry, no weaker than it is here. */
export function assertHolds(reader: RevocationLogReader, expected: readonly Revocation[]): void {
  const held = new Map(reader.list().map((revocation) => [nameOfRevocation(revocation), revocation]));
  for (const { until, ...entry } of expected) {
    const found = held.get(nameOfRevocation({ until, ...entry } as Revocation));
    assert.ok(found, `the reader lacks ${JSON.stringify(entry)}`);
    assert.deepEqual(withoutStrength(found), withoutStrength({ until, ...entry } as Revocation));
    const [fromEpoch, leastFromEpoch] = [found, entry].map(exceptionStart);
    assert.ok((fromEpoch ?? 0) >= (leastFromEpoch ?? 0), `the exception begins at ${fromEpoch}`);
    assert.ok(found.until >= until, `until ${found.until.toISOString()}, not ${until.toISOString()}`);
  }
}

/** All but what more than one entry may have made stronger. */
function withoutStrength(revocation: Revocation): object {
  return { ...revocation, until: null, exceptFromEpoch: null };
}

function exceptionStart(entry: object): number {
  return 'exceptFromEpoch' in entry ? Number(entry.exceptFromEpoch) : 0;
}
