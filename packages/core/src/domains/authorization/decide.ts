import type { DenialReason } from '../../errors.js';
import { compileCondition, compileTerm } from './compile-condition.js';
import type { CompiledPolicy } from './compile-policy.js';
import { type Condition, listTerms, negate, tenantCondition } from './conditions.js';
import { describeCondition, describeTerm } from './describe-condition.js';
import { concerns } from './judge.js';
import type { CompiledPermission, CompiledRule } from './permission-rules.js';
import type { Principal } from './principal.js';
import { findRolePath } from './role-closure.js';

/**
 * Why.
 *
 * - `granted`: by a role, over a relation, or by a rule.
 * - `no_grant`: nothing that the principal has is about the permission.
 * - `relation_unmet`: it was granted over a relation that does not hold.
 * - `condition_unmet`: the rule that would allow it has a condition that does not hold.
 * - `attribute_missing`: one of both cannot be told, because an attribute is absent.
 * - `wrong_tenant`: the record is of another tenant, or of none that is known.
 * - `denied_by_rule`: a rule forbids it, or would unless an attribute that is absent were something else.
 */
export type DecisionCode = 'granted' | DenialReason['code'];

/** A decision with its reason. It holds names of the policy and no value of any record. */
export interface Decision {
  readonly effect: 'allow' | 'deny';
  readonly code: DecisionCode;
  readonly permission: string;
  /** The rule that decided, or that came nearest; otherwise `null`. */
  readonly rule: string | null;
  /** The relation that decided, or that came nearest; otherwise `null`. */
  readonly relation: string | null;
  /** From the principal's role to the one that grants, along what is inherited; empty where no role of the policy does. */
  readonly rolePath: readonly string[];
  /** What did not hold, in words such as `resource.ownerId is user.id`; of a deny rule, what it asks. Otherwise `null`. */
  readonly condition: string | null;
  /** Attributes that the condition looks at and that are absent, such as `resource.ownerId`. */
  readonly missing: readonly string[];
}

interface Reason extends Partial<Pick<Decision, 'rule' | 'relation' | 'rolePath' | 'condition' | 'missing'>> {
  readonly code: DecisionCode;
}

/** The decision, with its reason. In the order of {@link isAllowed}. */
export function decide(
  policy: CompiledPolicy,
  compiled: CompiledPermission,
  principal: Principal,
  resource: object,
): Decision {
  const reason = findReason(policy, compiled, principal, resource);
  return {
    effect: reason.code === 'granted' ? 'allow' : 'deny',
    permission: compiled.rules.permission,
    rule: null,
    relation: null,
    rolePath: [],
    condition: null,
    missing: [],
    ...reason,
  };
}

function findReason(
  policy: CompiledPolicy,
  compiled: CompiledPermission,
  principal: Principal,
  resource: object,
): Reason {
  const { bits } = principal;
  const { rules } = compiled;
  const unmet = (condition: Condition) => describeUnmet(condition, principal, resource);
  const pathTo = (grant: string | null) =>
    grant === null ? [] : findPath(policy, principal, policy.bitNames.indexOf(grant));

  for (const [index, rule] of compiled.denies.entries()) {
    const { name, grant, when } = rules.denies[index] as (typeof rules.denies)[number];
    if (concerns(bits, rule) && !rule.test(principal, resource)) {
      // It denies unless it is certainly false, so what is missing is what keeps that from being certain.
      const { missing } = unmet(negate(when));
      return {
        code: 'denied_by_rule',
        rule: name,
        rolePath: pathTo(grant),
        condition: describeCondition(when),
        missing,
      };
    }
  }

  if (rules.tenant !== null && compiled.isInTenant?.(principal, resource) !== true)
    return { code: 'wrong_tenant', ...unmet(tenantCondition(rules.tenant)) };
  if (concerns(bits, compiled)) return { code: 'granted', rolePath: pathTo(rules.permission) };

  let nearest: Reason = { code: 'no_grant' };
  const consider = (
    rule: CompiledRule,
    when: Condition,
    reason: Omit<Reason, 'code'>,
    code: DecisionCode,
  ) => {
    if (!concerns(bits, rule)) return false;
    if (rule.test(principal, resource)) return true;
    const { missing, condition } = unmet(when);
    if (nearest.code === 'no_grant')
      nearest = { ...reason, condition, missing, code: missing.length > 0 ? 'attribute_missing' : code };
    return false;
  };
  for (const [index, rule] of compiled.relations.entries()) {
    const { relation, grant, when } = rules.relations[index] as (typeof rules.relations)[number];
    const reason = { relation, rolePath: pathTo(grant) };
    if (consider(rule, when, reason, 'relation_unmet')) return { code: 'granted', ...reason };
  }
  for (const [index, rule] of compiled.allows.entries()) {
    const { name, grant, when } = rules.allows[index] as (typeof rules.allows)[number];
    const reason = { rule: name, rolePath: pathTo(grant) };
    if (consider(rule, when, reason, 'condition_unmet')) return { code: 'granted', ...reason };
  }
  return nearest;
}

function findPath({ roles }: CompiledPolicy, principal: Principal, id: number): readonly string[] {
  const grants = (role: string): boolean =>
    (((roles.get(role)?.own[id >>> 5] ?? 0) as number) & (1 << (id & 31))) !== 0;
  return findRolePath(Object.fromEntries(roles), principal.roles, grants) ?? [];
}

/** The first part that is not certainly true, and which of its attributes are absent. */
function describeUnmet(
  condition: Condition,
  principal: Principal,
  resource: object,
): { readonly condition: string; readonly missing: readonly string[] } {
  const failed = findUnmet(condition, principal, resource);
  const missing = listTerms(failed)
    .filter((term) => compileTerm(term)(principal, resource) === undefined)
    .map(describeTerm);
  return {
    condition: describeCondition(failed),
    missing: failed.kind === 'missing' ? [] : [...new Set(missing)],
  };
}

function findUnmet(condition: Condition, principal: Principal, resource: object): Condition {
  if (condition.kind !== 'all') return condition;
  const failed = condition.of.find((part) => !compileCondition(part)(principal, resource));
  return failed === undefined ? condition : findUnmet(failed, principal, resource);
}
