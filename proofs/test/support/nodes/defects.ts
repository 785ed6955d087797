import type { RevocationLog, RotateOutcome, SessionStore, Stores } from '@tessera-auth/core/stores';

/** One thing that a node does wrong, and that a storm must bring to light. */
export type DefectName = keyof typeof defects;

/** Those stores, as a node with this defect uses them. */
export function withDefect(stores: Stores, name: DefectName | null): Stores {
  return name === null ? stores : defects[name](stores);
}

const defects = {
  'rotates in two steps': (stores) =>
    withSessions(stores, ({ find, rotateHard }) => ({
      async rotate(command): Promise<RotateOutcome> {
        const session = await find(command.tenantId, command.sessionId);
        if (session === null) return { kind: 'invalid' };
        if (session.generation !== command.generation) return { kind: 'grace', session };
        const rotated = await rotateHard({ ...session, ...command, endsOthers: false });
        return rotated === null ? { kind: 'invalid' } : { kind: 'rotated', session: rotated };
      },
    })),
  'knows no grace': (stores) =>
    withSessions(stores, ({ rotate }) => ({ rotate: (command) => rotate({ ...command, graceMs: 0 }) })),
  'forgets attempt ids': (stores) =>
    withSessions(stores, ({ rotate }) => ({
      rotate: (command) => rotate({ ...command, attemptHash: null }),
    })),
  'has a grace of an hour': (stores) =>
    withSessions(stores, ({ rotate }) => ({
      rotate: (command) => rotate({ ...command, graceMs: 3_600_000, floorMs: 3_600_000 }),
    })),
  'ends nothing': (stores) =>
    withSessions(stores, ({ find }) => ({
      async end({ tenantId, sessionId }) {
        const session = await find(tenantId, sessionId);
        return session && { session, wasLive: session.endedAt === null };
      },
    })),
  'reads epochs late': (stores) =>
    withSessions(stores, ({ create, readEpochs }) => ({
      create: async (command) => create({ ...command, expectedEpochs: await readEpochs(command) }),
    })),
  'counts one session less': (stores) =>
    withSessions(stores, ({ create }) => ({
      create: (command) => create({ ...command, maxSessions: command.maxSessions + 1 }),
    })),
  'hears nothing': (stores) => withLog(stores, createDeafLog),
} as const satisfies Record<string, (stores: Stores) => Stores>;

function withSessions(stores: Stores, replace: (sessions: SessionStore) => Partial<SessionStore>): Stores {
  return { ...stores, sessions: { ...stores.sessions, ...replace(stores.sessions) } };
}

/** Revocations with another log, in which the sessions still record what they end. */
function withLog(stores: Stores, replace: (log: RevocationLog) => RevocationLog): Stores {
  const { log } = stores.revocations;
  if (log === undefined) throw new Error('these revocations have no log');
  const revocations = { ...stores.revocations, log: replace(log) };
  return { ...stores, revocations, sessions: { ...stores.sessions, recordsRevocationsIn: revocations } };
}

/** Reads everything once, and nothing that comes later. */
function createDeafLog(log: RevocationLog): RevocationLog {
  return {
    read: async (cursor) =>
      cursor === null ? log.read(null) : { kind: 'page', revocations: [], cursor, hasMore: false },
  };
}
