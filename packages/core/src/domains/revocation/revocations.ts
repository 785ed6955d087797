import { deleteInBatches } from '../../stores/delete-in-batches.js';
import type { RevocationStore, RevocationSubject } from '../../stores/revocation-store.js';

/** What revocations are made of. */
export interface RevocationsOptions {
  readonly store: RevocationStore;
  /** How far clocks may differ: the leeway of token verification, in milliseconds. */
  readonly leewayMs: number;
}

/** Answers, on each request, whether a verified access token has been revoked; and revokes single ones. */
export interface Revocations {
  /**
   * Whether the token, its session, or an epoch above its own is revoked. Asks the store each time, so a revocation
   * acts at once on every node; without a promise where the store has the answer in memory.
   */
  isRevoked(subject: RevocationSubject): boolean | Promise<boolean>;

  /**
   * Revokes one access token for the rest of its life.
   *
   * Hand in only what a verified token says: a deny-list that takes anything is a way to fill the store.
   */
  revokeToken(token: { readonly jti: string; readonly expiresAt: Date }): Promise<void>;

  /** Deletes entries that no living token can match, in batches. @returns how many. */
  deleteExpired(): Promise<number>;
}

/** Revocations by direct check: one look-up in the store per request. */
export function createRevocations({ store, leewayMs }: RevocationsOptions): Revocations {
  return {
    isRevoked: (subject) => store.isRevoked(subject),

    // Kept until the last node would refuse the token by its expiry anyway.
    revokeToken: ({ jti, expiresAt }) =>
      store.add([{ kind: 'token', jti, until: new Date(expiresAt.getTime() + leewayMs) }]),

    deleteExpired: () => deleteInBatches((limit) => store.deleteExpired(limit)),
  };
}
