import { type Auth, memoryStores, type SignedIn, type UserRecord, type UserStore } from '@tessera-auth/core';
import { finishedSignIn } from '@tessera-auth/core/testing';
import { origin, password } from '../auth-bench.js';
import { administration, createHttpBench, type HttpBenchOptions } from './http-bench.js';

/** An app with an administrator and somebody else, who both carry their tokens by themselves. */
export async function createAdminBench(options: HttpBenchOptions = {}) {
  const rolesNow = new Map<string, readonly string[]>();
  const bench = createHttpBench({
    ...options,
    auth: { ...administration, ...options.auth },
    openStores: (clock) => {
      const stores = options.openStores?.(clock) ?? memoryStores({ clock });
      return { ...stores, users: withRoles(stores.users, rolesNow) };
    },
  });
  const register = async (auth: Auth, address: string, tenantId = ''): Promise<SignedIn> =>
    finishedSignIn(await auth.register({ tenantId, email: address, password, name: null, origin }));
  const admin = await register(bench.auth, 'ada@example.org');
  const eve = await register(bench.auth, 'eve@example.org');
  return {
    ...bench,
    admin,
    eve,
    registerAt: (address: string, tenantId = '') => register(bench.auth, address, tenantId),
    /** Gives an account other roles, as an app does in a table of its own: no token changes by that. */
    setRoles: ({ user }: SignedIn, roles: readonly string[]) => void rolesNow.set(user.userId, roles),
    /** A request below `/auth/admin/users`, by default of the administrator. */
    ask: (method: string, path = '', { accessToken }: { accessToken: string } = admin) =>
      bench.send({
        method,
        url: `/auth/admin/users${path}`,
        headers: { authorization: `Bearer ${accessToken}` },
      }),
  };
}

/** Accounts whose roles are kept elsewhere. */
function withRoles(users: UserStore, rolesNow: ReadonlyMap<string, readonly string[]>): UserStore {
  const read = (user: UserRecord | null): UserRecord | null =>
    user && { ...user, roles: rolesNow.get(user.userId) ?? user.roles };
  return {
    ...users,
    find: async (user) => read(await users.find(user)),
    findByEmail: async (tenantId, address) => read(await users.findByEmail(tenantId, address)),
  };
}
