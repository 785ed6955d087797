import { type Clock, systemClock } from '../../clock.js';
import { sha256 } from '../../crypto/hash.js';
import type { KeyRing } from '../../crypto/key-ring.js';
import { createId, type Random, systemRandom } from '../../crypto/random.js';
import { deleteInBatches } from '../../stores/delete-in-batches.js';
import type { Revocation } from '../../stores/revocation.js';
import type { RevocationStore } from '../../stores/revocation-store.js';
import type {
  EndSessionOutcome,
  Epochs,
  RefreshSecret,
  SessionCursor,
  SessionEndReason,
  SessionPage,
  SessionRecord,
  SessionStore,
} from '../../stores/session-store.js';
import { createTaggedId } from '../../stores/tagged-id.js';
import type { UserRef } from '../../stores/user-store.js';
import { describeDevice } from './device.js';
import { type HeldSession, holdSession } from './held-session.js';
import { createSessionRefresh, type RefreshOutcome } from './refresh-session.js';
import { isForgedRefreshToken, readRefreshToken } from './refresh-token.js';
import { createSessionEndings } from './session-endings.js';
import { readSessionPolicy, type SessionPolicy, type SessionPolicyOptions } from './session-policy.js';

/** What sessions are made of. */
export interface SessionsOptions extends SessionPolicyOptions {
  readonly store: SessionStore;
  /** Where ended sessions are recorded, so that their access tokens die too. */
  readonly revocations: RevocationStore;
  /** Told what has just been recorded there, so that it acts on this node at once. Default: nobody is told. */
  readonly onRecorded?: (revocations: readonly Revocation[]) => void;
  readonly keyRing: KeyRing;
  /** How long an access token issued now can be accepted, in milliseconds: its lifetime plus the leeway. */
  readonly accessTokenMs: number;
  readonly clock?: Clock;
  /** Tests only. */
  readonly random?: Random;
}

/** A sign-in that has begun: the epochs as they were before any credential was looked at. */
export interface SignIn {
  readonly user: UserRef;
  readonly epochs: Epochs;
}

/** What a new session is told about how it began. */
export interface NewSession {
  /** How the user proved who they are (RFC 8176). */
  readonly amr: readonly string[];
  /** A browser session has the shorter idle lifetime. */
  readonly isBrowser: boolean;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** A session that has just begun. */
export interface StartedSession extends HeldSession {
  /** No earlier session of the user came from the same device, browser and operating system. */
  readonly isNewDevice: boolean;
  /** The sessions that made room, for there were as many as may be live. */
  readonly endedSessionIds: readonly string[];
}

/** What else happens when a session is renewed. */
export interface SessionRenewal {
  /** A fresh proof of who the user is; it also moves `authTime`. */
  readonly amr?: readonly string[];
  /** Also ends every other session of the user, in the same step. */
  readonly endsOthers?: boolean;
}

/** Sessions with rotating refresh tokens. Every method rejects with `store_unavailable` when the store is away. */
export interface Sessions {
  /** The policy in force, in milliseconds. */
  readonly policy: SessionPolicy;

  /** Begins a sign-in. Call it before the credential is read, so that signing out everywhere stops a sign-in under way. */
  beginSignIn(user: UserRef): Promise<SignIn>;

  /** Starts a session. @returns `null` when the user was signed out everywhere since the sign-in began. */
  start(signIn: SignIn, session: NewSession): Promise<StartedSession | null>;

  /**
   * Exchanges a refresh token.
   *
   * @param user whose token it is, as {@link Sessions.findByRefreshToken} said; with another it is `invalid`.
   * @param attemptId an id of 16 to 128 characters that the client made and kept before sending; with it a lost answer
   * can be asked for again for 24 hours.
   */
  refresh(user: UserRef, refreshToken: unknown, attemptId?: string): Promise<RefreshOutcome>;

  /** The id of the session that a refresh token of ours belongs to, or `null`. Proves only that we issued it; no I/O. */
  findSessionId(tenantId: string, refreshToken: unknown): string | null;

  /** Whether somebody has made the refresh token up: it names a key of ours and was not made with it for the tenant. No I/O. */
  isForged(tenantId: string, refreshToken: unknown): boolean;

  /**
   * The session, live or not, that a refresh token of ours, however old, belongs to; `null` when there is none. Judges
   * nothing: only {@link Sessions.refresh} tells whether the token is good.
   */
  findByRefreshToken(tenantId: string, refreshToken: unknown): Promise<SessionRecord | null>;

  /** The session of the user if it is live. Being looked at keeps no session alive. */
  findLive(user: UserRef, sessionId: string): Promise<SessionRecord | null>;

  /** Gives the session a new token and voids all older ones, after its user's rights or proofs changed. `null`: not live. */
  renew(user: UserRef, sessionId: string, change?: SessionRenewal): Promise<HeldSession | null>;

  /**
   * Ends every session of the user but one, whose tokens stay good.
   *
   * @returns whether that one is live; otherwise nothing changed.
   */
  endOthers(user: UserRef, keepSessionId: string): Promise<boolean>;

  /** Ends one session of the user. @returns it, and whether it was live until now; `null` when the user has no such session. */
  end(user: UserRef, sessionId: string, reason: SessionEndReason): Promise<EndSessionOutcome | null>;

  /**
   * Signs out of the session that a verified access token names. Its access tokens are dead then, even where the store has
   * lost the session in a failover. Hand in only what such a token says.
   *
   * @returns whether they were good until now.
   */
  endByAccessToken(session: UserRef & { readonly sessionId: string }): Promise<boolean>;

  /**
   * Ends the session that a refresh token of ours, however old, belongs to. @returns it, and whether it was live until now;
   * `null` when there is none.
   */
  endByRefreshToken(tenantId: string, refreshToken: unknown): Promise<EndSessionOutcome | null>;

  /** Ends all sessions of the user at once, whatever their number. */
  endAll(user: UserRef): Promise<void>;

  /** Ends all sessions of all users of the tenant. */
  endTenant(tenantId: string): Promise<void>;

  /** The live sessions of the user, newest first. @param page where it begins, and its `limit`: 1 to 100, default 50. */
  list(
    user: UserRef,
    page?: { readonly limit?: number; readonly after?: SessionCursor | null },
  ): Promise<SessionPage>;

  /** Deletes sessions past their absolute end, in batches, for about as long as `budgetMs` (default 1000). @returns how many. */
  deleteExpired(budgetMs?: number): Promise<number>;
}

/**
 * Sessions over a store. One row a session, whatever its age; the store decides each rotation in one step.
 *
 * @throws `TypeError` when a duration is out of range, or the rotation floor is shorter than the grace.
 */
export function createSessions(options: SessionsOptions): Sessions {
  const { store, revocations, keyRing, accessTokenMs } = options;
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const policy = readSessionPolicy(options);
  const onRecorded = options.onRecorded ?? (() => {});
  const endings = createSessionEndings({
    store,
    revocations,
    onRecorded,
    policy,
    accessTokenMs,
    clock,
    random,
  });

  const createSecret = (): RefreshSecret & { readonly secret: Uint8Array } => {
    const secret = random.bytes(32);
    return { secret, secretHash: sha256(secret), nonce: createId(random), keyId: keyRing.activeKeyId };
  };
  const findByRefreshToken = async (tenantId: string, token: unknown): Promise<SessionRecord | null> => {
    const presented = readRefreshToken(keyRing, tenantId, token);
    return presented === null ? null : store.find(tenantId, presented.sessionId);
  };

  return {
    policy,

    async beginSignIn(user) {
      return { user: refOf(user), epochs: await store.readEpochs(refOf(user)) };
    },

    async start({ user, epochs }, { amr, isBrowser, ip, userAgent }) {
      const { secret, ...refreshSecret } = createSecret();
      const outcome = await store.create({
        ...user,
        ...refreshSecret,
        ...(await describeDevice(userAgent)),
        id: createTaggedId(user, random),
        idleLifetimeMs: isBrowser ? policy.browserIdleLifetimeMs : policy.idleLifetimeMs,
        absoluteLifetimeMs: policy.absoluteLifetimeMs,
        authTime: new Date(clock.now()),
        amr,
        ip,
        userAgent,
        expectedEpochs: epochs,
        maxSessions: policy.maxSessions,
        accessTokenMs,
      });
      if (outcome.kind === 'epoch_moved') return null;
      const { session, isNewDevice, endedSessionIds } = outcome;
      await endings.recordEnded(endedSessionIds);
      return { ...holdSession(keyRing, session, secret), isNewDevice, endedSessionIds };
    },

    refresh: createSessionRefresh({ store, keyRing, policy, endings, accessTokenMs, random }),

    findSessionId(tenantId, refreshToken) {
      return readRefreshToken(keyRing, tenantId, refreshToken)?.sessionId ?? null;
    },

    isForged(tenantId, refreshToken) {
      return isForgedRefreshToken(keyRing, tenantId, refreshToken);
    },

    async renew(user, sessionId, { endsOthers = false, ...proof } = {}) {
      const { secret, ...next } = createSecret();
      const session = await store.rotateHard({
        ...refOf(user),
        ...proof,
        sessionId,
        next,
        endsOthers,
        accessTokenMs,
      });
      if (session === null) return null;
      if (endsOthers) await endings.recordEpoch(session, session.userEpoch);
      return holdSession(keyRing, session, secret);
    },

    async endOthers(user, keepSessionId) {
      const kept = await store.endOthers({
        ...refOf(user),
        keepSessionId,
        commandId: createId(random),
        accessTokenMs,
      });
      if (kept === null) return false;
      await endings.recordEpoch(kept, kept.userEpoch, kept.id);
      return true;
    },

    end: endings.end,

    findByRefreshToken,

    async findLive(user, sessionId) {
      const [session, epochs] = await Promise.all([
        store.find(user.tenantId, sessionId),
        store.readEpochs(refOf(user)),
      ]);
      if (session === null || session.userId !== user.userId || session.endedAt !== null) return null;
      const isInTime =
        Math.min(session.idleExpiresAt.getTime(), session.absoluteExpiresAt.getTime()) > clock.now();
      const isOfNow = session.userEpoch >= epochs.userEpoch && session.tenantEpoch >= epochs.tenantEpoch;
      return isInTime && isOfNow ? session : null;
    },

    endByAccessToken: endings.endByAccessToken,

    async endByRefreshToken(tenantId, refreshToken) {
      const session = await findByRefreshToken(tenantId, refreshToken);
      return session === null ? null : endings.end(session, session.id, 'signed_out');
    },

    endAll: endings.endAll,

    endTenant: endings.endTenant,

    list(user, { limit = 50, after = null } = {}) {
      return store.list(refOf(user), { limit: Math.min(Math.max(limit, 1), 100), after });
    },

    async deleteExpired(budgetMs = 1000) {
      const stopAtMs = clock.now() + budgetMs;
      return deleteInBatches(
        (limit) => store.deleteExpired(limit),
        () => clock.now() >= stopAtMs,
      );
    },
  };
}

/** Only the two ids: stores must not see whatever else a caller's object holds. */
function refOf({ tenantId, userId }: UserRef): UserRef {
  return { tenantId, userId };
}
