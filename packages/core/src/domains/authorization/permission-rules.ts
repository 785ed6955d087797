import type { Test } from './compile-condition.js';
import type { Condition } from './conditions.js';

/** All that decides about one permission, as data: what filters and policies of a database are made of. */
export interface PermissionRules {
  readonly permission: string;
  readonly resource: string;
  /** The attribute that must hold the principal's tenant, or `null`. */
  readonly tenant: string | null;
  /** Each wins over everything that allows. */
  readonly denies: readonly RuleFacts[];
  /** Granted over the records where the attribute holds the user's id. */
  readonly relations: readonly RelationFacts[];
  readonly allows: readonly RuleFacts[];
}

/** A rule, resolved. */
export interface RuleFacts {
  readonly name: string;
  /** What {@link Policy.listGrants} names when the rule is about a principal; `null`: it is about everybody. */
  readonly grant: string | null;
  /** When it applies. For a deny rule: everything but certainly false. */
  readonly when: Condition;
}

/** A relation that a role may have been granted a permission over. */
export interface RelationFacts {
  readonly relation: string;
  /** What {@link Policy.listGrants} names when the principal has it. */
  readonly grant: string;
  /** Whether the relation holds. */
  readonly when: Condition;
}

/** Where a bit stands, and the test that goes with it. */
export interface CompiledRule {
  /** `-1`: for everybody. */
  readonly word: number;
  readonly mask: number;
  /** For what allows: it applies. For what denies: it does not. Certainly, in either case. */
  readonly test: Test;
}

/** The same, compiled. */
export interface CompiledPermission {
  readonly rules: PermissionRules;
  readonly word: number;
  readonly mask: number;
  /** Nothing but roles decides. */
  readonly isPlain: boolean;
  /** The record is of the principal's tenant, certainly. */
  readonly isInTenant: Test | null;
  readonly denies: readonly CompiledRule[];
  readonly relations: readonly CompiledRule[];
  readonly allows: readonly CompiledRule[];
}
