import { createMemorySessionStore, type EndSessionOutcome, memoryStores } from '@tessera-auth/core/stores';
import { broken, brokenSessions, type Defect, letOthersGoFirst } from './defect.js';

/** Mistakes in storing, listing, ending and cleaning up sessions. */
export const sessionDefects: readonly Defect[] = [
  {
    name: 'keeps whole seconds only',
    noticedBy: 'session records > instants keep their milliseconds',
    open: brokenSessions((sessions) => ({
      async find(tenantId, id) {
        const session = await sessions.find(tenantId, id);
        if (session === null) return null;
        return { ...session, createdAt: new Date(Math.floor(session.createdAt.getTime() / 1000) * 1000) };
      },
    })),
  },
  {
    name: 'lives by a clock of its own',
    noticedBy: 'session records > a session comes back with every field it was created with',
    open: () => memoryStores(),
  },
  {
    name: 'hands out what it holds',
    noticedBy: 'session records > a record that was handed out is a copy',
    open: brokenSessions((sessions) => {
      const given = new Map<string, readonly string[]>();
      return {
        async create(command) {
          given.set(command.id, command.amr);
          return sessions.create(command);
        },
        async find(tenantId, id) {
          const session = await sessions.find(tenantId, id);
          return session === null ? null : { ...session, amr: given.get(id) ?? [] };
        },
      };
    }),
  },
  {
    name: 'knows no year after 9999',
    noticedBy: 'list > a page may begin at any instant',
    open: brokenSessions((sessions) => ({
      async list(user, page) {
        const year = page.after?.createdAt.getUTCFullYear() ?? 0;
        return year > 9999 ? { sessions: [], next: null } : sessions.list(user, page);
      },
    })),
  },
  {
    name: 'ignores the tenant',
    noticedBy: 'session records > a session is invisible under another tenant',
    open: brokenSessions((sessions) => {
      const tenants = new Map<string, string>();
      return {
        async create(command) {
          tenants.set(command.id, command.tenantId);
          return sessions.create(command);
        },
        find: (tenantId, id) => sessions.find(tenants.get(id) ?? tenantId, id),
      };
    }),
  },
  {
    name: "ends anybody's session",
    noticedBy: 'session records > nobody rotates, ends or keeps the session of somebody else',
    open: brokenSessions((sessions) => ({
      async end(command) {
        const session = await sessions.find(command.tenantId, command.sessionId);
        return sessions.end({ ...command, userId: session?.userId ?? command.userId });
      },
    })),
  },
  {
    name: 'joins tenant and user with a colon',
    noticedBy: 'session records > names that run together when joined stay apart',
    open: brokenSessions((sessions) => {
      const join = <T extends { tenantId: string; userId: string }>(user: T): T => ({
        ...user,
        tenantId: '',
        userId: `${user.tenantId}:${user.userId}`,
      });
      return {
        readEpochs: (user) => sessions.readEpochs(join(user)),
        endAll: (command) => sessions.endAll(join(command)),
      };
    }),
  },
  {
    name: 'takes an unknown id for an outage',
    noticedBy: 'session records > what is missing is absent: null, invalid, an empty list, epoch 0',
    open: brokenSessions((sessions) => ({
      async end(command) {
        return sessions.end(command).then((outcome) => outcome ?? ({} as EndSessionOutcome));
      },
    })),
  },
  {
    name: 'creates without looking at the epoch',
    noticedBy: 'create > creates nothing when the user epoch moved since it was read',
    open: brokenSessions((sessions) => ({
      create: async (command) =>
        sessions.create({ ...command, expectedEpochs: await sessions.readEpochs(command) }),
    })),
  },
  {
    name: 'looks at the user epoch only',
    noticedBy: 'create > creates nothing when the tenant epoch moved since it was read',
    open: brokenSessions((sessions) => ({
      async create(command) {
        const { tenantEpoch } = await sessions.readEpochs(command);
        return sessions.create({ ...command, expectedEpochs: { ...command.expectedEpochs, tenantEpoch } });
      },
    })),
  },
  {
    name: 'counts first and creates later',
    noticedBy: 'races > the cap holds under parallel sign-ins, and each ended session is reported once',
    open: brokenSessions((sessions) => ({
      async create(command) {
        const { sessions: live } = await sessions.list(command, { limit: 1000, after: null });
        const isFull = live.length >= command.maxSessions;
        return sessions.create(isFull ? command : { ...command, maxSessions: 1_000_000 });
      },
    })),
  },
  {
    name: 'lets the idle expiry pass the absolute one',
    noticedBy: 'create > the idle expiry never lies behind the absolute one',
    open: brokenSessions((sessions) => ({
      async create(command) {
        const outcome = await sessions.create(command);
        if (outcome.kind !== 'created') return outcome;
        const idleExpiresAt = new Date(outcome.session.createdAt.getTime() + command.idleLifetimeMs);
        return { ...outcome, session: { ...outcome.session, idleExpiresAt } };
      },
    })),
  },
  {
    name: 'calls every device new',
    noticedBy: 'create > a device is new until any session of the user, even an ended one, came from it',
    open: brokenSessions((sessions) => ({
      async create(command) {
        const outcome = await sessions.create(command);
        return outcome.kind === 'created' ? { ...outcome, isNewDevice: true } : outcome;
      },
    })),
  },
  {
    name: 'stops listing after 100 sessions',
    noticedBy:
      'a user with very many sessions > is listed without ghosts or omissions, signed out in one step, and cleaned up',
    open: brokenSessions((sessions) => ({
      async list(user, page) {
        const listed = await sessions.list(user, { ...page, limit: Math.min(page.limit, 100) });
        return page.limit > 100 ? { ...listed, next: null } : listed;
      },
    })),
  },
  {
    name: 'pages by instant alone',
    noticedBy: 'list > pages join without gap or overlap, also inside one instant',
    open: brokenSessions((sessions) => ({
      list: (user, { limit, after }) =>
        sessions.list(user, { limit, after: after === null ? null : { ...after, id: '~' } }),
    })),
  },
  {
    name: 'lists the dead',
    noticedBy: 'list > ended, expired and overtaken sessions and those of others are not listed',
    open: brokenSessions((sessions) => {
      const ids: string[] = [];
      return {
        async create(command) {
          ids.push(command.id);
          return sessions.create(command);
        },
        async list(user) {
          const found = await Promise.all(ids.map((id) => sessions.find(user.tenantId, id)));
          return { sessions: found.flatMap((session) => session ?? []), next: null };
        },
      };
    }),
  },
  {
    name: 'ends again what has ended',
    noticedBy:
      'end, endOthers, endAll, endTenant > the first ending stands: later ones do not change when or why',
    open: brokenSessions((sessions, clock) => ({
      async end(command) {
        const ended = await sessions.end(command);
        const end = { endedAt: new Date(clock.now()), endReason: command.reason };
        return ended && { ...ended, session: { ...ended.session, ...end } };
      },
    })),
  },
  {
    name: 'takes every session that nobody ended by name for a live one',
    noticedBy:
      'end, endOthers, endAll, endTenant > end tells a session that was over already, whatever ended it, from one that was live',
    open: brokenSessions((sessions) => ({
      async end(command) {
        const before = await sessions.find(command.tenantId, command.sessionId);
        const outcome = await sessions.end(command);
        return outcome && { ...outcome, wasLive: before?.endedAt === null };
      },
    })),
  },
  {
    name: 'lets everybody who ends a session at once have ended it',
    noticedBy: 'races > of all that end a session at once, one ends it',
    open: brokenSessions((sessions) => ({
      async end(command) {
        const before = await sessions.find(command.tenantId, command.sessionId);
        await letOthersGoFirst();
        const outcome = await sessions.end(command);
        return outcome && { ...outcome, wasLive: before?.endedAt === null };
      },
    })),
  },
  {
    name: 'signs out everywhere by ending what it lists at that moment',
    noticedBy: 'races > no sign-in that began before an endAll or endTenant leaves a live session',
    open: brokenSessions((sessions) => ({
      async endAll({ tenantId, userId, accessTokenMs }) {
        const { sessions: live } = await sessions.list({ tenantId, userId }, { limit: 1000, after: null });
        for (const { id: sessionId } of live) {
          await sessions.end({ tenantId, userId, sessionId, reason: 'signed_out', accessTokenMs });
        }
        return 1;
      },
      endTenant: async () => 1,
    })),
  },
  {
    name: 'raises an epoch twice for one command',
    noticedBy: 'the same command twice > endAll, endOthers and endTenant raise once',
    open: brokenSessions((sessions) => {
      let count = 0;
      return { endAll: (command) => sessions.endAll({ ...command, commandId: `${count++}` }) };
    }),
  },
  {
    name: 'raises an epoch once for all commands',
    noticedBy: 'the same command twice > another command raises again',
    open: brokenSessions((sessions) => ({
      endTenant: (command) => sessions.endTenant({ ...command, commandId: 'one' }),
    })),
  },
  {
    name: 'keeps the others when it should end them',
    noticedBy: 'rotateHard > with endsOthers only this session of this user lives on',
    open: brokenSessions((sessions) => ({
      rotateHard: (command) => sessions.rotateHard({ ...command, endsOthers: false }),
    })),
  },
  {
    name: 'cleans up without a limit',
    noticedBy: 'expiry and deleteExpired > deletes what is past its absolute end, at most limit at once',
    open: brokenSessions((sessions) => ({ deleteExpired: () => sessions.deleteExpired(1_000_000) })),
  },
  {
    name: 'cleans up epochs with the sessions',
    noticedBy: 'expiry and deleteExpired > cleanup changes the outcome of no token',
    open: brokenSessions((sessions) => {
      let isClean = false;
      return {
        async deleteExpired(limit) {
          isClean = true;
          return sessions.deleteExpired(limit);
        },
        readEpochs: async (user) => (isClean ? { userEpoch: 0, tenantEpoch: 0 } : sessions.readEpochs(user)),
      };
    }),
  },
  {
    name: 'claims to record revocations and does not',
    noticedBy:
      'linked recording > an ended session is revoked in the same step, for as long as its access tokens live',
    open: broken(({ revocations }, clock) => ({
      sessions: { ...createMemorySessionStore({ clock }), recordsRevocationsIn: revocations },
    })),
  },
  {
    name: 'records for half the life of an access token',
    noticedBy:
      'linked recording > an ended session is revoked in the same step, for as long as its access tokens live',
    open: brokenSessions((sessions) => ({
      end: (command) => sessions.end({ ...command, accessTokenMs: command.accessTokenMs / 2 }),
    })),
  },
];
