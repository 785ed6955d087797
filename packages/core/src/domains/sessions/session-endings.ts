import type { Clock } from '../../clock.js';
import { createId, type Random } from '../../crypto/random.js';
import type { Revocation } from '../../stores/revocation.js';
import type { RevocationStore } from '../../stores/revocation-store.js';
import type {
  EndSessionOutcome,
  SessionEndReason,
  SessionRecord,
  SessionStore,
} from '../../stores/session-store.js';
import { findTag, tagOf } from '../../stores/tagged-id.js';
import type { UserRef } from '../../stores/user-store.js';
import type { SessionPolicy } from './session-policy.js';

/** What ending sessions needs. */
export interface SessionEndingsOptions {
  readonly store: SessionStore;
  readonly revocations: RevocationStore;
  readonly onRecorded: (revocations: readonly Revocation[]) => void;
  readonly policy: SessionPolicy;
  readonly accessTokenMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Ends sessions together with their access tokens.
 *
 * Every method may be called again after it failed half-way, and then does what is left.
 */
export interface SessionEndings {
  /** Ends one session of the user. @returns it, and whether it was live; `null` when the user has no such session. */
  end(user: UserRef, sessionId: string, reason: SessionEndReason): Promise<EndSessionOutcome | null>;
  /**
   * Ends the session that a verified access token names. Its access tokens die even where the store does not know it: a
   * store that was restored or failed over may have lost the session, and nodes accept its tokens all the same.
   *
   * @returns whether its tokens were good until now.
   */
  endByAccessToken(session: UserRef & { readonly sessionId: string }): Promise<boolean>;
  endAll(user: UserRef): Promise<void>;
  endTenant(tenantId: string): Promise<void>;
  /** Records that the store ended these sessions, where it has not done so itself. */
  recordEnded(sessionIds: readonly string[]): Promise<void>;
  /** Records that the user's epoch is this one now, where the store has not done so itself. */
  recordEpoch(user: UserRef, epoch: number, exceptSessionId?: string | null): Promise<void>;
  /** What follows when somebody else holds the secrets of a session that the store has ended for it. */
  endStolen(session: SessionRecord): Promise<void>;
  /**
   * The session, if it was ended as stolen and an outage cut short what follows from that, which is now done; otherwise
   * `null`, and nothing changed.
   */
  finishStolen(tenantId: string, sessionId: string): Promise<SessionRecord | null>;
}

/** Endings over a store, recorded in the revocation store by whichever of the two can. */
export function createSessionEndings(options: SessionEndingsOptions): SessionEndings {
  const { store, revocations, onRecorded, policy, accessTokenMs, clock, random } = options;
  const isLinked = store.recordsRevocationsIn === revocations;

  const until = (): Date => new Date(clock.now() + accessTokenMs);
  const record = async (entries: readonly Revocation[]): Promise<void> => {
    if (entries.length === 0) return;
    if (!isLinked) await revocations.add(entries);
    onRecorded(entries);
  };
  const recordEnded = (sessionIds: readonly string[]): Promise<void> =>
    record(sessionIds.map((sessionId) => ({ kind: 'session', sessionId, until: until() })));
  const recordEpoch = (
    { tenantId, userId }: UserRef,
    epoch: number,
    exceptSessionId: string | null = null,
  ): Promise<void> => record([{ kind: 'user', tenantId, userId, epoch, exceptSessionId, until: until() }]);

  const raiseEpoch = async ({ tenantId, userId }: UserRef, commandId: string): Promise<void> => {
    const epoch = await store.endAll({ tenantId, userId, commandId, accessTokenMs });
    await recordEpoch({ tenantId, userId }, epoch);
  };

  const endStolen = async (session: SessionRecord): Promise<void> => {
    await recordEnded([session.id]);
    // Named after the session, so that the theft of one session raises the epoch once, whoever notices it.
    if (policy.endsAllOnReuse) await raiseEpoch(session, session.id);
  };

  const isDealtWith = async (session: SessionRecord): Promise<boolean> => {
    const { userEpoch } = await store.readEpochs({ tenantId: session.tenantId, userId: session.userId });
    if (policy.endsAllOnReuse && userEpoch <= session.userEpoch) return false;
    const lastTokenDiesAtMs = (session.endedAt?.getTime() ?? 0) + accessTokenMs;
    return isLinked || lastTokenDiesAtMs <= clock.now() || revocations.isRevoked(subjectOf(session));
  };

  const end: SessionEndings['end'] = async ({ tenantId, userId }, sessionId, reason) => {
    const ended = await store.end({ tenantId, userId, sessionId, reason, accessTokenMs });
    if (ended !== null) await recordEnded([sessionId]);
    return ended;
  };

  return {
    recordEnded,
    recordEpoch,
    endStolen,
    end,

    async endByAccessToken({ sessionId, ...user }) {
      const ended = await end(user, sessionId, 'signed_out');
      if (ended !== null) return ended.wasLive;
      // An id that another user's session might have must not be put on the list.
      if (findTag(sessionId) !== tagOf(user)) return false;
      const epochs = { userEpoch: aboveAll, tenantEpoch: aboveAll };
      if (await revocations.isRevoked(subjectOf({ ...user, ...epochs, id: sessionId }))) return false;
      const lost: Revocation = { kind: 'session', sessionId, until: until() };
      await revocations.add([lost]);
      onRecorded([lost]);
      return true;
    },

    endAll: (user) => raiseEpoch(user, createId(random)),

    async endTenant(tenantId) {
      const epoch = await store.endTenant({ tenantId, commandId: createId(random), accessTokenMs });
      await record([{ kind: 'tenant', tenantId, epoch, until: until() }]);
    },

    async finishStolen(tenantId, sessionId) {
      // Here the store has done everything in the step that judged the token.
      if (isLinked && !policy.endsAllOnReuse) return null;
      const session = await store.find(tenantId, sessionId);
      const isStolen = session?.endReason === 'reuse' || session?.endReason === 'fork';
      if (session === null || !isStolen || (await isDealtWith(session))) return null;
      await endStolen(session);
      return session;
    },
  };
}

/** Above every version and every epoch that there is. */
const aboveAll = 2_147_483_647;

/** An access token that only the end of its session or an epoch can revoke. */
function subjectOf({
  id,
  tenantId,
  userId,
  userEpoch,
  tenantEpoch,
}: Pick<SessionRecord, 'id' | 'tenantId' | 'userId' | 'userEpoch' | 'tenantEpoch'>) {
  // Roles that change end no session.
  return { jti: '', sessionId: id, tenantId, userId, userEpoch, tenantEpoch, rolesVersion: aboveAll };
}
