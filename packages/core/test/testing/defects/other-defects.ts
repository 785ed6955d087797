import {
  createMemoryRevocationStore,
  type Revocation,
  type RevocationStore,
  type UserChange,
  type UserRef,
} from '@tessera-auth/core/stores';
import {
  broken,
  brokenRevocations,
  brokenTokens,
  brokenUsers,
  type Defect,
  letOthersGoFirst,
} from './defect.js';

/** Adds every entry changed by `change`. */
function changing(change: (entry: Revocation) => Revocation): Defect['open'] {
  return brokenRevocations((revocations) => ({
    add: (entries) => revocations.add(entries.map(change)),
  }));
}

/** Of two entries with one name the later call wins. */
function lastOneWins(clock: Parameters<Defect['open']>[0]): RevocationStore {
  const entries = new Map<string, Revocation>();
  const rebuilt = async (): Promise<RevocationStore> => {
    const store = createMemoryRevocationStore({ clock });
    await store.add([...entries.values()]);
    return store;
  };
  return {
    async add(added) {
      for (const entry of added) {
        const { until: _until, ...name } = { ...entry };
        entries.set(JSON.stringify({ ...name, epoch: 0, version: 0, exceptSessionId: null }), entry);
      }
    },
    isRevoked: async (subject) => (await rebuilt()).isRevoked(subject),
    async deleteExpired() {
      const expired = [...entries].filter(([, { until }]) => until.getTime() <= clock.now());
      for (const [name] of expired) entries.delete(name);
      return expired.length;
    },
  };
}

const saysWhatItIs =
  'traits > a store that says what it is names its medium in a word, and a durability that there is';

/** Mistakes of revocation stores, user stores, and of stores as a whole. */
export const otherDefects: readonly Defect[] = [
  {
    name: 'weakens a revocation by a later, shorter one',
    noticedBy: 'add > a shorter until does not weaken an entry, and a lower epoch prolongs a higher one',
    open: brokenRevocations((_, clock) => lastOneWins(clock)),
  },
  {
    name: 'lowers an epoch by a later, lower one',
    noticedBy: 'add > a higher epoch wins in either order',
    open: brokenRevocations((_, clock) => lastOneWins(clock)),
  },
  {
    name: 'excepts nobody',
    noticedBy: 'isRevoked > the session that signed the others out is excepted',
    open: changing((entry) => (entry.kind === 'user' ? { ...entry, exceptSessionId: null } : entry)),
  },
  {
    name: 'excepts the first session for ever',
    noticedBy: 'add > an exception goes with its epoch: a higher one drops it, a lower one brings none in',
    open: brokenRevocations((revocations) => {
      let first: string | null = null;
      return {
        add(entries) {
          for (const entry of entries) if (entry.kind === 'user') first ??= entry.exceptSessionId;
          return revocations.add(
            entries.map((entry) => (entry.kind === 'user' ? { ...entry, exceptSessionId: first } : entry)),
          );
        },
      };
    }),
  },
  {
    name: 'takes a token id for a session id',
    noticedBy: 'isRevoked > names of one kind do not stand for another',
    open: brokenRevocations((revocations) => ({
      isRevoked: (subject) =>
        revocations.isRevoked(subject) === true ||
        revocations.isRevoked({ ...subject, jti: subject.sessionId, sessionId: subject.jti }),
    })),
  },
  {
    name: 'revokes the current epoch too',
    noticedBy: 'isRevoked > a user epoch revokes the lower epochs of that user and tenant only',
    open: changing((entry) => (entry.kind === 'user' ? { ...entry, epoch: entry.epoch + 1 } : entry)),
  },
  {
    name: 'revokes a user in every tenant',
    noticedBy: 'isRevoked > a user epoch revokes the lower epochs of that user and tenant only',
    open: brokenRevocations((revocations) => ({
      add: (entries) =>
        revocations.add(entries.map((entry) => (entry.kind === 'user' ? { ...entry, tenantId: '' } : entry))),
      isRevoked: (subject) => revocations.isRevoked({ ...subject, tenantId: '' }),
    })),
  },
  {
    name: 'knows nothing of versions of roles',
    noticedBy: 'isRevoked > a version of roles revokes the lower versions of that user and tenant only',
    open: brokenRevocations((revocations) => ({
      isRevoked: (subject) => revocations.isRevoked({ ...subject, rolesVersion: 9 }),
    })),
  },
  {
    name: 'takes a version of roles for an epoch',
    noticedBy: 'isRevoked > a version of roles is no epoch, and an epoch is no version',
    open: changing((entry) => {
      if (entry.kind !== 'roles') return entry;
      const { version: epoch, ...rest } = entry;
      return { ...rest, kind: 'user', epoch, exceptSessionId: null };
    }),
  },
  {
    name: 'lowers a version of roles by a later, lower one',
    noticedBy: 'add > a higher version of roles wins in either order, and a lower one prolongs it',
    open: brokenRevocations((_, clock) => lastOneWins(clock)),
  },
  {
    name: 'forgets 1 ms early',
    noticedBy: 'deleteExpired of revocations > no entry goes 1 ms before its until',
    open: brokenRevocations((_, clock) =>
      createMemoryRevocationStore({ clock: { now: () => clock.now() + 1 } }),
    ),
  },
  {
    name: 'takes 100 entries of a call',
    noticedBy: 'add > one call takes all kinds, repeated names, and a thousand entries',
    open: brokenRevocations((revocations) => ({ add: (entries) => revocations.add(entries.slice(0, 100)) })),
  },
  {
    name: 'looks for the address first and registers later',
    noticedBy: 'create of users > of parallel registrations of one address one wins',
    open: brokenUsers((users) => ({
      async create(user) {
        const taken = await users.findByEmail(user.tenantId, user.canonicalEmail);
        await letOthersGoFirst();
        const created = await users.create(user);
        return created ?? (taken === null ? { ...user, createdAt: new Date(), disabledAt: null } : null);
      },
    })),
  },
  {
    name: 'gives an account a second address',
    noticedBy: 'create of users > an id that is taken is refused, and the account that has it stays as it is',
    open: brokenUsers((users) => ({
      create: async (user) => (await users.create(user)) ?? users.find(user),
    })),
  },
  {
    name: 'replaces whatever hash there is',
    noticedBy: 'update of users > replaces the hash that was expected, and no other',
    open: brokenUsers((users) => ({ update: ({ expected: _, ...command }) => users.update(command) })),
  },
  {
    name: 'lets all parallel replacements win',
    noticedBy: 'update of users > of parallel replacements of a hash one wins',
    open: brokenUsers((users) => ({
      async update({ expected, ...command }) {
        const user = await users.find(command);
        if (expected?.passwordHash !== undefined && user?.passwordHash !== expected.passwordHash)
          return users.update({ ...command, expected });
        await letOthersGoFirst();
        return users.update(command);
      },
    })),
  },
  {
    name: 'finds accounts of other tenants by address',
    noticedBy: 'user records > accounts of one tenant are invisible under every other',
    open: brokenUsers((users) => ({
      findByEmail: (_tenantId, canonicalEmail) => users.findByEmail('acme', canonicalEmail),
    })),
  },
  {
    name: 'writes a missing name as an empty one',
    noticedBy: 'update of users > sets what it is told to and nothing else, and can remove it',
    open: brokenUsers((users) => ({
      update: ({ set, ...command }) => {
        const name = set.name === null ? '' : set.name;
        return users.update({ ...command, set: name === undefined ? set : { ...set, name } });
      },
    })),
  },
  {
    name: 'writes the whole account back, as it was read',
    noticedBy: 'update of users > parallel changes of different fields all stay',
    open: brokenUsers((users) => ({
      async update(command) {
        const { name, passwordHash, disabledAt, emailVerifiedAt } = (await users.find(command)) ?? {};
        await letOthersGoFirst();
        const read = { name, passwordHash, disabledAt, emailVerifiedAt } as UserChange;
        return users.update({ ...command, set: { ...read, ...command.set } });
      },
    })),
  },
  {
    name: 'changes an address without looking whose it is',
    noticedBy:
      'addresses of users > an address that is taken stays whose it is, and nothing of the change happens',
    open: brokenUsers((users) => ({
      async update(command) {
        const outcome = await users.update(command);
        if (outcome.kind !== 'email_taken') return outcome;
        const user = await users.find(command);
        return user === null ? outcome : { kind: 'updated', user: { ...user, ...command.set } };
      },
    })),
  },
  {
    name: 'keeps the old address as well',
    noticedBy: 'addresses of users > a new address finds the account, and the old one is free',
    open: brokenUsers((users) => {
      const moved = new Map<string, UserRef>();
      return {
        async update(command) {
          const before = await users.find(command);
          if (before !== null && command.set.canonicalEmail !== undefined)
            moved.set(before.canonicalEmail, command);
          return users.update(command);
        },
        async findByEmail(tenantId, canonicalEmail) {
          const found = await users.findByEmail(tenantId, canonicalEmail);
          const former = moved.get(canonicalEmail);
          return found ?? (former === undefined ? null : users.find(former));
        },
      };
    }),
  },
  {
    name: 'leaves out who is of the same instant as the last of a page',
    noticedBy:
      'list and delete of users > lists the accounts of a tenant newest first, page by page, without ghosts or omissions',
    open: brokenUsers((users) => ({
      async list(tenantId, { limit, after }) {
        const page = await users.list?.(tenantId, { limit, after });
        const isOlder = ({ createdAt }: { createdAt: Date }) => after === null || createdAt < after.createdAt;
        return { users: page?.users.filter(isOlder) ?? [], next: page?.next ?? null };
      },
    })),
  },
  {
    name: 'only disables whom it should delete',
    noticedBy: 'list and delete of users > a deleted account is gone, its address is free, and others stay',
    open: brokenUsers((users) => ({
      delete: async (user) =>
        (await users.update({ ...user, set: { disabledAt: new Date(0) } })).kind === 'updated',
    })),
  },
  {
    name: 'keeps what a failed transaction did',
    noticedBy: 'transaction > what rejects leaves no trace, and rejects with what was thrown',
    offersTransaction: true,
    open: broken((stores) => ({ transactions: { covers: stores, run: (work) => work(stores) } })),
  },
  {
    name: 'offers a transaction that it did not declare',
    noticedBy: 'transaction > is not offered, as declared',
    open: broken((stores) => ({ transactions: { covers: stores, run: (work) => work(stores) } })),
  },
  {
    name: 'describes its medium in a sentence',
    noticedBy: saysWhatItIs,
    open: brokenTokens(() => ({ traits: { medium: 'Our own Redis', durability: 'failover' } })),
  },
  {
    name: 'promises a durability that there is not',
    noticedBy: saysWhatItIs,
    open: brokenTokens(() => ({ traits: { medium: 'redis', durability: 'always' as never } })),
  },
];
