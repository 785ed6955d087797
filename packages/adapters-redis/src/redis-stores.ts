import {
  type Clock,
  type Duration,
  type OneTimeTokenStore,
  parseDuration,
  type RateLimitStore,
  type RevocationStore,
  type SessionStore,
} from '@tessera-auth/core/stores';
import { createDatabase } from './connection/database.js';
import type { Confirmation } from './connection/evaluate.js';
import type { RedisClient } from './connection/redis-client.js';
import { createKeys } from './keys.js';
import { createOneTimeTokenStore } from './one-time-token-store.js';
import { createRateLimitStore } from './rate-limit-store.js';
import { createRevocationStore } from './revocation-store.js';
import { createSessionStore } from './session-store.js';

/** How many replicas shall confirm a change. */
export interface RedisReplicas {
  /** A whole number, at least 1. In a Cluster, of each primary's own. */
  readonly atLeast: number;
  /** `1ms` to less than `timeout`. Default `100ms`. */
  readonly within?: Duration;
}

/** What {@link redisStores} is given. */
export interface RedisStoresOptions {
  /** The app's ioredis client, which stays the app's: nothing here ends it. Give it an `error` listener. */
  readonly client: RedisClient;
  /** Put before every key, without braces. Default `''`. The client itself must have no `keyPrefix`. */
  readonly keyPrefix?: string;
  /** For every command: `50ms` to `1m`, default `2s`. Then it is `store_unavailable`. */
  readonly timeout?: Duration;
  /**
   * Works on a server that may drop keys when its memory is full. A dropped revocation lets a revoked token in until
   * it expires; a dropped epoch brings back sessions that were signed out. Default `false`: it refuses to work there.
   */
  readonly allowEviction?: boolean;
  /**
   * Has replicas confirm by WAIT that they received every change of sessions, revocations and one-time tokens; fewer in time
   * is `store_unavailable`. It makes a loss in a failover rarer and does not rule it out: see the README. While it waits, all
   * that comes after it on this client waits too. Default: nothing is waited for.
   */
  readonly replicas?: RedisReplicas;
  /** Tests only: without it the server's own clock decides, which is the same for all nodes. */
  readonly clock?: Clock;
}

/**
 * Sessions, revocations, one-time tokens and rate limits, in one Redis. Accounts, second factors, roles and the audit log come from
 * elsewhere, and go first: `{ ...postgresStores({ pool }), ...redisStores({ client }) }`.
 */
export interface RedisStores {
  readonly sessions: SessionStore;
  readonly revocations: RevocationStore;
  readonly oneTimeTokens: OneTimeTokenStore;
  readonly rateLimits: RateLimitStore;

  /** Resolves when every primary answers. @throws `AuthError` `store_unavailable` otherwise. */
  ping(): Promise<void>;

  /**
   * Insists on a server that keeps what it is given (`maxmemory-policy noeviction`). Call it when the app starts; every
   * method insists on it as well before its first command.
   *
   * @throws `AuthError` `store_unavailable`, with what is wrong as its cause.
   */
  check(): Promise<void>;
}

/**
 * Stores in Redis 7 or later, or Valkey: one server, Sentinel or Cluster. Redis alone may lose the last writes when a
 * primary fails; read the README before revocations live here only.
 *
 * @throws `TypeError` naming the option that is wrong.
 */
export function redisStores(options: RedisStoresOptions): RedisStores {
  const { client, keyPrefix = '', allowEviction = false, clock } = options;
  if (typeof client?.call !== 'function') throw new TypeError('client: expected an ioredis client');
  if (client.options?.keyPrefix) {
    throw new TypeError('client: must have no keyPrefix of its own; use keyPrefix here');
  }
  // Braces would move the hash tag, and with it the keys of one user into different slots.
  if (typeof keyPrefix !== 'string' || /[{}]/.test(keyPrefix)) {
    throw new TypeError('keyPrefix: expected text without braces');
  }
  const timeoutMs = parseDuration('timeout', options.timeout ?? '2s', { min: '50ms', max: '1m' });
  const confirmation = readReplicas(options, timeoutMs);

  const database = createDatabase({ client, timeoutMs, allowEviction, confirmation, clock });
  const context = { database, keys: createKeys(keyPrefix) };
  const { ping, check } = database;
  const revocations = { ...createRevocationStore(context), ping };

  return {
    sessions: { ...createSessionStore(context, revocations), ping },
    revocations,
    oneTimeTokens: { ...createOneTimeTokenStore(context), ping },
    rateLimits: { ...createRateLimitStore(context), ping },
    ping,
    check,
  };
}

function readReplicas({ client, replicas }: RedisStoresOptions, timeoutMs: number): Confirmation | null {
  if (replicas === undefined) return null;
  const { atLeast, within = '100ms' } = replicas;
  if (!Number.isSafeInteger(atLeast) || atLeast < 1) {
    throw new TypeError('replicas.atLeast: expected a whole number, at least 1');
  }
  const withinMs = parseDuration('replicas.within', within, { min: '1ms', max: '1m' });
  if (withinMs >= timeoutMs) throw new TypeError('replicas.within: must be shorter than timeout');
  if (typeof client.pipeline !== 'function') throw new TypeError('client: must have pipeline, for replicas');
  return { atLeast, withinMs };
}
