export type {
  AttributeKind,
  AttributeKinds,
  Attributes,
  BaseKind,
  Known,
  ReadValue,
  ValueOfKind,
} from './attributes.js';
export { readerOfKind } from './attributes.js';
export { dayMs, maxDays } from './compile-condition.js';
export {
  type Condition,
  listTerms,
  negate,
  type Operator,
  type Term,
  tenantCondition,
} from './conditions.js';
export type { Decision, DecisionCode } from './decide.js';
export { definePolicy } from './define-policy.js';
export { describeCondition } from './describe-condition.js';
export { explain } from './explain.js';
export { type Filter, matchesFilter } from './filter.js';
export { diffMatrices, type Extent, type MatrixChange, type RoleGrants } from './matrix.js';
export type {
  GrantOf,
  OwnPermission,
  PermissionOf,
  PolicyDefinition,
  PolicyModel,
  ResourceDefinition,
  ResourceDefinitions,
  ResourceFor,
  RoleDefinition,
  Rule,
  RuleBuilder,
  RuleCondition,
  RuleDefinition,
  RuleFacts as RuleTerms,
  TargetOf,
} from './model.js';
export type { PermissionRules, RelationFacts, RuleFacts } from './permission-rules.js';
export type { ModelOf, PermissionIn, Policy, PrincipalFacts, RecordArguments, RecordOf } from './policy.js';
export type { Facts, Principal } from './principal.js';
export type {
  BooleanTerm,
  DateTerm,
  ListTerm,
  NumberTerm,
  TermOfKind,
  Terms,
  TextTerm,
  When,
} from './terms.js';
