import { type Clock, systemClock } from '../../clock.js';
import type { Stores } from '../stores.js';
import { createMemoryOneTimeTokenStore } from './one-time-token-store.js';
import { createMemoryRateLimitStore } from './rate-limit-store.js';
import { createMemoryRevocationStore } from './revocation-store.js';
import { createMemoryRoleStore } from './role-store.js';
import { createMemorySecondFactorStore } from './second-factor-store.js';
import { createMemorySessionStore } from './session-store.js';
import { createMemoryUserStore } from './user-store.js';

/** What {@link memoryStores} may be given. */
export interface MemoryStoresOptions {
  readonly clock?: Clock;
}

/** All stores in the memory of this process. Everything is gone with the process: for tests, demos and first steps. */
export function memoryStores(options: MemoryStoresOptions = {}): Stores {
  const clock = options.clock ?? systemClock;
  const revocations = createMemoryRevocationStore({ clock });
  return {
    revocations,
    sessions: createMemorySessionStore({ clock, revocations }),
    users: createMemoryUserStore({ clock }),
    oneTimeTokens: createMemoryOneTimeTokenStore({ clock }),
    roles: createMemoryRoleStore({ clock }),
    secondFactors: createMemorySecondFactorStore({ clock }),
    rateLimits: createMemoryRateLimitStore({ clock }),
  };
}
