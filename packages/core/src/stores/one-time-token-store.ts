import type { DescribedStore } from './store-traits.js';
import type { UserRef } from './user-store.js';

/** A token that opens one thing once: an e-mail link, the second step of a sign-in, the state of an OAuth flow. */
export interface OneTimeTokenRecord extends UserRef {
  /** From `createTaggedId`, with this user: 22 characters of base64url. Safe to log; the secret is what counts. */
  readonly id: string;
  /** What it is good for, such as `password_reset`: lower snake_case. Worthless for anything else. */
  readonly purpose: string;
  /** SHA-256 of the secret, 43 characters of base64url. */
  readonly secretHash: string;
  /** What the flow needs when the token comes back: up to 4,096 characters, sealed by the caller where it is secret. */
  readonly data: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Makes a token known. `userId` is `''` for a token of nobody yet. */
export interface CreateOneTimeTokenCommand extends Omit<OneTimeTokenRecord, 'createdAt' | 'expiresAt'> {
  /** Counted from the store's clock, in milliseconds. */
  readonly lifetimeMs: number;
  /** Voids the user's other tokens of this purpose in the same step, so that only the newest link works. */
  readonly replacesOthers: boolean;
}

/** A token that somebody presents. */
export interface PresentedOneTimeToken {
  readonly tenantId: string;
  readonly purpose: string;
  readonly id: string;
  readonly secretHash: string;
}

/** Spends a token. */
export interface ConsumeOneTimeTokenCommand extends PresentedOneTimeToken {
  /** Random per call, so that the same command run twice (a driver that resends) gets the same answer twice. */
  readonly commandId: string;
}

/**
 * Holds one-time tokens until they are spent, replaced or expired.
 *
 * - Missing, spent, replaced, expired (`now == expiresAt` is expired), of another tenant or purpose, or another secret under
 *   the right id: `null`, and nothing changes, so that whoever sees an id in a log cannot spend it.
 * - Two callers at once: of parallel `consume` commands exactly one gets the token; a `consume` and a `create` that replaces it
 *   happen one after the other.
 * - The same command twice equals once, in state and in answer. A repeated `create` does not bring a spent token back.
 * - Time: the store's own clock decides within the step. Instants have milliseconds.
 */
export interface OneTimeTokenStore extends DescribedStore {
  /** Makes the token known. */
  create(command: CreateOneTimeTokenCommand): Promise<void>;

  /** The token, which stays good; to look before it is spent. */
  find(token: PresentedOneTimeToken): Promise<OneTimeTokenRecord | null>;

  /** Spends the token. @returns it to the one caller who spent it. */
  consume(command: ConsumeOneTimeTokenCommand): Promise<OneTimeTokenRecord | null>;

  /** Voids every unspent token of the user, of all purposes. */
  voidAll(user: UserRef): Promise<void>;

  /** Deletes at most `limit` tokens past their `expiresAt`. @returns how many; fewer than `limit` means all done. */
  deleteExpired(limit: number): Promise<number>;
}
