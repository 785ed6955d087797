import type { RevocationStore } from './revocation-store.js';
import type { DescribedStore } from './store-traits.js';
import type { UserRef } from './user-store.js';

/** The two counters that a session must not fall behind; see {@link SessionStore.readEpochs}. */
export interface Epochs {
  /** Raised by "sign out everywhere" and by every password change. Starts at 0. */
  readonly userEpoch: number;
  /** Raised by ending all sessions of a tenant. Starts at 0. */
  readonly tenantEpoch: number;
}

/** What a session was started from, as far as the client said. */
export interface DeviceRecord {
  /** Maker and model, such as `Apple iPhone`. */
  readonly device: string | null;
  readonly browser: string | null;
  readonly os: string | null;
}

/** The part of a session that proves the next refresh token; the secret itself is stored nowhere. */
export interface RefreshSecret {
  /** SHA-256 of the current refresh secret, 43 characters of base64url. */
  readonly secretHash: string;
  /** The random value that went into deriving the current secret, base64url. */
  readonly nonce: string;
  /** Id of the key that derived the current secret. */
  readonly keyId: string;
}

/** One session, which is at the same time one refresh-token family: one row however often it refreshes. */
export interface SessionRecord extends UserRef, Epochs, RefreshSecret, DeviceRecord {
  /** The user's tag (16 bits) and 112 random bits, as 22 characters of base64url. Safe to log. */
  readonly id: string;
  /** How often it rotated. Rises by one per rotation and never falls. */
  readonly generation: number;
  readonly rotatedAt: Date;
  /** The last rotation that voided its predecessor, or `null`. */
  readonly hardRotatedAt: Date | null;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  /** How long it may stay unused, in milliseconds. */
  readonly idleLifetimeMs: number;
  readonly idleExpiresAt: Date;
  /** Nothing of this session outlives this instant. */
  readonly absoluteExpiresAt: Date;
  /** When its user last proved who they are (OpenID Connect `auth_time`). */
  readonly authTime: Date;
  /** How they proved it (RFC 8176), such as `['pwd']`. */
  readonly amr: readonly string[];
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly endedAt: Date | null;
  readonly endReason: SessionEndReason | null;
}

/** Why a session was ended by name. Sessions that fell behind an epoch carry no reason. */
export type SessionEndReason =
  | 'signed_out'
  | 'ended_by_user'
  | 'reuse'
  | 'fork'
  | 'session_cap'
  | 'user_disabled'
  | 'mfa_required';

/** Starts a session. */
export interface CreateSessionCommand
  extends UserRef,
    RefreshSecret,
    DeviceRecord,
    Pick<SessionRecord, 'id' | 'idleLifetimeMs' | 'authTime' | 'amr' | 'ip' | 'userAgent'> {
  /** Counted from the store's clock. */
  readonly absoluteLifetimeMs: number;
  /** The epochs read before the credential was checked. */
  readonly expectedEpochs: Epochs;
  /** At most this many live sessions a user; the least recently seen make room. */
  readonly maxSessions: number;
  /** How long access tokens of sessions that make room can still be alive, in milliseconds. */
  readonly accessTokenMs: number;
}

/** What became of a {@link CreateSessionCommand}. */
export type CreateSessionOutcome =
  | {
      readonly kind: 'created';
      readonly session: SessionRecord;
      /** No stored session of the user, live or ended, has the same device, browser and os. */
      readonly isNewDevice: boolean;
      /** Ids of the sessions that made room. */
      readonly endedSessionIds: readonly string[];
    }
  /** An epoch moved since it was read: everybody was signed out meanwhile, and nothing was created. */
  | { readonly kind: 'epoch_moved' };

/** Presents a refresh token whose MAC is right. A session of another user than the named one is `invalid`. */
export interface RotateCommand extends UserRef {
  readonly sessionId: string;
  /** The presented token's generation and the SHA-256 of its secret. */
  readonly generation: number;
  readonly secretHash: string;
  /** What the session holds next if this rotates it. */
  readonly next: RefreshSecret;
  /** SHA-256 of the client's attempt id, or `null`. */
  readonly attemptHash: string | null;
  /** A current token younger than this is answered with itself. */
  readonly floorMs: number;
  /** For this long after a rotation its predecessor gets the same successor. Never more than the floor. */
  readonly graceMs: number;
  /** For this long the same attempt id gets the same successor. */
  readonly recoveryMs: number;
  /** How long access tokens of a session that this ends can still be alive, in milliseconds. */
  readonly accessTokenMs: number;
}

/** The verdict on a presented refresh token, with the session as it is afterwards. */
export type RotateOutcome =
  | { readonly kind: RotateVerdict; readonly session: SessionRecord }
  /** No row, ended, expired, or behind an epoch. Never a theft. */
  | { readonly kind: 'invalid' };

/**
 * - `rotated`: the session holds `next` now.
 * - `unchanged`: the presented token is current and younger than the floor.
 * - `grace`: the predecessor came back within the grace; the session holds its successor.
 * - `recovered`: the predecessor came back with the attempt id that rotated it.
 * - `superseded`: an older token, within the grace of a hard rotation.
 * - `reuse`: an older token otherwise; the session was ended.
 * - `fork`: the current generation with another secret; the session was ended.
 * - `ahead`: a generation the store has never seen, so the store was rolled back.
 */
export type RotateVerdict =
  | 'rotated'
  | 'unchanged'
  | 'grace'
  | 'recovered'
  | 'superseded'
  | 'reuse'
  | 'fork'
  | 'ahead';

/** Gives a session a new secret and voids the old one, because the rights of its user changed. */
export interface RotateHardCommand extends UserRef {
  readonly sessionId: string;
  readonly next: RefreshSecret;
  /** A fresh proof of who the user is; without it the stored one stays. The store's clock sets `authTime`. */
  readonly amr?: readonly string[];
  /** Also raises the user's epoch, so that every other session of the user is dead. */
  readonly endsOthers: boolean;
  /** How long access tokens of sessions that this ends can still be alive, in milliseconds. */
  readonly accessTokenMs: number;
}

/** Ends every session of a user but one. */
export interface EndOtherSessionsCommand extends UserRef, RaiseEpochCommand {
  readonly keepSessionId: string;
}

/** Ends one session by name. */
export interface EndSessionCommand extends UserRef {
  readonly sessionId: string;
  readonly reason: SessionEndReason;
  readonly accessTokenMs: number;
}

/** What became of an {@link EndSessionCommand}. */
export interface EndSessionOutcome {
  /** The session as it is now, also when it had ended before. */
  readonly session: SessionRecord;
  /** It was live until this step: of any number of commands at once, one ended it. */
  readonly wasLive: boolean;
}

/** Ends all sessions of a user, or of a tenant, by raising an epoch. */
export interface RaiseEpochCommand {
  /** Random per call, so that the same command run twice (a driver that resends) raises once. */
  readonly commandId: string;
  readonly accessTokenMs: number;
}

/** One page of a list. */
export interface SessionPage {
  /** Newest first; equal instants by id. */
  readonly sessions: readonly SessionRecord[];
  /** Hand it in as `after` for the next page; `null` at the end. */
  readonly next: SessionCursor | null;
}

/** A place in the list of a user's sessions. */
export interface SessionCursor {
  readonly createdAt: Date;
  readonly id: string;
}

/**
 * Holds sessions and the epochs they must not fall behind.
 *
 * - Missing: `null`, `invalid` or an empty list. A rejected promise means outage and nothing else.
 * - Two callers at once: every method is one atomic step, decided on the primary, never on a replica.
 * - The same command twice equals once, in state and in answer; only `reuse` and `fork` are said once (then `invalid`,
 *   as for every ended session), a repeated `create` does not say again who made room, and a repeated `end` finds no live session.
 * - Time: windows and expiry are decided by the store's own clock within the step. Instants have milliseconds.
 * - A session is *live* when it is not ended, neither expiry has passed (`now == expiry` is expired) and neither epoch
 *   is above its own.
 * - Ending is absorbing: no step ever makes an ended session live again.
 */
export interface SessionStore extends DescribedStore {
  /**
   * The revocation store in which this one records, in the same step, every session and epoch that it ends. Where it
   * is absent or another one, the core records there itself, after the step.
   */
  readonly recordsRevocationsIn?: RevocationStore;

  /** The current epochs; 0 for users and tenants never seen. Read before a credential is checked. */
  readEpochs(user: UserRef): Promise<Epochs>;

  /** Creates the session unless an epoch moved. The cap holds under any number of parallel callers. */
  create(command: CreateSessionCommand): Promise<CreateSessionOutcome>;

  /** The session, live or not, or `null`. */
  find(tenantId: string, sessionId: string): Promise<SessionRecord | null>;

  /** The live sessions of a user, paged. A page is never longer than `limit`. */
  list(
    user: UserRef,
    page: { readonly limit: number; readonly after: SessionCursor | null },
  ): Promise<SessionPage>;

  /** Judges a presented refresh token and, by that verdict, rotates, ends or leaves the session. */
  rotate(command: RotateCommand): Promise<RotateOutcome>;

  /**
   * Moves a live session to a new secret, generation and the current epochs; older tokens are void.
   *
   * @returns the session, or `null` when the user has no such live session; then nothing changed.
   */
  rotateHard(command: RotateHardCommand): Promise<SessionRecord | null>;

  /** Ends one session. @returns `null` when the user has no such session, live or not. */
  end(command: EndSessionCommand): Promise<EndSessionOutcome | null>;

  /**
   * Raises the user's epoch and lifts one live session to it; that session's tokens stay good.
   *
   * @returns the kept session, or `null` when the user has no such live session; then nothing changed.
   */
  endOthers(command: EndOtherSessionsCommand): Promise<SessionRecord | null>;

  /** Ends every session of the user, at once and whatever their number. @returns the new user epoch. */
  endAll(command: RaiseEpochCommand & UserRef): Promise<number>;

  /** Ends every session of every user of the tenant. @returns the new tenant epoch. */
  endTenant(command: RaiseEpochCommand & { readonly tenantId: string }): Promise<number>;

  /** Deletes at most `limit` sessions past their absolute end. @returns how many; fewer than `limit` means all done. */
  deleteExpired(limit: number): Promise<number>;
}
