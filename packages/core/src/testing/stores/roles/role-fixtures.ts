import assert from 'node:assert/strict';
import type {
  AssignmentCursor,
  CreateRoleCommand,
  CustomRole,
  GrantRoleCommand,
  ReplaceRoleCommand,
  RevokeRoleCommand,
  RoleAssignment,
  RoleStore,
} from '../../../stores/role-store.js';
import type { UserRef } from '../../../stores/user-store.js';
import type { TestClock } from '../../test-clock.js';
import type { StoreCase } from '../store-case.js';

/** How many ask at once. */
export const racers = 24;
/** Who it is about, mostly. */
export const ada: UserRef = { tenantId: 'acme', userId: 'ada' };
/** Somebody else of the tenant. */
export const bob: UserRef = { tenantId: 'acme', userId: 'bob' };
/** Whom nothing of it concerns. */
export const strangers: readonly UserRef[] = [
  bob,
  { tenantId: 'globex', userId: 'ada' },
  { tenantId: 'acme:ada', userId: '' },
];
/** Roles of which somebody must keep one. */
export const keepsOneOf = ['boss', 'owner'];

let commands = 0;

/** A command of its own. */
export function grant(user: UserRef, role: string, change: Partial<GrantRoleCommand> = {}): GrantRoleCommand {
  const commandId = `command ${commands++}`;
  return {
    ...{ ...user, role, definition: null, assignedBy: 'boss', expiresAt: null },
    ...{ keepsOneOf: [], commandId, judgedBy: null, ...change },
  };
}

/** A command of its own. */
export function revoke(
  user: UserRef,
  role: string,
  change: Partial<RevokeRoleCommand> = {},
): RevokeRoleCommand {
  return { ...user, role, keepsOneOf: [], commandId: `command ${commands++}`, judgedBy: null, ...change };
}

/** A role that is made at run time. */
export function auditor(change: Partial<CreateRoleCommand> = {}): CreateRoleCommand {
  return {
    ...{ tenantId: 'acme', name: 'auditor', permissions: ['reports:read', 'a:b'] },
    ...{ description: 'Looks on', createdBy: 'boss', commandId: `command ${commands++}`, judgedBy: null },
    ...change,
  };
}

/** Another definition in the place of one. */
export function replacement(replaces: string, change: Partial<ReplaceRoleCommand> = {}): ReplaceRoleCommand {
  return {
    ...{ tenantId: 'acme', name: 'auditor', permissions: ['reports:write'], description: null },
    ...{ replaces, commandId: `command ${commands++}`, judgedBy: null, ...change },
  };
}

/** The roles under test. */
export function withRoles(run: (store: RoleStore, clock: TestClock) => Promise<void>): StoreCase['run'] {
  return async ({ stores: { roles }, clock }) => {
    assert.ok(roles !== undefined);
    await run(roles, clock);
  };
}

/** Grants these, one after the other. */
export async function grantAll(store: RoleStore, user: UserRef, ...roles: readonly string[]): Promise<void> {
  for (const role of roles) assert.equal((await store.grant(grant(user, role))).kind, 'granted');
}

/** Makes a role. */
export async function make(store: RoleStore, change: Partial<CreateRoleCommand> = {}): Promise<CustomRole> {
  const outcome = await store.createRole(auditor(change));
  assert.ok(outcome.kind === 'created');
  return outcome.role;
}

/** Grants a role that was made. */
export async function grantMade(store: RoleStore, user: UserRef, role: CustomRole): Promise<void> {
  const outcome = await store.grant(grant(user, role.name, { definition: role.revision }));
  assert.equal(outcome.kind, 'granted');
}

/** The names of what somebody holds. */
export async function listHeld(store: RoleStore, user: UserRef): Promise<readonly string[]> {
  return (await store.findHeld(user)).assignments.map(({ role }) => role);
}

/** The version of what somebody holds. */
export async function versionOf(store: RoleStore, user: UserRef): Promise<number> {
  return (await store.findHeld(user)).version;
}

/** All assignments of a tenant, page by page. */
export async function listAll(
  store: RoleStore,
  tenantId: string,
  limit: number,
): Promise<readonly RoleAssignment[]> {
  const all: RoleAssignment[] = [];
  let after: AssignmentCursor | null = null;
  do {
    const page = await store.listAssignments(tenantId, {}, { limit, after });
    assert.ok(page.assignments.length <= limit);
    all.push(...page.assignments);
    after = page.next;
  } while (after !== null);
  return all;
}

/** Everybody at once. */
export async function race<Answer>(call: (racer: number) => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: racers }, (_, racer) => call(racer)));
}
