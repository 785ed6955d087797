import { type StoreSet, type Stores, storeUnavailable } from '@tessera-auth/core/stores';

/** Stores behind a network that counts calls, and loses what a test tells it to. */
export interface UnreliableStores {
  readonly stores: Stores;
  /** How many calls there were so far. */
  readonly calls: number;
  /** Loses the request or the reply of the next rotation. */
  loseNextRotation(what: 'request' | 'reply'): void;
}

export function createUnreliableStores(inner: Stores): UnreliableStores {
  let calls = 0;
  let losing: 'request' | 'reply' | null = null;

  const call = async (key: string | symbol, run: () => unknown): Promise<unknown> => {
    calls += 1;
    const lost = key === 'rotate' ? losing : null;
    if (lost === null) return run();
    losing = null;
    if (lost === 'reply') await run();
    throw storeUnavailable(new Error(`the network lost the ${lost}`));
  };
  const behind = <T extends object>(store: T): T =>
    new Proxy(store, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (key === 'recordsRevocationsIn') return value === inner.revocations ? revocations : value;
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => call(key, () => value.apply(target, args));
      },
    });
  const revocations = behind(inner.revocations);
  const stores = withStores(inner, {
    revocations,
    sessions: behind(inner.sessions),
    users: behind(inner.users),
  });

  return {
    stores,
    get calls() {
      return calls;
    },
    loseNextRotation(what) {
      losing = what;
    },
  };
}

/** The stores with some of them replaced, also in what transactions cover. */
export function withStores(stores: Stores, replaced: Partial<StoreSet>): Stores {
  const { transactions, ...rest } = stores;
  if (transactions === undefined) return { ...rest, ...replaced };
  const { covers, run } = transactions;
  return { ...rest, ...replaced, transactions: { covers: { ...covers, ...replaced }, run } };
}
