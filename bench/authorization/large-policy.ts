import { definePolicy, type Policy } from '@tessera-auth/core/authorization';

/** As `definePolicy` takes it where names are not known to the compiler. */
const define = definePolicy as unknown as (definition: unknown) => Policy;

/** 100 permissions, and 1,000 roles with ten of them each. */
export function createLarge(): Policy {
  const names = Array.from({ length: 20 }, (_, at) => `resource${at}`);
  const actions = ['read', 'create', 'update', 'delete', 'share'];
  const all = names.flatMap((name) => actions.map((action) => `${name}:${action}`));
  const grantsOf = (at: number) =>
    Array.from({ length: 10 }, (_, nth) => all[(at * 7 + nth * 11) % all.length]);
  return define({
    resources: Object.fromEntries(names.map((name) => [name, { actions }])),
    roles: Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`role${at}`, { can: grantsOf(at) }])),
  });
}

/** Ten of its roles. */
export const tenRoles: readonly string[] = Array.from({ length: 10 }, (_, at) => `role${at * 97}`);

/** 51 roles, each of which inherits from the one before; only the first has a grant. */
export function createDeep(): Policy {
  const parentOf = (at: number) => (at === 0 ? { can: ['posts:read'] } : { inherits: [`role${at - 1}`] });
  return define({
    resources: { posts: { actions: ['read'] } },
    roles: Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`role${at}`, parentOf(at)])),
  });
}
