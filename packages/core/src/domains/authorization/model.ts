import type { AttributeKinds, Attributes } from './attributes.js';
import type { DateTerm, Terms, When } from './terms.js';

/** Something that people are allowed to use: what can be done with it, and what is known of each record. */
export interface ResourceDefinition {
  /** What can be done, such as `read`. Letters, digits, `_`, `-` and `.`. */
  readonly actions: readonly string[];
  /** What rules, relations and filters look at. Default: nothing, and decisions need no record. */
  readonly attributes?: AttributeKinds;
  /** Names for “the user's id is the value of this attribute”, or is one of the values where it is a list. */
  readonly relations?: Readonly<Record<string, string>>;
  /** The attribute that holds the tenant: records of other tenants are out of reach, whatever the roles. */
  readonly tenant?: string;
}

/** Resources by name. Letters, digits, `_`, `-` and `.`. */
export type ResourceDefinitions = Readonly<Record<string, ResourceDefinition>>;

/** What the library's own routes ask for; every policy has these permissions. */
export type OwnPermission =
  | 'auth:users:read'
  | 'auth:users:write'
  | 'auth:audit:read'
  | 'auth:roles:read'
  | 'auth:roles:write';

type ActionOf<D> = D extends { readonly actions: readonly (infer Action extends string)[] } ? Action : never;
type RelationOf<D> = D extends { readonly relations: infer Names } ? keyof Names & string : never;
type KindsOf<D> = D extends { readonly attributes: infer Kinds } ? Kinds : Record<never, never>;
type NameOf<R> = keyof R & string;

/** `resource:action`. */
export type PermissionOf<R> =
  | OwnPermission
  | { readonly [Name in NameOf<R>]: `${Name}:${ActionOf<R[Name]>}` }[NameOf<R>];

/**
 * What a role can be given: a permission, `resource:*` for all of a resource, `*` for everything, or a permission over the
 * records that a relation holds for, such as `reports:read@owner` or `reports:*@owner`.
 */
export type GrantOf<R> =
  | '*'
  | PermissionOf<R>
  | 'auth:users:*'
  | 'auth:audit:*'
  | 'auth:roles:*'
  | {
      readonly [Name in NameOf<R>]: `${Name}:*` | `${Name}:${ActionOf<R[Name]> | '*'}@${RelationOf<R[Name]>}`;
    }[NameOf<R>];

/** What a rule is about: a permission, or `resource:*`. */
export type TargetOf<R> = PermissionOf<R> | { readonly [Name in NameOf<R>]: `${Name}:*` }[NameOf<R>];

type DefinitionFor<R, P> = P extends `${infer Name}:${string}`
  ? Name extends keyof R
    ? R[Name]
    : Record<never, never>
  : Record<never, never>;

/** The record that a decision about `P` needs. */
export type ResourceFor<R, P> = Attributes<KindsOf<DefinitionFor<R, P>>>;

/** What a role is: what it inherits and what it may do itself. */
export interface RoleDefinition<Role extends string, Grant extends string> {
  /** Roles whose grants this one has too. */
  readonly inherits?: readonly Role[];
  /** What it may do itself. Default: nothing. */
  readonly can?: readonly Grant[];
}

/** What a rule may look at. */
export interface RuleFacts<U, R, P> {
  /** The user: `id`, `tenantId`, and what the policy declares. */
  readonly user: Terms<U & { readonly id: 'string'; readonly tenantId: 'string' }>;
  /** The record in question. */
  readonly resource: Terms<KindsOf<DefinitionFor<R, P>>>;
  /** The instant of the decision. */
  readonly now: DateTerm;
}

/** A rule about one or more permissions of a resource. */
export interface RuleDefinition<U, R, Role extends string, P> {
  /** What it is about. */
  readonly to: P | readonly P[];
  /** Whom: users with one of these roles, or one that inherits from it. Default: everybody. */
  readonly for?: readonly Role[];
  /** When. Default: always. */
  readonly when?: (facts: RuleFacts<U, R, P>) => When;
}

/** Makes rules. */
export interface RuleBuilder<U, R, Role extends string> {
  /** Allows, where the condition is certainly true. */
  allow<const P extends TargetOf<R>>(name: string, rule: RuleDefinition<U, R, Role, P>): Rule;
  /** Denies, unless the condition is certainly false. It wins over everything that allows, wherever it stands. */
  deny<const P extends TargetOf<R>>(name: string, rule: RuleDefinition<U, R, Role, P>): Rule;
}

/** When a rule applies, told with the terms of whatever resource it is about. */
// biome-ignore lint/suspicious/noExplicitAny: each rule has terms of its own.
export type RuleCondition = (facts: any) => When;

/** A rule, as the builder makes it. */
export interface Rule {
  readonly effect: 'allow' | 'deny';
  /** Unique in the policy. It stands in decisions and in the audit log. */
  readonly name: string;
  readonly to: readonly string[];
  readonly for: readonly string[] | null;
  /** `null`: always. */
  readonly when: RuleCondition | null;
}

/** A policy, as it is written. */
export interface PolicyDefinition<U, R, Role extends string> {
  /** Attributes of users that rules look at, besides `id` and `tenantId`. Default: none. */
  readonly user?: U;
  /** What there is. Default: nothing but what the library's own routes ask for. */
  readonly resources?: R & { readonly [Name in keyof R]: ValidResource<R[Name]> };
  /** Who may do what. */
  readonly roles: Readonly<Record<Role, RoleDefinition<NoInfer<Role>, NoInfer<GrantOf<R>>>>>;
  /** The same as a table: for each resource and role, its actions, `*` for all. Added to what `roles` says. Default: nothing. */
  readonly matrix?: NoInfer<MatrixOf<R, Role>>;
  /** What depends on more than roles, and what nobody may whatever the roles. Default: nothing. */
  readonly rules?: (rule: RuleBuilder<NoInfer<U>, NoInfer<R>, NoInfer<Role>>) => readonly Rule[];
}

type MatrixOf<R, Role extends string> = {
  readonly [Name in NameOf<R>]?: {
    readonly [N in Role]?: readonly (
      | ActionOf<R[Name]>
      | '*'
      | `${ActionOf<R[Name]> | '*'}@${RelationOf<R[Name]>}`
    )[];
  };
};

/** Relations and the tenant name attributes of the same resource. */
type ValidResource<D> = ResourceDefinition & {
  readonly relations?: Readonly<Record<string, NamesOfKind<D, 'string' | 'string[]'>>>;
  readonly tenant?: NamesOfKind<D, 'string'>;
};

type NamesOfKind<D, Kind> = {
  [Name in keyof KindsOf<D>]: KindsOf<D>[Name] extends Kind ? Name : never;
}[keyof KindsOf<D>] &
  string;

/** The names in a policy, for the compiler. */
export interface PolicyModel {
  readonly user: AttributeKinds;
  readonly resources: ResourceDefinitions;
  readonly role: string;
}
