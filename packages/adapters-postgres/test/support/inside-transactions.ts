import type { StoreSet, Stores } from '@tessera-auth/core/stores';

/** Runs `work` with stores inside a transaction of its own. */
export type RunInside = <T>(work: (set: StoreSet) => Promise<T>) => Promise<T>;

/** Stores of which every single call is made inside a transaction that `run` begins and commits. */
export function insideTransactions(stores: Stores, run: RunInside): Stores {
  const { rateLimits, transactions } = stores;
  const calls = <K extends keyof StoreSet>(key: K, others: object = {}): NonNullable<StoreSet[K]> => {
    const store = stores[key] as NonNullable<StoreSet[K]>;
    return new Proxy(store, {
      get(_target, method) {
        if (method === 'ping') return store.ping;
        if (Object.hasOwn(others, method)) return Reflect.get(others, method);
        return (...args: unknown[]) => run((set) => call(set[key] as object, method, args));
      },
    });
  };
  const { traits, log } = stores.revocations;
  // The log is read outside of transactions, and sees what they committed.
  const revocations = calls('revocations', { traits, log });
  const inside: StoreSet = {
    revocations,
    users: calls('users', { traits }),
    sessions: calls('sessions', { traits, recordsRevocationsIn: revocations }),
    oneTimeTokens: calls('oneTimeTokens', { traits }),
    secondFactors: calls('secondFactors', { traits }),
    roles: calls('roles', { traits }),
    ...(stores.audit && { audit: calls('audit', { traits }) }),
  };
  return {
    ...inside,
    rateLimits,
    ...(transactions === undefined ? {} : { transactions: { ...transactions, covers: inside } }),
  };
}

async function call(store: object, method: string | symbol, args: unknown[]): Promise<unknown> {
  return (Reflect.get(store, method) as (...args: unknown[]) => unknown)(...args);
}
