import { storeUnavailable } from '../../../errors.js';
import type { Stores } from '../../../stores/stores.js';

/** Stores that a case can lose the connection to. */
export interface LosableStores {
  readonly stores: Stores;
  /** Whether every call fails, as when the database is away. */
  setLost(isLost: boolean): void;
}

/** These stores, until they are lost. */
export function makeLosable(inner: Stores): LosableStores {
  let isLost = false;

  const losable = <T extends object>(store: T): T =>
    new Proxy(store, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (key === 'recordsRevocationsIn') return revocations;
        if (key === 'log' && typeof value === 'object' && value !== null) return losable(value);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) =>
          isLost
            ? Promise.reject(storeUnavailable(new Error('connection refused')))
            : value.apply(target, args);
      },
    });

  const revocations = losable(inner.revocations);
  return {
    stores: losable({
      ...inner,
      revocations,
      sessions: losable(inner.sessions),
      // Stores in memory have nobody to ask whether they are there.
      users: losable({ ...inner.users, ping: inner.users.ping ?? (async () => {}) }),
      oneTimeTokens: losable(inner.oneTimeTokens),
      rateLimits: losable(inner.rateLimits),
      ...(inner.audit && { audit: losable(inner.audit) }),
    }),
    setLost(lost) {
      isLost = lost;
    },
  };
}
