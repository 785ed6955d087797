import { requireKind } from './attributes.js';
import type { ResourceDefinition, ResourceDefinitions } from './model.js';

/** The resources that the library's own routes ask for. */
export const ownResources: ResourceDefinitions = {
  'auth:users': { actions: ['read', 'write'] },
  'auth:audit': { actions: ['read'] },
  'auth:roles': { actions: ['read', 'write'] },
};

/** A permission over the records that a relation holds for. */
export interface RelationGrant {
  /** As it is written: `reports:read@owner`. */
  readonly name: string;
  readonly permission: string;
  readonly relation: string;
}

/**
 * Every permission there is, and what can be granted of it, each with a number.
 *
 * One grammar: `resource:action`, `resource:*` and `*`, each with `@relation` where a resource has such; `*` only as a whole
 * segment. A name stands for itself and never for what begins like it.
 */
export interface Catalogue {
  readonly resources: ReadonlyMap<string, ResourceDefinition>;
  /** In the order of their numbers, from 0. */
  readonly permissions: readonly string[];
  /** In the order of their numbers, which go on from those of the permissions. */
  readonly relationGrants: readonly RelationGrant[];
  /** The resource of a permission. */
  resourceOf(permission: string): string;
  /** The numbers that a grant stands for, or `null` when it is none. */
  findGrant(grant: string): readonly number[] | null;
  /** The permissions that a rule is about, or `null` when there are none of that name. */
  findTargets(target: string): readonly string[] | null;
}

const namePattern = /^[A-Za-z0-9_.-]{1,64}$/;

/** @throws `TypeError` naming what is wrong. */
export function createCatalogue(given: ResourceDefinitions): Catalogue {
  for (const [name, definition] of Object.entries(given)) requireResource(name, definition);
  const resources = new Map([...Object.entries(given), ...Object.entries(ownResources)]);

  const permissions: string[] = [];
  const relationGrants: RelationGrant[] = [];
  const resourceNames = new Map<string, string>();
  const idsByGrant = new Map<string, number[]>();
  const add = (grant: string, id: number): void => {
    const ids = idsByGrant.get(grant);
    if (ids === undefined) idsByGrant.set(grant, [id]);
    else ids.push(id);
  };

  for (const [resource, { actions }] of resources) {
    for (const action of actions) {
      const id = permissions.push(`${resource}:${action}`) - 1;
      resourceNames.set(`${resource}:${action}`, resource);
      for (const grant of [`${resource}:${action}`, `${resource}:*`, '*']) add(grant, id);
    }
  }
  for (const [resource, { actions, relations = {} }] of resources) {
    for (const relation of Object.keys(relations)) {
      for (const action of actions) {
        const permission = `${resource}:${action}`;
        const name = `${permission}@${relation}`;
        const id = permissions.length + relationGrants.push({ name, permission, relation }) - 1;
        add(name, id);
        add(`${resource}:*@${relation}`, id);
      }
    }
  }

  return {
    resources,
    permissions,
    relationGrants,
    resourceOf: (permission) => resourceNames.get(permission) as string,
    findGrant: (grant) => idsByGrant.get(grant) ?? null,
    findTargets(target) {
      // Rules are about resources: `*` would have no record to look at, and `@relation` is a condition of its own.
      if (target === '*' || target.includes('@')) return null;
      return idsByGrant.get(target)?.map((id) => permissions[id] as string) ?? null;
    },
  };
}

function requireResource(
  name: string,
  { actions, attributes = {}, relations = {}, tenant }: ResourceDefinition,
): void {
  const owner = `resources.${name}`;
  if (!namePattern.test(name)) throw new TypeError(`${owner}: expected letters, digits, _, - and .`);
  if (actions.length === 0) throw new TypeError(`${owner}.actions: expected at least one`);
  if (new Set(actions).size < actions.length) throw new TypeError(`${owner}.actions: one is there twice`);
  for (const action of [...actions, ...Object.keys(relations)])
    if (!namePattern.test(action))
      throw new TypeError(`${owner}.${action}: expected letters, digits, _, - and .`);

  const kindOf = (attribute: string): string =>
    Object.hasOwn(attributes, attribute) ? requireKind(owner, attribute, attributes[attribute]) : 'missing';
  for (const attribute of Object.keys(attributes)) kindOf(attribute);
  for (const [relation, attribute] of Object.entries(relations))
    if (!['string', 'string[]'].includes(kindOf(attribute)))
      throw new TypeError(`${owner}.relations.${relation}: expected an attribute that holds ids of users`);
  if (tenant !== undefined && kindOf(tenant) !== 'string')
    throw new TypeError(`${owner}.tenant: expected an attribute that holds the id of a tenant`);
}
