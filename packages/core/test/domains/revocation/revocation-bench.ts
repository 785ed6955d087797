import { createRevocations, type Revocations, type RevocationsOptions } from '@tessera-auth/core/primitives';
import {
  createMemoryRevocationStore,
  type Revocation,
  type RevocationLog,
  type RevocationStore,
  type RevocationSubject,
  storeUnavailable,
} from '@tessera-auth/core/stores';

/** What a node may run into when it turns to the store. */
export type Trouble = 'none' | 'away' | 'silent';

/** One node's way to the store that all nodes share. */
export interface NodeBench {
  readonly revocations: Revocations;
  /** How often it asked: `read`, `isRevoked`, `add`. */
  readonly calls: string[];
  /** What the log, and what direct questions, run into from now on. `silent` calls are answered after {@link NodeBench.hear}. */
  setTrouble(trouble: { readonly log?: Trouble; readonly direct?: Trouble }): void;
  /** Lets the calls that wait have their answer. */
  hear(): void;
  /** The next read finds that the log does not go on from the cursor. */
  loseLog(): void;
}

export const leewayMs = 10_000;
export const ada = { tenantId: 'acme', userId: 'ada' };

/** An access token of a session of ada at epoch 0. */
export function subjectOf(label: string, change: Partial<RevocationSubject> = {}): RevocationSubject {
  return {
    ...ada,
    jti: `jti of ${label}`,
    sessionId: label,
    userEpoch: 0,
    tenantEpoch: 0,
    rolesVersion: 0,
    ...change,
  };
}

/** A revocation of the session, for an hour. */
export function sessionRevocation(sessionId: string, lifetimeMs = 3_600_000): Revocation {
  return { kind: 'session', sessionId, until: new Date(Date.now() + lifetimeMs) };
}

/** The store that all nodes share. It says nothing of being in one process, for it stands for a server. */
export function createSharedStore(): RevocationStore & { readonly log: RevocationLog } {
  const { traits: _ofOneProcess, ...shared } = createMemoryRevocationStore();
  return shared;
}

/** A node over the shared store. */
export function startNode(
  shared: RevocationStore & { readonly log: RevocationLog },
  options: Partial<RevocationsOptions> = {},
): NodeBench {
  const calls: string[] = [];
  const troubles: Record<'log' | 'direct', Trouble> = { log: 'none', direct: 'none' };
  const heard: (() => void)[] = [];
  let isLost = false;

  const pass = async <T>(name: string, trouble: Trouble, call: () => T | Promise<T>): Promise<T> => {
    calls.push(name);
    if (trouble === 'away') throw storeUnavailable(new Error('connection refused'));
    if (trouble === 'silent') {
      await new Promise<void>((resolve) => {
        heard.push(resolve);
      });
    }
    return call();
  };

  const store: RevocationStore = {
    add: (revocations) => pass('add', troubles.direct, () => shared.add(revocations)),
    isRevoked: (subject) => pass('isRevoked', troubles.direct, () => shared.isRevoked(subject)),
    deleteExpired: (limit) => shared.deleteExpired(limit),
    log: {
      read: (cursor) =>
        pass('read', troubles.log, () => {
          // The beginning is always there.
          const wasLost = isLost && cursor !== null;
          if (wasLost) isLost = false;
          return wasLost ? { kind: 'lost' as const } : shared.log.read(cursor);
        }),
    },
  };
  return {
    revocations: createRevocations({ store, leewayMs, ...options }),
    calls,
    setTrouble: (trouble) => Object.assign(troubles, trouble),
    hear() {
      for (const answer of heard.splice(0)) answer();
    },
    loseLog() {
      isLost = true;
    },
  };
}
