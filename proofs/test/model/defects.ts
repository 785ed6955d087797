import {
  type Clock,
  createMemoryRevocationStore,
  createMemorySessionStore,
  memoryStores,
  type Revocation,
  type RevocationStore,
  type RotateCommand,
  type SessionRecord,
  type SessionStore,
  type Stores,
} from '@tessera-auth/core/stores';

/** A store that does one thing wrong, and the invariant that must notice; 25 is the comparison with memory. */
export interface Defect {
  readonly name: string;
  readonly noticedBy: number;
  readonly open: (clock: Clock) => Stores;
}

/** Memory stores whose sessions do some things wrong. */
function brokenSessions(
  replace: (sessions: SessionStore, clock: Clock) => Partial<SessionStore>,
): Defect['open'] {
  return (clock) => {
    const stores = memoryStores({ clock });
    return { ...stores, sessions: { ...stores.sessions, ...replace(stores.sessions, clock) } };
  };
}

/** Memory stores whose sessions record what they end in revocations that do some things wrong. */
function brokenRevocations(
  replace: (revocations: RevocationStore, clock: Clock) => Partial<RevocationStore>,
): Defect['open'] {
  return (clock) => {
    const sound = createMemoryRevocationStore({ clock });
    const revocations = { ...sound, ...replace(sound, clock) };
    return {
      ...memoryStores({ clock }),
      revocations,
      sessions: createMemorySessionStore({ clock, revocations }),
    };
  };
}

function withCommand(change: (command: RotateCommand) => Partial<RotateCommand>): Defect['open'] {
  return brokenSessions((sessions) => ({
    rotate: (command) => sessions.rotate({ ...command, ...change(command) }),
  }));
}

function withRow(change: (row: SessionRecord) => SessionRecord): Defect['open'] {
  return brokenSessions((sessions) => ({
    async find(tenantId, id) {
      const row = await sessions.find(tenantId, id);
      return row === null ? null : change(row);
    },
  }));
}

function recording(isRecorded: (entry: Revocation) => boolean): Defect['open'] {
  return brokenRevocations((revocations) => ({
    add: (entries) => revocations.add(entries.filter(isRecorded)),
  }));
}

const isOfSession = ({ kind }: Revocation): boolean => kind === 'session';

const judging: readonly Defect[] = [
  { name: 'has no grace', noticedBy: 0, open: withCommand(() => ({ graceMs: 0 })) },
  { name: 'has no floor', noticedBy: 0, open: withCommand(() => ({ floorMs: 0 })) },
  {
    name: 'recovers after 24 hours',
    noticedBy: 0,
    open: withCommand(({ recoveryMs }) => ({ recoveryMs: recoveryMs * 30 })),
  },
  {
    name: 'gives each retry a successor of its own',
    noticedBy: 1,
    open: brokenSessions((sessions) => ({
      async rotate(command) {
        const outcome = await sessions.rotate(command);
        if (outcome.kind !== 'grace') return outcome;
        return { kind: 'rotated', session: { ...outcome.session, ...command.next } };
      },
    })),
  },
  {
    name: 'counts generations in one bit',
    noticedBy: 2,
    open: withRow((row) => ({ ...row, generation: row.generation % 2 })),
  },
  {
    name: 'keeps something of every rotation',
    noticedBy: 3,
    open: withRow((row) => ({ ...row, amr: [...row.amr, 'x'.repeat(row.generation)] })),
  },
  { name: 'forgets the attempt', noticedBy: 4, open: withCommand(() => ({ attemptHash: null })) },
  { name: 'takes a straggler for a thief', noticedBy: 5, open: withCommand(() => ({ graceMs: 0 })) },
  { name: 'has a grace without end', noticedBy: 6, open: withCommand(() => ({ graceMs: 1e12 })) },
  {
    name: 'lives longer than it may',
    noticedBy: 7,
    open: brokenSessions((sessions) => ({
      create: (command) =>
        sessions.create({ ...command, absoluteLifetimeMs: command.absoluteLifetimeMs + 60_000 }),
    })),
  },
  {
    name: 'lets a voided token live on',
    noticedBy: 8,
    open: brokenSessions((sessions) => ({
      async rotate(command) {
        const outcome = await sessions.rotate(command);
        return outcome.kind === 'superseded' ? { ...outcome, kind: 'unchanged' } : outcome;
      },
    })),
  },
  {
    name: 'takes a token that is dead for one that was stolen',
    noticedBy: 24,
    open: brokenSessions((sessions) => ({
      async rotate(command) {
        const outcome = await sessions.rotate(command);
        const session = await sessions.find(command.tenantId, command.sessionId);
        return outcome.kind === 'invalid' && session !== null ? { kind: 'reuse', session } : outcome;
      },
    })),
  },
];

const ending: readonly Defect[] = [
  {
    name: 'says that it ended a session and does not',
    noticedBy: 11,
    open: brokenSessions((sessions) => ({
      async end({ tenantId, sessionId }) {
        const session = await sessions.find(tenantId, sessionId);
        return session && { session, wasLive: session.endedAt === null };
      },
    })),
  },
  {
    name: 'does not record that everything of a user was ended',
    noticedBy: 12,
    open: recording((entry) => entry.kind !== 'user'),
  },
  {
    name: 'forgets the epoch when it creates',
    noticedBy: 13,
    open: brokenSessions((sessions) => ({
      create: async (command) =>
        sessions.create({ ...command, expectedEpochs: await sessions.readEpochs(command) }),
    })),
  },
  {
    name: 'excepts nobody',
    noticedBy: 14,
    open: brokenRevocations((revocations) => ({
      add: (entries) =>
        revocations.add(
          entries.map((entry) => (entry.kind === 'user' ? { ...entry, exceptSessionId: null } : entry)),
        ),
    })),
  },
  {
    name: 'counts epochs in one bit',
    noticedBy: 15,
    open: brokenSessions((sessions) => ({
      async readEpochs(user) {
        const { userEpoch, tenantEpoch } = await sessions.readEpochs(user);
        return { userEpoch: userEpoch % 2, tenantEpoch };
      },
    })),
  },
  {
    name: 'does not record that the others were ended',
    noticedBy: 16,
    open: recording((entry) => entry.kind !== 'user' || entry.exceptSessionId === null),
  },
  {
    name: 'does not record whom a full house put out',
    noticedBy: 16,
    open: recording((entry) => !isOfSession(entry)),
  },
  {
    name: 'weakens what is revoked by what is revoked later',
    noticedBy: 16,
    open: brokenRevocations((_, clock) => {
      let latest = createMemoryRevocationStore({ clock });
      return {
        add(entries) {
          latest = createMemoryRevocationStore({ clock });
          return latest.add(entries);
        },
        isRevoked: (subject) => latest.isRevoked(subject),
      };
    }),
  },
  {
    name: 'cleans up revocations before their time',
    noticedBy: 16,
    open: brokenRevocations((_, clock) =>
      createMemoryRevocationStore({ clock: { now: () => clock.now() + 900_000 } }),
    ),
  },
];

const keeping: readonly Defect[] = [
  {
    name: 'lists ghosts',
    noticedBy: 21,
    open: brokenSessions((sessions) => {
      const created: SessionRecord[] = [];
      return {
        async create(command) {
          const outcome = await sessions.create(command);
          if (outcome.kind === 'created') created.push(outcome.session);
          return outcome;
        },
        list: async ({ tenantId, userId }) => ({
          sessions: created.filter((row) => row.tenantId === tenantId && row.userId === userId).toReversed(),
          next: null,
        }),
      };
    }),
  },
  {
    name: 'loses a session where a page ends',
    noticedBy: 21,
    open: brokenSessions((sessions) => ({
      async list(user, page) {
        const found = await sessions.list(user, page);
        return page.after === null ? found : { ...found, sessions: found.sessions.slice(1) };
      },
    })),
  },
  {
    name: 'has no cap',
    noticedBy: 22,
    open: brokenSessions((sessions) => ({
      create: (command) => sessions.create({ ...command, maxSessions: 10_000 }),
    })),
  },
  {
    name: 'deletes live sessions when it cleans up',
    noticedBy: 23,
    open: brokenSessions((sessions, clock) => {
      let deletedAtMs = Number.NEGATIVE_INFINITY;
      const isGone = (row: SessionRecord): boolean => row.createdAt.getTime() < deletedAtMs - 3_600_000;
      return {
        async list(user, page) {
          const found = await sessions.list(user, page);
          return { ...found, sessions: found.sessions.filter((row) => !isGone(row)) };
        },
        deleteExpired(limit) {
          deletedAtMs = clock.now();
          return sessions.deleteExpired(limit);
        },
      };
    }),
  },
  {
    name: 'keeps whole seconds only',
    noticedBy: 25,
    open: withRow((row) => ({
      ...row,
      createdAt: new Date(Math.floor(row.createdAt.getTime() / 1000) * 1000),
    })),
  },
];

/** Stores that the traces must find. */
export const defects: readonly Defect[] = [...judging, ...ending, ...keeping];
