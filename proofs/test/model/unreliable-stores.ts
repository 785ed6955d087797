import { type Stores, storeUnavailable } from '@tessera-auth/core/stores';

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

  return {
    stores: { ...inner, revocations, sessions: behind(inner.sessions), users: behind(inner.users) },
    get calls() {
      return calls;
    },
    loseNextRotation(what) {
      losing = what;
    },
  };
}
