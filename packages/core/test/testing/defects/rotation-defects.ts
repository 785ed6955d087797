import type { RotateCommand, SessionStore } from '@tessera-auth/core/stores';
import { brokenSessions, type Defect, letOthersGoFirst } from './defect.js';

function withCommand(change: (command: RotateCommand) => Partial<RotateCommand>): Defect['open'] {
  return brokenSessions((sessions) => ({
    rotate: (command) => sessions.rotate({ ...command, ...change(command) }),
  }));
}

/** Asks what is stored, and only then decides. */
function readThenWrite(sessions: SessionStore): Partial<SessionStore> {
  return {
    async rotate(command) {
      const before = await sessions.find(command.tenantId, command.sessionId);
      await letOthersGoFirst();
      const outcome = await sessions.rotate(command);
      return outcome.kind === 'grace' && before?.generation === command.generation
        ? { kind: 'rotated', session: { ...outcome.session, ...command.next } }
        : outcome;
    },
  };
}

/** Mistakes in judging a refresh token. */
export const rotationDefects: readonly Defect[] = [
  {
    name: 'rotates by reading first and writing later',
    noticedBy: 'races > of parallel refreshes one rotates and all get its successor',
    open: brokenSessions(readThenWrite),
  },
  {
    name: "rotates anybody's session",
    noticedBy: 'session records > nobody rotates, ends or keeps the session of somebody else',
    open: brokenSessions((sessions) => ({
      async rotate(command) {
        const session = await sessions.find(command.tenantId, command.sessionId);
        return sessions.rotate({ ...command, userId: session?.userId ?? command.userId });
      },
    })),
  },
  {
    name: 'has no floor',
    noticedBy: 'rotate > current, 1 ms before the floor: unchanged',
    open: withCommand(() => ({ floorMs: 0 })),
  },
  {
    name: 'has a floor of 1 ms too much',
    noticedBy: 'rotate > current, at the floor: rotated',
    open: withCommand(({ floorMs }) => ({ floorMs: floorMs + 1 })),
  },
  {
    name: 'has no grace',
    noticedBy: 'rotate > predecessor at once: grace',
    open: withCommand(() => ({ graceMs: 0 })),
  },
  {
    name: 'counts the end of the grace in',
    noticedBy: 'rotate > predecessor as the grace ends: reuse',
    open: withCommand(({ graceMs }) => ({ graceMs: graceMs + 1 })),
  },
  {
    name: 'counts the end of the recovery in',
    noticedBy: 'rotate > predecessor, same attempt, after 24 h: reuse',
    open: withCommand(({ recoveryMs }) => ({ recoveryMs: recoveryMs + 1 })),
  },
  {
    name: 'forgets the attempt',
    noticedBy: 'rotate > predecessor, same attempt, as the grace ends: recovered',
    open: withCommand(() => ({ attemptHash: null })),
  },
  {
    name: 'takes any attempt for the same',
    noticedBy: 'rotate > predecessor, another attempt: reuse',
    open: withCommand(({ attemptHash }) => ({ attemptHash: attemptHash === null ? null : 'some' })),
  },
  {
    name: 'takes no attempt on either side for the same attempt',
    noticedBy: 'rotate > predecessor as the grace ends: reuse',
    open: withCommand(({ attemptHash }) => ({ attemptHash: attemptHash ?? 'none' })),
  },
  {
    name: 'reports reuse and leaves the session alive',
    noticedBy: 'rotate > two behind: reuse',
    open: brokenSessions((sessions) => ({
      async rotate(command) {
        const session = await sessions.find(command.tenantId, command.sessionId);
        return session !== null && command.generation < session.generation - 1
          ? { kind: 'reuse', session }
          : sessions.rotate(command);
      },
    })),
  },
  {
    name: 'ends a session whose token is ahead of a store that was rolled back',
    noticedBy: 'rotate > one ahead: ahead',
    open: brokenSessions((sessions) => ({
      async rotate(command) {
        const outcome = await sessions.rotate(command);
        if (outcome.kind !== 'ahead') return outcome;
        const ended = await sessions.end({ ...outcome.session, ...command, reason: 'reuse' });
        return { kind: 'ahead', session: ended?.session ?? outcome.session };
      },
    })),
  },
  {
    name: 'answers a command that is sent again like that of another client',
    noticedBy: 'the same command twice > rotate rotates once and answers the same',
    open: brokenSessions((sessions) => {
      const done = new Set<string>();
      return {
        async rotate(command) {
          const isAgain = done.has(command.next.secretHash);
          done.add(command.next.secretHash);
          const outcome = await sessions.rotate(command);
          return isAgain && outcome.kind === 'rotated' ? { ...outcome, kind: 'grace' } : outcome;
        },
      };
    }),
  },
  {
    name: 'rotates hard as it rotates softly',
    noticedBy: 'rotate > voided by a hard rotation: superseded',
    open: brokenSessions((sessions) => ({
      async rotateHard({ next, ...command }) {
        const session = await sessions.find(command.tenantId, command.sessionId);
        if (session === null) return null;
        const windows = { floorMs: 0, graceMs: 0, recoveryMs: 0, attemptHash: null };
        const outcome = await sessions.rotate({ ...session, ...command, ...windows, next });
        return outcome.kind === 'invalid' ? null : outcome.session;
      },
    })),
  },
];
