import { type Condition, negate, tenantCondition } from './conditions.js';
import { implies, isNever } from './implies.js';
import type { PolicyModel } from './model.js';
import type { PermissionRules, RuleFacts } from './permission-rules.js';
import type { Policy } from './policy.js';

/**
 * What is probably a mistake in a policy, a sentence each:
 *
 * - permissions that nobody has, and roles that grant nothing;
 * - unreachable grants: what a deny rule always takes back, or what whoever it is for may do anyway;
 * - shadowed deny rules: those that deny nothing which another one, or the tenant, does not deny as well.
 *
 * Conditions are compared by their form, so there may be more than is found. What roles grant that are made at run time is in
 * their store and is not looked at; a grant of a whole resource, such as `reports:*`, is not taken for one of each action.
 */
export function listFindings<M extends PolicyModel>(given: Policy<M>): readonly string[] {
  const policy = given as unknown as Policy;
  const roles = policy.roles.map((name) => roleFactsOf(policy, name));
  const permissions = policy.permissions.map((name) => policy.rulesOf(name));
  return [
    ...permissionsOfNobody(policy),
    ...roles.filter(({ grants }) => grants.size === 0).map(({ name }) => `The role ${name} grants nothing.`),
    ...permissions.flatMap((rules) => roles.flatMap((role) => grantsInVain(permissions, rules, role))),
    ...allowsInVain(permissions, roles),
    ...shadowedDenies(permissions, roles),
  ];
}

interface RoleFacts {
  readonly name: string;
  /** The names of all that it grants, what it inherits included. */
  readonly grants: ReadonlySet<string>;
  /** Without what it inherits. */
  readonly added: ReadonlySet<string>;
}

function roleFactsOf(policy: Policy, name: string): RoleFacts {
  const grantsOf = (roles: readonly string[]) =>
    new Set(policy.listGrants(policy.principal({ userId: '', roles })));
  const grants = grantsOf([name]);
  const inherited = grantsOf(policy.roles.filter((other) => other !== name && policy.hasRole([name], other)));
  return { name, grants, added: new Set([...grants].filter((grant) => !inherited.has(grant))) };
}

function permissionsOfNobody(policy: Policy): readonly string[] {
  const matrix = policy.matrix();
  return policy.permissions
    .filter((name) => !policy.rulesOf(name).resource.startsWith('auth:'))
    .filter((name) => matrix.every(({ permissions }) => permissions[name] === 'never'))
    .map((name) => `Nobody has ${name}.`);
}

const always: Condition = { kind: 'constant', value: true };

/** What a role adds to what it inherits, of one permission, and nobody has by it. */
function grantsInVain(
  permissions: readonly PermissionRules[],
  { permission, resource, denies, relations }: PermissionRules,
  { name, grants, added }: RoleFacts,
): readonly string[] {
  const siblings = permissions.filter((other) => other.resource === resource);
  const relationSuffixes = relations.map(({ relation, when }) => ({ suffix: `@${relation}`, when }));
  return [{ suffix: '', when: always }, ...relationSuffixes].flatMap(({ suffix, when }) => {
    const grant = `${permission}${suffix}`;
    const isOfAll =
      siblings.length > 1 && siblings.every((other) => grants.has(`${other.permission}${suffix}`));
    if (!added.has(grant) || isOfAll) return [];
    const deny = denies.find((rule) => isAbout(rule, grants) && implies(when, rule.when));
    if (deny !== undefined)
      return [`The role ${name} grants ${grant} in vain: the rule “${deny.name}” always denies it.`];
    if (suffix !== '' && grants.has(permission))
      return [`The role ${name} grants ${grant} in vain: it has ${permission} anyway.`];
    return [];
  });
}

/** Whether the rule is about whoever has these grants and no others. */
function isAbout({ grant }: RuleFacts, grants: ReadonlySet<string>): boolean {
  return grant === null || grants.has(grant);
}

/** Rules that allow nobody anything, of all that they are about. */
function allowsInVain(
  permissions: readonly PermissionRules[],
  roles: readonly RoleFacts[],
): readonly string[] {
  return reasonsByRule(permissions, 'allows', ({ permission, denies }, rule) => {
    if (isNever(rule.when)) return 'its condition never holds';
    const those = roles.filter(({ grants }) => rule.grant !== null && grants.has(rule.grant));
    const deny = denies.find((other) => covers(other, rule, roles) && implies(rule.when, other.when));
    if (deny !== undefined) return `the rule “${deny.name}” denies it`;
    const isHeld = those.length > 0 && those.every(({ grants }) => grants.has(permission));
    return isHeld ? 'all whom it is for may do that anyway' : null;
  }).map(([name, reasons]) => `The rule “${name}” allows nothing: ${reasons.join(', and ')}.`);
}

/** Rules that deny nothing on their own, of all that they are about. */
function shadowedDenies(
  permissions: readonly PermissionRules[],
  roles: readonly RoleFacts[],
): readonly string[] {
  return reasonsByRule(permissions, 'denies', ({ denies, tenant }, rule) => {
    if (tenant !== null && implies(rule.when, negate(tenantCondition(tenant)))) return 'the tenant';
    const isShadowing = (other: RuleFacts, one: RuleFacts): boolean =>
      covers(other, one, roles) && implies(one.when, other.when);
    // Of two that are the same, the later one is too many.
    const shadow = denies.find(
      (other, at) =>
        other !== rule &&
        isShadowing(other, rule) &&
        (at < denies.indexOf(rule) || !isShadowing(rule, other)),
    );
    return shadow === undefined ? null : `“${shadow.name}”`;
  }).map(
    ([name, others]) => `The rule “${name}” denies nothing that ${others.join(' and ')} would not deny.`,
  );
}

/** Whether `other` is about everybody whom `rule` is about, whatever their roles are. */
function covers(other: RuleFacts, rule: RuleFacts, roles: readonly RoleFacts[]): boolean {
  if (other.grant === null) return true;
  const { grant } = rule;
  return grant !== null && roles.every(({ grants }) => !grants.has(grant) || isAbout(other, grants));
}

/** For each rule that has a reason for every permission that it is about: its name, and the reasons, each once. */
function reasonsByRule(
  permissions: readonly PermissionRules[],
  effect: 'allows' | 'denies',
  reasonOf: (rules: PermissionRules, rule: RuleFacts) => string | null,
): readonly (readonly [string, readonly string[]])[] {
  const reasons = new Map<string, (string | null)[]>();
  for (const rules of permissions) {
    for (const rule of rules[effect]) {
      const known = reasons.get(rule.name) ?? [];
      reasons.set(rule.name, [...known, reasonOf(rules, rule)]);
    }
  }
  return [...reasons].flatMap(([name, all]) => {
    const told = all.filter((reason) => reason !== null);
    return told.length < all.length ? [] : [[name, [...new Set(told)]] as const];
  });
}
