import type { AttributeKinds } from './attributes.js';
import { addBits, createBits, hasBit } from './bitset.js';
import { compilePolicy, type GivenPolicy } from './compile-policy.js';
import { covers } from './covers.js';
import { decide } from './decide.js';
import { filterFor } from './filter.js';
import { isAllowed } from './judge.js';
import { listMatrix } from './matrix.js';
import type { PolicyDefinition, ResourceDefinitions } from './model.js';
import type { CompiledPermission } from './permission-rules.js';
import type { Policy } from './policy.js';
import type { Principal } from './principal.js';
import { decodeNumbers, encodeNumbers, versionOf } from './runtime-grants.js';

const nothing: object = Object.freeze(Object.create(null));

/**
 * A policy, checked by the compiler and compiled once.
 *
 * ```ts
 * const policy = definePolicy({
 *   resources: {
 *     reports: {
 *       actions: ['read', 'approve'],
 *       attributes: { authorId: 'string', closedAt: 'date' },
 *       relations: { author: 'authorId' },
 *     },
 *   },
 *   roles: {
 *     employee: { can: ['reports:read@author'] },
 *     manager: { inherits: ['employee'], can: ['reports:*'] },
 *   },
 *   rules: (rule) => [
 *     rule.deny('closed reports stay as they are', {
 *       to: 'reports:approve',
 *       when: ({ resource }) => resource.closedAt.isMissing().not(),
 *     }),
 *   ],
 * });
 * ```
 *
 * @throws `TypeError` for what is not defined, or twice; for circles, with their path; for a rule that denies all to everybody.
 */
export function definePolicy<
  const R extends ResourceDefinitions = Record<never, never>,
  const Role extends string = never,
  const U extends AttributeKinds = Record<never, never>,
>(
  definition: PolicyDefinition<U, R, Role>,
): Policy<{ readonly user: U; readonly resources: R; readonly role: Role }> {
  return createPolicy(definition as GivenPolicy) as unknown as Policy<{
    readonly user: U;
    readonly resources: R;
    readonly role: Role;
  }>;
}

function createPolicy(given: GivenPolicy): Policy {
  const compiled = compilePolicy(given);
  const { catalogue, permissions, roles, bitNames, roleIds } = compiled;
  const model = {};
  const grantable = catalogue.permissions.length + catalogue.relationGrants.length;
  const version = versionOf(bitNames.slice(0, grantable));
  const noBits = createBits(bitNames.length);

  const require = (permission: string): CompiledPermission => {
    const found = permissions.get(permission);
    if (found === undefined) throw new TypeError(`There is no permission ${permission}`);
    return found;
  };
  const requireOwn = (principal: Principal): void => {
    if (principal.model !== model) throw new TypeError('The principal was made by another policy');
  };
  const bitsOf = (names: readonly string[]): Uint32Array => {
    // Most people have one role, and rows are never changed.
    if (names.length === 1) return roles.get(names[0] as string)?.bits ?? noBits;
    const bits = createBits(bitNames.length);
    for (const name of names) {
      const row = roles.get(name)?.bits;
      if (row !== undefined) addBits(bits, row);
    }
    return bits;
  };
  const requireGrant = (grant: string): readonly number[] => {
    const found = catalogue.findGrant(grant);
    if (found === null) throw new TypeError(`There is nothing like ${grant} to grant`);
    return found;
  };
  const principalOf: Policy['principal'] = (facts) => {
    const { userId, tenantId = '', roles: names, attributes = nothing, grants = null, now } = facts;
    const nowMs = now === undefined ? Date.now() : now.getTime();
    if (Number.isNaN(nowMs)) throw new TypeError('now: expected a valid date');
    const own = bitsOf(names);
    return {
      userId,
      tenantId,
      roles: names,
      attributes,
      nowMs,
      bits: grants === null ? own : union(own, decodeNumbers(grants, version, grantable, bitNames.length)),
      model,
    };
  };
  const filter: Policy['filterFor'] = (principal, permission) => {
    requireOwn(principal);
    return filterFor(require(permission), principal);
  };

  return {
    roles: Object.keys(given.roles),
    permissions: catalogue.permissions as Policy['permissions'],
    resources: Object.fromEntries(catalogue.resources),
    userAttributes: given.user ?? {},
    version,
    isRole: (name): name is string => roles.has(name),
    isPermission: (name): name is Policy['permissions'][number] => permissions.has(name),
    isGrant: (text): text is never => catalogue.findGrant(text) !== null,
    principal: principalOf,

    can(principal: Principal, permission: string, resource: object = nothing) {
      requireOwn(principal);
      const found = require(permission);
      if (found.isPlain) return ((principal.bits[found.word] as number) & found.mask) !== 0;
      return isAllowed(found, principal, resource);
    },

    canSometimes: (principal, permission) => filter(principal, permission).kind !== 'never',

    decide(principal: Principal, permission: string, resource: object = nothing) {
      requireOwn(principal);
      return decide(compiled, require(permission), principal, resource);
    },

    filterFor: filter,

    hasRole(names, wanted) {
      const id = roleIds.get(wanted);
      if (id === undefined) return false;
      for (const name of names) {
        const row = roles.get(name)?.bits;
        if (row !== undefined && hasBit(row, id)) return true;
      }
      return false;
    },

    listPermissions({ bits }) {
      return catalogue.permissions.filter((_name, id) => hasBit(bits, id)).sort() as never;
    },

    listGrants(principal) {
      requireOwn(principal);
      return bitNames.filter((name, id) => hasBit(principal.bits, id) && !name.startsWith('role='));
    },

    covers(held, given) {
      requireOwn(held);
      requireOwn(given);
      return covers(compiled, held.bits, given.bits);
    },

    encodeGrants: (grants) => encodeNumbers(version, grants.flatMap(requireGrant)),

    isCurrent: (grants) => grants.startsWith(`${version}.`),

    matrix: () => listMatrix(compiled, Object.keys(given.roles)),

    rulesOf: (permission) => require(permission).rules,
  };
}

function union(first: Uint32Array, second: Uint32Array): Uint32Array {
  const bits = first.slice();
  addBits(bits, second);
  return bits;
}
