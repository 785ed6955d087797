import { type Duration, parseDuration } from '../../duration.js';
import type { RevocationStore } from '../../stores/revocation-store.js';

/** How access tokens are checked against revocations. */
export interface RevocationPolicyOptions {
  /**
   * `replicated`: every node holds all revocations in memory, fed by the store's log, and a check costs a look-up.
   * `direct`: every check asks the store, so a revocation acts at once everywhere, for a round trip per request; right where
   * processes are short-lived or frozen between requests.
   *
   * Default `replicated` where the store has a log that other processes read too, otherwise `direct`.
   */
  readonly check?: 'replicated' | 'direct';
  /**
   * Within which time a revocation made on one node acts on every other. `'200ms'` to `'60s'`, default `'1s'`. A node whose
   * copy is older asks the store instead.
   */
  readonly bound?: Duration;
  /** How often a node reads the log: at least `'20ms'`, at most half the bound. Default a quarter of the bound. */
  readonly pollInterval?: Duration;
  /**
   * How many entries a node holds at most, about 100 bytes each; with more it asks the store, and tries again every
   * minute. Default 1,000,000.
   */
  readonly maxEntries?: number;
}

/** {@link RevocationPolicyOptions}, read. */
export interface RevocationPolicy {
  readonly check: 'replicated' | 'direct';
  readonly boundMs: number;
  readonly pollIntervalMs: number;
  readonly maxEntries: number;
}

/**
 * Reads the options for a store.
 *
 * @throws `TypeError` naming the option that is not acceptable.
 */
export function readRevocationPolicy(
  options: RevocationPolicyOptions,
  store: RevocationStore,
): RevocationPolicy {
  const boundMs = parseDuration('revocation.bound', options.bound ?? '1s', { min: '200ms', max: '60s' });
  const pollIntervalMs =
    options.pollInterval === undefined
      ? Math.floor(boundMs / 4)
      : parseDuration('revocation.pollInterval', options.pollInterval, { min: '20ms', max: '30s' });
  if (pollIntervalMs > boundMs / 2) {
    throw new TypeError('revocation.pollInterval: must be at most half of revocation.bound');
  }
  const maxEntries = options.maxEntries ?? 1_000_000;
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) {
    throw new TypeError('revocation.maxEntries: expected a whole number of at least 1');
  }
  return { check: readCheck(options.check, store), boundMs, pollIntervalMs, maxEntries };
}

function readCheck(
  check: RevocationPolicyOptions['check'],
  { log, traits }: RevocationStore,
): RevocationPolicy['check'] {
  // What is in this process alone has the answer in memory already.
  if (check === undefined)
    return log !== undefined && traits?.durability !== 'process' ? 'replicated' : 'direct';
  if (check !== 'replicated' && check !== 'direct') {
    throw new TypeError("revocation.check: expected 'replicated' or 'direct'");
  }
  if (check === 'replicated' && log === undefined) {
    throw new TypeError("revocation.check: 'replicated' needs a revocation store with a log");
  }
  return check;
}
