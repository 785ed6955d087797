import type { Decision } from './decide.js';

/** The decision in a sentence for developers and administrators. It holds names of the policy and no value of any record. */
export function explain(decision: Decision): string {
  const { effect, permission } = decision;
  return `${effect === 'allow' ? 'Allowed' : 'Denied'} ${permission}: ${because(decision)}.`;
}

function because({ code, rule, relation, rolePath, condition, missing }: Decision): string {
  const role = rolePath.length === 0 ? '' : ` (${rolePath.join(' > ')})`;
  const absent =
    missing.length === 0 ? '' : `; ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`;
  switch (code) {
    case 'granted':
      if (rule !== null) return `the rule “${rule}” allows it${role}`;
      if (relation !== null) return `it is granted over the relation ${relation}${role}`;
      return `a role grants it${role}`;
    case 'no_grant':
      return 'no role, relation or rule grants it';
    case 'relation_unmet':
      return `it is granted over the relation ${relation}${role}, and it is not so that ${condition}`;
    case 'condition_unmet':
      return `the rule “${rule}” would allow it${role}, and it is not so that ${condition}`;
    case 'attribute_missing':
      return `it cannot be told whether ${condition}${absent}`;
    case 'wrong_tenant':
      return `the record is of another tenant${absent}`;
    case 'denied_by_rule':
      return `the rule “${rule}” forbids it${role}: ${condition}${absent}`;
  }
}
