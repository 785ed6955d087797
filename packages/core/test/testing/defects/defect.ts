import type { Clock } from '@tessera-auth/core';
import {
  type AuditStore,
  createMemoryAuditStore,
  memoryStores,
  type OneTimeTokenStore,
  type RateLimitStore,
  type RevocationStore,
  type RoleStore,
  type SecondFactorStore,
  type SessionStore,
  type Stores,
  type UserStore,
} from '@tessera-auth/core/stores';

/** A store that does one thing wrong, and the case that must notice. */
export interface Defect {
  readonly name: string;
  /** Chapter and case, as `chapter > case`. */
  readonly noticedBy: string;
  readonly open: (clock: Clock) => Stores;
  readonly offersTransaction?: boolean;
  /** Default `true`, as memory does. */
  readonly offersLog?: boolean;
}

/** Memory stores with some of their parts replaced. */
export function broken(replace: (parts: Stores, clock: Clock) => Partial<Stores>): (clock: Clock) => Stores {
  return (clock) => {
    const stores = memoryStores({ clock });
    return { ...stores, ...replace(stores, clock) };
  };
}

/** Memory stores whose sessions do some things wrong. */
export function brokenSessions(
  replace: (sessions: SessionStore, clock: Clock) => Partial<SessionStore>,
): (clock: Clock) => Stores {
  return broken(({ sessions }, clock) => ({ sessions: { ...sessions, ...replace(sessions, clock) } }));
}

/** Memory stores whose revocations are unlike their contract; the sessions record in them. */
export function brokenRevocations(
  replace: (revocations: RevocationStore, clock: Clock) => Partial<RevocationStore>,
): (clock: Clock) => Stores {
  return broken(({ sessions, revocations }, clock) => {
    const replaced = { ...revocations, ...replace(revocations, clock) };
    return { revocations: replaced, sessions: { ...sessions, recordsRevocationsIn: replaced } };
  });
}

/** Memory stores whose users do some things wrong. */
export function brokenUsers(replace: (users: UserStore) => Partial<UserStore>): (clock: Clock) => Stores {
  return broken(({ users }) => ({ users: { ...users, ...replace(users) } }));
}

/** Memory stores whose one-time tokens do some things wrong. */
export function brokenTokens(
  replace: (tokens: OneTimeTokenStore, clock: Clock) => Partial<OneTimeTokenStore>,
): (clock: Clock) => Stores {
  return broken(({ oneTimeTokens }, clock) => ({
    oneTimeTokens: { ...oneTimeTokens, ...replace(oneTimeTokens, clock) },
  }));
}

/** Memory stores whose rate limits do some things wrong. */
export function brokenLimits(
  replace: (limits: RateLimitStore, clock: Clock) => Partial<RateLimitStore>,
): (clock: Clock) => Stores {
  return broken(({ rateLimits }, clock) => ({
    rateLimits: { ...rateLimits, ...replace(rateLimits, clock) },
  }));
}

/** Memory stores whose second factors do some things wrong. */
export function brokenFactors(
  replace: (factors: SecondFactorStore) => Partial<SecondFactorStore>,
): (clock: Clock) => Stores {
  return broken(({ secondFactors }) => {
    if (secondFactors === undefined) throw new Error('memory has second factors');
    return { secondFactors: { ...secondFactors, ...replace(secondFactors) } };
  });
}

/** Memory stores whose roles do some things wrong. */
export function brokenRoles(replace: (roles: RoleStore) => Partial<RoleStore>): (clock: Clock) => Stores {
  return broken(({ roles }) => {
    if (roles === undefined) throw new Error('memory has roles');
    return { roles: { ...roles, ...replace(roles) } };
  });
}

/** Memory stores with an audit log that does some things wrong. */
export function brokenAudit(replace: (audit: AuditStore) => Partial<AuditStore>): (clock: Clock) => Stores {
  return broken(() => {
    const audit = createMemoryAuditStore();
    return { audit: { ...audit, ...replace(audit) } };
  });
}

/** Lets every other caller go first. */
export function letOthersGoFirst(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
