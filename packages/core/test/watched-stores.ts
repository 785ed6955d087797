import { type StoreSet, type Stores, storeUnavailable, type Transactions } from '@tessera-auth/core/stores';

/** How a call to a store goes wrong: before the store heard of it, or after it did what was asked. */
export type Failure = 'unreached' | 'reply-lost';

/** A call that waits at the door of a store until it is let in. */
export interface HeldCall {
  /** Resolves when the call has come. */
  readonly reached: Promise<void>;
  release(): void;
}

/** Real stores with a door-keeper: it writes down who comes, and turns away or holds up whom a test names. */
export interface WatchedStores {
  readonly stores: Stores;
  /** The calls so far, such as `sessions.rotate`, in order. */
  readonly calls: readonly string[];
  forgetCalls(): void;
  /** Lets the `at`th call from now fail, counted from 0, whatever it is. */
  failAt(at: number, failure: Failure): void;
  /** Lets every call to these methods fail until {@link WatchedStores.heal}. */
  fail(...methods: readonly string[]): void;
  heal(): void;
  /** Lets every call wait for what `wait` gives, such as its turn in a random order; `null` lets them pass again. */
  delay(wait: ((method: string) => Promise<void>) | null): void;
  /** Holds up the next call to this method, such as `sessions.create`. */
  hold(method: string): HeldCall;
}

/** What is thrown to tests by a store that is away. The text must never reach a client. */
export const outageText = 'connect ECONNREFUSED 10.1.2.3:5432';

export function watchStores(inner: Stores): WatchedStores {
  let calls: string[] = [];
  let failing: { readonly at: number; readonly failure: Failure } | null = null;
  let wait: ((method: string) => Promise<void>) | null = null;
  const down = new Set<string>();
  const gates = new Map<string, { readonly reach: () => void; readonly opened: Promise<void> }>();

  const away = (): Promise<never> => Promise.reject(storeUnavailable(new Error(outageText)));

  const pass = (method: string, call: () => unknown): unknown => {
    const isPlanned = failing?.at === calls.length;
    calls.push(method);
    if (down.has(method)) return away();
    if (isPlanned && failing?.failure === 'unreached') return away();
    if (isPlanned) return Promise.resolve(call()).then(away);
    const gate = gates.get(method);
    if (gate === undefined) return wait === null ? call() : wait(method).then(call);
    gates.delete(method);
    gate.reach();
    return gate.opened.then(call);
  };

  const watch = <T extends object>(name: string, store: T): T =>
    new Proxy(store, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        // The link between two stores holds between their watched forms.
        if (key === 'recordsRevocationsIn') return value === inner.revocations ? revocations : value;
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => pass(`${name}.${String(key)}`, () => value.apply(target, args));
      },
    });

  const revocations = watch('revocations', inner.revocations);
  const watched: StoreSet = {
    revocations,
    sessions: watch('sessions', inner.sessions),
    users: watch('users', inner.users),
    oneTimeTokens: watch('oneTimeTokens', inner.oneTimeTokens),
    ...(inner.secondFactors && { secondFactors: watch('secondFactors', inner.secondFactors) }),
    ...(inner.roles && { roles: watch('roles', inner.roles) }),
  };
  /** What a transaction covers, in its watched form. */
  const cover = ({ covers, run }: Transactions): Transactions => {
    const names = Object.keys(watched) as (keyof StoreSet)[];
    const pairs = names.map((name) => [name, covers[name] === inner[name] ? watched[name] : covers[name]]);
    return { covers: Object.fromEntries(pairs) as unknown as StoreSet, run };
  };
  return {
    stores: watch('stores', {
      ...inner,
      ...watched,
      rateLimits: watch('rateLimits', inner.rateLimits),
      ...(inner.transactions === undefined ? {} : { transactions: cover(inner.transactions) }),
    }),
    get calls() {
      return calls;
    },
    forgetCalls() {
      calls = [];
      failing = null;
    },
    failAt(at, failure) {
      failing = { at: calls.length + at, failure };
    },
    fail(...methods) {
      for (const method of methods) down.add(method);
    },
    heal() {
      down.clear();
      failing = null;
    },
    delay(given) {
      wait = given;
    },
    hold(method) {
      const opening = createSignal();
      const reaching = createSignal();
      gates.set(method, { reach: reaching.send, opened: opening.received });
      return { reached: reaching.received, release: opening.send };
    },
  };
}

function createSignal(): { readonly received: Promise<void>; readonly send: () => void } {
  let send = (): void => {};
  const received = new Promise<void>((resolve) => {
    send = resolve;
  });
  return { received, send };
}
