import type { DescribedStore } from './store-traits.js';
import type { UserRef } from './user-store.js';

/** A user holds a role. Of one name they hold one: that of the code, or the custom one. */
export interface RoleAssignment extends UserRef {
  readonly role: string;
  /** It is of the custom role of this name, and not of one of the code. Whoever holds the one has nothing of the other. */
  readonly isCustom: boolean;
  /** Who granted it last, or `null` for the app itself and for somebody who was erased. */
  readonly assignedBy: string | null;
  readonly assignedAt: Date;
  /** From when on it counts for nothing, or `null`: it stays until it is revoked. */
  readonly expiresAt: Date | null;
}

/** A role that somebody made while the app was running. */
export interface CustomRole {
  readonly tenantId: string;
  /** Unique within the tenant. */
  readonly name: string;
  /** In the order in which they were given. */
  readonly permissions: readonly string[];
  readonly description: string | null;
  /** Who made it, or `null` for the app itself and for somebody who was erased. */
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Names this definition: the command that wrote it. What comes after it has another, also where it was deleted and made again. */
  readonly revision: string;
}

/** What a user holds, as of one instant. */
export interface HeldRoles {
  /** How often what the user may do was changed; 0 for a user whose roles nobody ever touched. Never falls. */
  readonly version: number;
  /** All of them, expired ones too, by role. */
  readonly assignments: readonly RoleAssignment[];
  /** The definitions of the custom roles among them, by name. */
  readonly customRoles: readonly CustomRole[];
}

/** A step that may not leave a tenant without anybody. */
interface KeepingCommand {
  /**
   * The step is refused when it would take one of these roles of the code from the last user of the tenant who holds one of them without
   * an expiry and is not suspended. Empty: nothing is refused.
   */
  readonly keepsOneOf: readonly string[];
}

/** Somebody by whose rights it was judged whether a step may be done. */
export interface RoleJudge {
  readonly userId: string;
  /** The version of the rights that were read. */
  readonly version: number;
}

/** A step that somebody was judged to be allowed to do. */
interface JudgedCommand {
  /** The step is `outdated` when this user has another version by now, or is suspended. `null` for the app, which is not judged. */
  readonly judgedBy: RoleJudge | null;
}

/** Somebody else was there between the judgement and the step: nothing changed, and it has to be judged again. */
export interface OutdatedOutcome {
  readonly kind: 'outdated';
}

/** Grants a role. */
export interface GrantRoleCommand extends KeepingCommand, JudgedCommand, UserRef {
  readonly role: string;
  /** The {@link CustomRole.revision} of the custom role of the tenant that it is, or `null`: a role of the code. */
  readonly definition: string | null;
  readonly assignedBy: string | null;
  readonly expiresAt: Date | null;
  /** Random per call, so that the same command run twice (a driver that resends) counts once. */
  readonly commandId: string;
}

/**
 * What became of a {@link GrantRoleCommand}. Only `granted` changed anything.
 *
 * - `granted`: also where the user had a role of this name, which is the one of the command now, with its expiry and origin.
 * - `role_missing`: it must be a custom role, and there is none.
 * - `outdated`: as `judgedBy` says, or the custom role has another revision.
 * - `held_otherwise`: somebody was judged, and the user holds the other role of this name: what that grants was not judged.
 * - `last_holder`: it would have given an expiry to the last assignment that must stay, or taken its place.
 */
export type GrantRoleOutcome =
  | { readonly kind: 'granted'; readonly version: number }
  | { readonly kind: 'role_missing' | 'held_otherwise' | 'last_holder' }
  | OutdatedOutcome;

/** Takes a role away. */
export interface RevokeRoleCommand extends KeepingCommand, JudgedCommand, UserRef {
  readonly role: string;
  /** Which role it must be, as in {@link GrantRoleCommand}; left out: whichever it is. */
  readonly definition?: string | null;
  /** As in {@link GrantRoleCommand}. */
  readonly commandId: string;
}

/**
 * What became of a {@link RevokeRoleCommand}. Only `revoked` changed anything.
 *
 * - `missing`: the user does not have it, with the version as it is.
 * - `outdated`: as `judgedBy` says, or they have another role of this name.
 * - `last_holder`: nobody else of the tenant would have one of the roles that must stay.
 */
export type RevokeRoleOutcome =
  | { readonly kind: 'revoked' | 'missing'; readonly version: number }
  | { readonly kind: 'last_holder' }
  | OutdatedOutcome;

/** What becomes of a user who is disabled or erased. */
export interface WithdrawCommand extends KeepingCommand, UserRef {}

/** Makes a role. */
export interface CreateRoleCommand extends JudgedCommand {
  readonly tenantId: string;
  readonly name: string;
  readonly permissions: readonly string[];
  readonly description: string | null;
  readonly createdBy: string | null;
  /** As in {@link GrantRoleCommand}. */
  readonly commandId: string;
}

/**
 * What became of a {@link CreateRoleCommand}. Only `created` changed anything.
 *
 * - `exists`: the tenant has one of this name.
 * - `outdated`: as `judgedBy` says.
 */
export type CreateRoleOutcome =
  | { readonly kind: 'created'; readonly role: CustomRole }
  | { readonly kind: 'exists' }
  | OutdatedOutcome;

/** Changes what a role is. */
export interface ReplaceRoleCommand extends JudgedCommand {
  readonly tenantId: string;
  readonly name: string;
  /** The {@link CustomRole.revision} that is replaced. */
  readonly replaces: string;
  readonly permissions: readonly string[];
  readonly description: string | null;
  /** As in {@link GrantRoleCommand}. */
  readonly commandId: string;
}

/** Somebody whose roles are not what they were, and the version that says so. */
export interface ChangedHolder {
  readonly userId: string;
  readonly version: number;
}

/**
 * What became of a {@link ReplaceRoleCommand}. Only `replaced` changed anything.
 *
 * - `replaced`: the role as it is now, and everybody who holds it.
 * - `missing`: there is none.
 * - `outdated`: as `judgedBy` says, or the role has another revision.
 */
export type ReplaceRoleOutcome =
  | { readonly kind: 'replaced'; readonly role: CustomRole; readonly holders: readonly ChangedHolder[] }
  | { readonly kind: 'missing' }
  | OutdatedOutcome;

/** Deletes a role. */
export interface DeleteRoleCommand {
  readonly tenantId: string;
  readonly name: string;
  /** The {@link CustomRole.revision} that is deleted. */
  readonly revision: string;
}

/**
 * What became of a {@link DeleteRoleCommand}. Only `deleted` changed anything.
 *
 * - `deleted`: and from whom it was taken.
 * - `missing`: there is none.
 * - `outdated`: the role has another revision.
 */
export type DeleteRoleOutcome =
  | { readonly kind: 'deleted'; readonly holders: readonly ChangedHolder[] }
  | { readonly kind: 'missing' }
  | OutdatedOutcome;

/** Which assignments, by user and role; left out: all. */
export interface AssignmentFilter {
  readonly userId?: string;
  readonly role?: string;
}

/** A place in the list of a tenant's assignments. */
export type AssignmentCursor = Pick<RoleAssignment, 'userId' | 'role'>;

/** A part of the list of a tenant's assignments. */
export interface AssignmentPage {
  readonly assignments: readonly RoleAssignment[];
  /** Where the next page begins, or `null` when there is none. */
  readonly next: AssignmentCursor | null;
}

/**
 * Holds who has which roles, and the roles that are made at run time. Roles of the code are names to it.
 *
 * - Missing: an outcome, an empty list or version 0. A rejected promise means outage and nothing else.
 * - Every step that changes what a user may do raises the version of that user, in the same step: whoever reads roles together
 *   with their version knows by the version whether they are still those.
 * - Two callers at once: steps of one tenant happen one after the other. Of two users who take the last roles from each other
 *   one is refused.
 * - What a step was judged by is part of the step: nobody gets in between.
 * - The same command twice in a row equals once, in state and in answer, also where what it was judged by has changed since.
 * - Nothing of one tenant is visible under another.
 * - Time: the store's own clock decides. Instants have milliseconds. Whether an assignment has expired is judged by whoever reads it;
 *   one with an expiry never counts for `keepsOneOf`.
 */
export interface RoleStore extends DescribedStore {
  /** What the user holds: one consistent read, so that roles and version belong together. */
  findHeld(user: UserRef): Promise<HeldRoles>;

  /** Grants a role to a user. */
  grant(command: GrantRoleCommand): Promise<GrantRoleOutcome>;

  /** Takes a role from a user. */
  revoke(command: RevokeRoleCommand): Promise<RevokeRoleOutcome>;

  /**
   * The user does not count as a holder until {@link RoleStore.resume}; what they hold stays. @returns `false`, and nothing
   * changes, when nobody else would hold one of the roles that must stay.
   */
  suspend(command: WithdrawCommand): Promise<boolean>;

  /** The user counts again. */
  resume(user: UserRef): Promise<void>;

  /**
   * Takes all roles from a user, for good, and forgets who they were: what they granted to others or made stays, with `null`
   * for their id, and no version rises for it. @returns `false` as in {@link RoleStore.suspend}.
   */
  removeAll(command: WithdrawCommand): Promise<boolean>;

  /** Makes a role. */
  createRole(command: CreateRoleCommand): Promise<CreateRoleOutcome>;

  /** Changes a role for everybody who holds it, however many. */
  replaceRole(command: ReplaceRoleCommand): Promise<ReplaceRoleOutcome>;

  /** Deletes a role and takes it from everybody. */
  deleteRole(command: DeleteRoleCommand): Promise<DeleteRoleOutcome>;

  /** The custom role, or `null`. */
  findRole(role: { readonly tenantId: string; readonly name: string }): Promise<CustomRole | null>;

  /** All custom roles of the tenant, by name. */
  listRoles(tenantId: string): Promise<readonly CustomRole[]>;

  /** The assignments of the tenant, expired ones too, by user and role in the order of their bytes. @param page `limit`: 1 to 100. */
  listAssignments(
    tenantId: string,
    filter: AssignmentFilter,
    page: { readonly limit: number; readonly after: AssignmentCursor | null },
  ): Promise<AssignmentPage>;

  /** Deletes at most `limit` assignments that have expired. @returns how many; fewer than `limit` means all done. */
  deleteExpired(limit: number): Promise<number>;
}
