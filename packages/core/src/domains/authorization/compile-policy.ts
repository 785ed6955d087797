import type { AttributeKinds } from './attributes.js';
import { addBits, createBits } from './bitset.js';
import { type Catalogue, createCatalogue } from './catalogue.js';
import { compileCondition } from './compile-condition.js';
import { type Condition, negate, tenantCondition } from './conditions.js';
import type { ResourceDefinitions, RoleDefinition, Rule, RuleBuilder } from './model.js';
import type {
  CompiledPermission,
  CompiledRule,
  PermissionRules,
  RelationFacts,
  RuleFacts,
} from './permission-rules.js';
import { orderRoles } from './role-closure.js';
import { createTerms, now } from './terms.js';

/** A policy as it is written, without what only the compiler knows of it. */
export interface GivenPolicy {
  readonly user?: AttributeKinds;
  readonly resources?: ResourceDefinitions;
  readonly roles: Readonly<Record<string, RoleDefinition<string, string>>>;
  readonly matrix?: Readonly<
    Record<string, Readonly<Record<string, readonly string[] | undefined>> | undefined>
  >;
  // biome-ignore lint/suspicious/noExplicitAny: typed where policies are written.
  readonly rules?: (rule: RuleBuilder<any, any, any>) => readonly Rule[];
}

/** A policy, compiled. */
export interface CompiledPolicy {
  readonly catalogue: Catalogue;
  readonly permissions: ReadonlyMap<string, CompiledPermission>;
  readonly roles: ReadonlyMap<string, CompiledRole>;
  /** What every bit stands for, in the order of the bits. */
  readonly bitNames: readonly string[];
  /** The number of each role's own bit. */
  readonly roleIds: ReadonlyMap<string, number>;
}

/** A role, with what it grants by itself and what it grants in all. */
export interface CompiledRole {
  readonly inherits: readonly string[];
  readonly own: Uint32Array;
  readonly bits: Uint32Array;
}

/** @throws `TypeError` naming what is wrong. */
export function compilePolicy(given: GivenPolicy): CompiledPolicy {
  const catalogue = createCatalogue(given.resources ?? {});
  const definitions = given.roles;
  const order = orderRoles(definitions);
  for (const role of order)
    if (!/^[A-Za-z0-9_.-]{1,64}$/.test(role))
      throw new TypeError(`roles.${role}: expected letters, digits, _, - and .`);
  const rules = readRules(given, catalogue, definitions);

  for (const resource of Object.keys(given.matrix ?? {}))
    if (!catalogue.resources.has(resource)) throw new TypeError(`matrix: there is no resource ${resource}`);

  const limited = rules.filter((rule) => rule.for !== null);
  const bitNames = [
    ...catalogue.permissions,
    ...catalogue.relationGrants.map(({ name }) => name),
    ...limited.map(({ name }) => ruleGrant(name)),
    ...order.map(roleGrant),
  ];
  const ids = new Map(bitNames.map((name, id) => [name, id]));
  const roleIds = new Map(order.map((role) => [role, ids.get(roleGrant(role)) as number]));

  const roles = new Map<string, CompiledRole>();
  for (const role of order) {
    const { inherits = [], can = [] } = definitions[role] as RoleDefinition<string, string>;
    const own = createBits(bitNames.length, [
      roleIds.get(role) as number,
      ...[...can, ...listMatrixGrants(given, role)].flatMap((grant) => {
        const found = catalogue.findGrant(grant);
        if (found === null) throw new TypeError(`roles.${role}: there is nothing like ${grant} to grant`);
        return found;
      }),
      ...limited.flatMap((rule) =>
        rule.for?.includes(role) === true ? [ids.get(ruleGrant(rule.name)) as number] : [],
      ),
    ]);
    const bits = own.slice();
    for (const parent of inherits) addBits(bits, (roles.get(parent) as CompiledRole).bits);
    roles.set(role, { inherits, own, bits });
  }

  const permissions = new Map(
    readPermissionRules(catalogue, rules).map((facts) => [facts.permission, compilePermission(facts, ids)]),
  );
  return { catalogue, permissions, roles, bitNames, roleIds };
}

// With `:` they could be permissions, of resources that are called `rule` and `role`.
const ruleGrant = (name: string) => `rule=${name}`;
const roleGrant = (name: string) => `role=${name}`;

const always: Condition = { kind: 'constant', value: true };

interface ResolvedRule extends Pick<Rule, 'effect' | 'name' | 'for'> {
  readonly permissions: readonly string[];
  readonly when: Condition;
}

function readRules(
  given: GivenPolicy,
  catalogue: Catalogue,
  roles: GivenPolicy['roles'],
): readonly ResolvedRule[] {
  const made: Rule[] = [];
  const make =
    (effect: Rule['effect']) =>
    // biome-ignore lint/suspicious/noExplicitAny: typed where policies are written.
    (name: string, { to, for: roleNames, when }: any): Rule => {
      const targets = Array.isArray(to) ? to : [to];
      const rule: Rule = { effect, name, to: targets, for: roleNames ?? null, when: when ?? null };
      made.push(rule);
      return rule;
    };
  const builder = { allow: make('allow'), deny: make('deny') };
  const rules: readonly Rule[] = given.rules === undefined ? made : given.rules(builder);
  // A deny rule that nobody returned would be missed by nobody.
  if (!Array.isArray(rules as unknown)) throw new TypeError('rules: expected a list to be returned');
  for (const { name } of made.filter((rule) => !rules.includes(rule)))
    throw new TypeError(`rules.${name}: is not in the list that is returned`);
  const user = createTerms('user', 'user', {
    ...requireUserKinds(given.user ?? {}),
    id: 'string',
    tenantId: 'string',
  });
  const names = new Set<string>();

  return rules.map((rule) => {
    const { effect, name } = rule;
    if (name === '' || names.has(name)) throw new TypeError(`rules: the name “${name}” is not unique`);
    names.add(name);
    for (const role of rule.for ?? [])
      if (!Object.hasOwn(roles, role)) throw new TypeError(`rules.${name}: there is no role ${role}`);
    if (rule.for?.length === 0) throw new TypeError(`rules.${name}: for names nobody`);
    const permissions = rule.to.flatMap((target) => {
      const found = catalogue.findTargets(target);
      if (found === null) throw new TypeError(`rules.${name}: there is no permission ${target}`);
      return found;
    });
    const [resource, ...others] = new Set(permissions.map(catalogue.resourceOf));
    if (resource === undefined) throw new TypeError(`rules.${name}: to names nothing`);
    if (others.length > 0) throw new TypeError(`rules.${name}: is about more than one resource`);
    if (effect === 'deny' && rule.for === null && rule.when === null)
      throw new TypeError(`rules.${name}: denies everything to everybody`);

    const kinds = catalogue.resources.get(resource)?.attributes ?? {};
    const terms = createTerms('resource', `resources.${resource}`, kinds);
    const when: Condition | undefined =
      rule.when === null ? always : rule.when({ user, resource: terms, now })?.condition;
    // An attribute instead of a question about it, such as `resource.isOpen`, must not pass for “always”.
    if (when === undefined) throw new TypeError(`rules.${name}: when is no condition`);
    return { effect, name, for: rule.for, permissions, when };
  });
}

function requireUserKinds(kinds: AttributeKinds): AttributeKinds {
  for (const name of ['id', 'tenantId'])
    if (Object.hasOwn(kinds, name)) throw new TypeError(`user.${name}: is there already`);
  return kinds;
}

function listMatrixGrants({ matrix = {}, roles }: GivenPolicy, role: string): readonly string[] {
  return Object.entries(matrix).flatMap(([resource, line = {}]) => {
    for (const name of Object.keys(line))
      if (!Object.hasOwn(roles, name)) throw new TypeError(`matrix.${resource}: there is no role ${name}`);
    return (Object.hasOwn(line, role) ? (line[role] ?? []) : []).map((action) => `${resource}:${action}`);
  });
}

function readPermissionRules(
  catalogue: Catalogue,
  rules: readonly ResolvedRule[],
): readonly PermissionRules[] {
  const facts = (effect: Rule['effect'], permission: string): readonly RuleFacts[] =>
    rules
      .filter((rule) => rule.effect === effect && rule.permissions.includes(permission))
      .map(({ name, for: roles, when }) => ({ name, grant: roles === null ? null : ruleGrant(name), when }));
  return catalogue.permissions.map((permission) => {
    const resource = catalogue.resourceOf(permission);
    const { tenant = null, relations = {}, attributes = {} } = catalogue.resources.get(resource) ?? {};
    return {
      permission,
      resource,
      tenant,
      denies: facts('deny', permission),
      relations: Object.entries(relations).map(([relation, attribute]) => ({
        relation,
        grant: `${permission}@${relation}`,
        when: holdsUser(attribute, attributes[attribute] === 'string[]'),
      })),
      allows: facts('allow', permission),
    };
  });
}

function holdsUser(attribute: string, isList: boolean): Condition {
  const id = { kind: 'user', type: 'string', attribute: 'id' } as const;
  return isList
    ? {
        kind: 'contains',
        list: { kind: 'resource', type: 'string[]', attribute },
        item: id,
        isNegated: false,
      }
    : {
        kind: 'compare',
        operator: 'equals',
        left: { kind: 'resource', type: 'string', attribute },
        right: id,
      };
}

function compilePermission(rules: PermissionRules, ids: ReadonlyMap<string, number>): CompiledPermission {
  const at = (name: string) => {
    const id = ids.get(name) as number;
    return { word: id >>> 5, mask: 1 << (id & 31) };
  };
  const compile = ({ grant, when }: Pick<RuleFacts, 'grant' | 'when'>): CompiledRule => ({
    ...(grant === null ? { word: -1, mask: 0 } : at(grant)),
    test: compileCondition(when),
  });
  const compileDeny = (rule: RuleFacts): CompiledRule => compile({ ...rule, when: negate(rule.when) });
  const { tenant, denies, relations, allows } = rules;
  return {
    rules,
    ...at(rules.permission),
    isPlain: tenant === null && denies.length + relations.length + allows.length === 0,
    isInTenant: tenant === null ? null : compileCondition(tenantCondition(tenant)),
    denies: denies.map(compileDeny),
    relations: relations.map((relation: RelationFacts) => compile(relation)),
    allows: allows.map(compile),
  };
}
