import { type Clock, systemClock } from '../../clock.js';
import type { UserChange, UserCursor, UserRecord, UserRef, UserStore } from '../user-store.js';

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
  const emailKeyOf = ({
    tenantId,
    canonicalEmail,
  }: Pick<UserRecord, 'tenantId' | 'canonicalEmail'>): string => `${tenantId}\0${canonicalEmail}`;

  return {
    traits: { medium: 'memory', durability: 'process' },

    async create(user) {
      const owner = idsByEmail.get(emailKeyOf(user));
      if (owner === user.userId) return users.get(keyOf(user)) ?? null;
      if (owner !== undefined || users.has(keyOf(user))) return null;
      const record: UserRecord = {
        ...user,
        roles: [...user.roles],
        createdAt: new Date(clock.now()),
        disabledAt: null,
      };
      idsByEmail.set(emailKeyOf(record), record.userId);
      users.set(keyOf(record), record);
      return record;
    },

    async find(user) {
      return users.get(keyOf(user)) ?? null;
    },

    async findByEmail(tenantId, canonicalEmail) {
      const userId = idsByEmail.get(emailKeyOf({ tenantId, canonicalEmail }));
      return userId === undefined ? null : (users.get(keyOf({ tenantId, userId })) ?? null);
    },

    async update({ expected = {}, set, ...ref }) {
      const known = users.get(keyOf(ref));
      if (known === undefined) return { kind: 'missing' };
      if (holds(known, set)) return { kind: 'updated', user: known };
      if (!holds(known, expected)) return { kind: 'unexpected' };
      const user = { ...known, ...set };
      const owner = idsByEmail.get(emailKeyOf(user));
      if (owner !== undefined && owner !== user.userId) return { kind: 'email_taken' };
      idsByEmail.delete(emailKeyOf(known));
      idsByEmail.set(emailKeyOf(user), user.userId);
      users.set(keyOf(user), user);
      return { kind: 'updated', user };
    },

    async list(tenantId, { limit, after }) {
      const ofTenant = [...users.values()]
        .filter((user) => user.tenantId === tenantId && (after === null || comesBefore(after, user)))
        .sort((a, b) => (comesBefore(a, b) ? -1 : 1));
      const page = ofTenant.slice(0, limit);
      const last = page.at(-1);
      return {
        users: page,
        next: last === undefined || ofTenant.length <= limit ? null : pick(last),
      };
    },

    async delete(ref) {
      const known = users.get(keyOf(ref));
      if (known === undefined) return false;
      idsByEmail.delete(emailKeyOf(known));
      return users.delete(keyOf(ref));
    },
  };
}

/** Whether the account holds every one of these values. */
function holds(user: UserRecord, values: UserChange): boolean {
  return Object.entries(values).every(([field, value]) => {
    const held = user[field as keyof UserChange];
    return held instanceof Date && value instanceof Date
      ? held.getTime() === value.getTime()
      : held === value;
  });
}

/** Newest first; of one instant by the ids, byte by byte. */
function comesBefore(a: UserCursor, b: UserCursor): boolean {
  const age = b.createdAt.getTime() - a.createdAt.getTime();
  return age === 0 ? Buffer.compare(Buffer.from(a.userId), Buffer.from(b.userId)) < 0 : age < 0;
}

function pick({ createdAt, userId }: UserCursor): UserCursor {
  return { createdAt, userId };
}
