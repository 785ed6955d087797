import { type Clock, systemClock } from '../../clock.js';
import type { UserRecord, UserRef, UserStore } from '../user-store.js';

/** What the memory user store may be given. */
export interface MemoryUserStoreOptions {
  readonly clock?: Clock;
}

/** The user store of one process; the reference that adapters are measured against. */
export function createMemoryUserStore(options: MemoryUserStoreOptions = {}): UserStore {
  const clock = options.clock ?? systemClock;
  const users = new Map<string, UserRecord>();
  const idsByEmail = new Map<string, string>();

  const keyOf = ({ tenantId, userId }: UserRef): string => `${tenantId}\0${userId}`;
  const update = (user: UserRef, change: Partial<UserRecord>): UserRecord | null => {
    const known = users.get(keyOf(user));
    if (known === undefined) return null;
    const changed = { ...known, ...change };
    users.set(keyOf(user), changed);
    return changed;
  };

  return {
    traits: { medium: 'memory', durability: 'process' },

    async create(user) {
      const emailKey = `${user.tenantId}\0${user.canonicalEmail}`;
      const owner = idsByEmail.get(emailKey);
      if (owner === user.userId) return users.get(keyOf(user)) ?? null;
      if (owner !== undefined || users.has(keyOf(user))) return null;
      const record: UserRecord = {
        ...user,
        roles: [...user.roles],
        createdAt: new Date(clock.now()),
        disabledAt: null,
      };
      idsByEmail.set(emailKey, user.userId);
      users.set(keyOf(user), record);
      return record;
    },

    async find(user) {
      return users.get(keyOf(user)) ?? null;
    },

    async findByEmail(tenantId, canonicalEmail) {
      const userId = idsByEmail.get(`${tenantId}\0${canonicalEmail}`);
      return userId === undefined ? null : (users.get(keyOf({ tenantId, userId })) ?? null);
    },

    async rename(user, name) {
      return update(user, { name });
    },

    async replacePasswordHash({ expectedHash, passwordHash, ...user }) {
      const stored = users.get(keyOf(user));
      if (stored === undefined) return false;
      if (stored.passwordHash === passwordHash) return true;
      if (stored.passwordHash !== expectedHash) return false;
      update(user, { passwordHash });
      return true;
    },
  };
}
