import { type Clock, systemClock } from '../../clock.js';
import { deleteInBatches } from '../../stores/delete-in-batches.js';
import type { Revocation } from '../../stores/revocation.js';
import type { RevocationStore } from '../../stores/revocation-store.js';
import { createReplicatedCheck } from './replicated-check.js';
import type { RevocationCheck, RevocationStatus } from './revocation-check.js';
import {
  type RevocationPolicy,
  type RevocationPolicyOptions,
  readRevocationPolicy,
} from './revocation-policy.js';

/** What revocations are made of. */
export interface RevocationsOptions extends RevocationPolicyOptions {
  readonly store: RevocationStore;
  /** How far clocks may differ: the leeway of token verification, in milliseconds. */
  readonly leewayMs: number;
  /** Told whenever `state` changes. What it throws or rejects with is ignored. */
  readonly onStateChange?: (status: RevocationStatus) => void | Promise<void>;
  readonly clock?: Clock;
}

/** What a verified access token says of itself. */
export interface RevocableToken {
  readonly jti: string;
  readonly expiresAt: Date;
}

/** Answers, on each request, whether a verified access token has been revoked; and revokes single ones. */
export interface Revocations extends RevocationCheck {
  /** The policy in force. */
  readonly policy: RevocationPolicy;

  /**
   * Revokes one access token for the rest of its life.
   *
   * Hand in only what a verified token says: a deny-list that takes anything is a way to fill the store.
   */
  revokeToken(token: RevocableToken): Promise<void>;

  /** What revokes one access token for the rest of its life, for whoever puts it on the list in a transaction. */
  describeToken(token: RevocableToken): Revocation;

  /** Deletes entries that no living token can match, in batches. @returns how many. */
  deleteExpired(): Promise<number>;
}

/**
 * Revocations over a store.
 *
 * @throws `TypeError` naming the option that is not acceptable.
 */
export function createRevocations(options: RevocationsOptions): Revocations {
  const { store, leewayMs } = options;
  const policy = readRevocationPolicy(options, store);
  const check =
    policy.check === 'replicated' && store.log !== undefined
      ? createReplicatedCheck({
          store,
          log: store.log,
          policy,
          clock: options.clock ?? systemClock,
          onStateChange: options.onStateChange ?? (() => {}),
        })
      : createDirectCheck(store);

  const describeToken = ({ jti, expiresAt }: RevocableToken): Revocation => {
    // Kept until the last node would refuse the token by its expiry anyway.
    return { kind: 'token', jti, until: new Date(expiresAt.getTime() + leewayMs) };
  };

  return {
    policy,
    ...check,
    describeToken,

    async revokeToken(token) {
      const revocation = describeToken(token);
      await store.add([revocation]);
      check.apply([revocation]);
    },

    deleteExpired: () => deleteInBatches((limit) => store.deleteExpired(limit)),
  };
}

/** Asks the store each time. */
function createDirectCheck(store: RevocationStore): RevocationCheck {
  return {
    isRevoked: (subject) => store.isRevoked(subject),
    apply: () => {},
    start: async () => {},
    settled: async () => {},
    status: () => ({ state: 'direct', lagMs: null, entries: 0, reads: 0, failedReads: 0, resyncs: 0 }),
    close: async () => {},
  };
}
