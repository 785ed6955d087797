import type { RevocationStore, SessionStore } from '@tessera-auth/core/stores';

/** The revocation store, which calls `announce` after each addition. */
export function announcingRevocations(revocations: RevocationStore, announce: () => void): RevocationStore {
  return {
    ...revocations,
    async add(added) {
      await revocations.add(added);
      announce();
    },
  };
}

/** The session store, which calls `announce` after each step that recorded revocations. */
export function announcingSessions(sessions: SessionStore, announce: () => void): SessionStore {
  const after = async <T>(step: Promise<T>, hasRecorded: (outcome: T) => boolean): Promise<T> => {
    const outcome = await step;
    if (hasRecorded(outcome)) announce();
    return outcome;
  };
  return {
    ...sessions,
    create: (command) =>
      after(
        sessions.create(command),
        (outcome) => outcome.kind === 'created' && outcome.endedSessionIds.length > 0,
      ),
    rotate: (command) => after(sessions.rotate(command), ({ kind }) => kind === 'reuse' || kind === 'fork'),
    rotateHard: (command) =>
      after(sessions.rotateHard(command), (session) => session !== null && command.endsOthers),
    end: (command) => after(sessions.end(command), (outcome) => outcome !== null),
    endOthers: (command) => after(sessions.endOthers(command), (session) => session !== null),
    endAll: (command) => after(sessions.endAll(command), () => true),
    endTenant: (command) => after(sessions.endTenant(command), () => true),
  };
}
