import type { AttributeKinds, Attributes } from './attributes.js';
import type { Decision } from './decide.js';
import type { Filter } from './filter.js';
import type { RoleGrants } from './matrix.js';
import type { GrantOf, PermissionOf, PolicyModel, ResourceDefinitions, ResourceFor } from './model.js';
import type { PermissionRules } from './permission-rules.js';
import type { Principal } from './principal.js';

/** The names in a policy: `HttpAuth<ModelOf<typeof policy>>`. */
export type ModelOf<P> = P extends Policy<infer M> ? M : never;

/** The names of permissions in a policy. */
export type PermissionIn<M extends PolicyModel> = PermissionOf<M['resources']>;

/** What a decision about a permission looks at of the record. */
export type RecordOf<M extends PolicyModel, P> = ResourceFor<M['resources'], P>;

/** The record that a decision needs; none where the policy declares no attributes of it. */
export type RecordArguments<M extends PolicyModel, P> = keyof RecordOf<M, P> extends never
  ? [resource?: object | undefined]
  : [resource: RecordOf<M, P>];

/** Who asks. */
export type PrincipalFacts<M extends PolicyModel> = {
  readonly userId: string;
  /** `''` in an app without tenants. */
  readonly tenantId?: string;
  /** Names of roles; those that the policy does not know grant nothing. */
  readonly roles: readonly string[];
  /** What roles grant that were made at run time, as {@link Policy.encodeGrants} wrote it. Default: nothing. */
  readonly grants?: string | null;
  /** The instant that conditions go by. Default: now. */
  readonly now?: Date;
} & (keyof M['user'] extends never
  ? { readonly attributes?: object | undefined }
  : { readonly attributes?: Attributes<M['user']> | undefined });

/** A compiled policy: who may do what. It holds no state and does no I/O. */
export interface Policy<M extends PolicyModel = PolicyModel> {
  /** Every role, in the order of definition. */
  readonly roles: readonly M['role'][];
  /** Every permission, in the order of definition. */
  readonly permissions: readonly PermissionIn<M>[];
  /** What there is, as it was defined, and what the library's own routes ask for. */
  readonly resources: ResourceDefinitions;
  /** The attributes of users that rules look at, besides `id` and `tenantId`. */
  readonly userAttributes: AttributeKinds;
  /** The names of what can be granted, as 8 characters. It changes with the names only, and stands in tokens. */
  readonly version: string;

  /** Whether `name` is a role of this policy. */
  isRole(name: string): name is M['role'];
  /** Whether `name` is a permission of this policy. */
  isPermission(name: string): name is PermissionIn<M>;
  /** Whether `text` can be granted to a role, as `reports:read`, `reports:*@owner` or `*`. */
  isGrant(text: string): text is GrantOf<M['resources']>;

  /** Somebody, with all that their roles grant. Make one a request. @throws `TypeError` for `grants` of another version. */
  principal(facts: PrincipalFacts<M>): Principal;

  /**
   * Whether the principal may. Allocates nothing.
   *
   * What is absent is unknown: it allows nothing, and it excuses from no deny rule. A deny rule wins whatever else allows.
   *
   * @throws `TypeError` for a permission that is not there, or a principal of another policy.
   */
  can<P extends PermissionIn<M>>(
    principal: Principal,
    permission: P,
    ...record: RecordArguments<M, P>
  ): boolean;

  /** Whether there may be a record for which the principal may. For menus; never for access. */
  canSometimes(principal: Principal, permission: PermissionIn<M>): boolean;

  /** The same as {@link Policy.can}, with the reason. */
  decide<P extends PermissionIn<M>>(
    principal: Principal,
    permission: P,
    ...record: RecordArguments<M, P>
  ): Decision;

  /** For which records the principal may, for a query: exactly those for which {@link Policy.can} says so. */
  filterFor(principal: Principal, permission: PermissionIn<M>): Filter;

  /** Whether one of the roles is `role` or inherits from it. Allocates nothing. */
  hasRole(roles: readonly string[], role: M['role']): boolean;

  /** What the principal's roles grant whatever the record, sorted. Deny rules and tenants may still take it away. */
  listPermissions(principal: Principal): readonly PermissionIn<M>[];

  /** The names of all that the principal was granted, over relations and by rules for some roles too. */
  listGrants(principal: Principal): readonly string[];

  /**
   * Whether `held` has all that is granted to `given`, whatever the records: the ceiling of who gives roles to others. Names of roles
   * are not compared; where people are given roles at run time, guard by permissions.
   */
  covers(held: Principal, given: Principal): boolean;

  /** What roles grant that are made at run time, as text for a token. @throws `TypeError` for what is no grant. */
  encodeGrants(grants: readonly string[]): string;

  /** Whether {@link Policy.encodeGrants} of this version wrote it. */
  isCurrent(grants: string): boolean;

  /** Who may do what, a line for each role. */
  matrix(): readonly RoleGrants[];

  /** Everything that decides about a permission, as data. */
  rulesOf(permission: PermissionIn<M>): PermissionRules;
}
