import type { Policy } from '../domains/authorization/index.js';
import type { HeldRoles } from '../stores/role-store.js';
import type { UserRecord, UserRef } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';

/** What a user holds at an instant: the roles of the account, and those that were assigned and have not expired. */
export interface UserRights {
  /** Roles of the policy. Names of roles that were made at run time are left out: a later release may use them in its code. */
  readonly roles: readonly string[];
  /** What roles grant that were made at run time, as `policy.encodeGrants` writes it; `null` for nothing. */
  readonly permissions: string | null;
  /** Which version of the user's roles this is; 0 where nobody ever changed them. */
  readonly version: number;
  /** Until when a token may say so. */
  readonly notAfter: Date;
}

/** Rights as they were read at an instant, and what is left of them at others. */
export interface ReadRights extends UserRights {
  /** What is left of them at that instant: roles end while a step is taken that cannot be taken back. */
  asOf(now: Date): UserRights;
  /** What of them is held at least until then, or for good (`null`). */
  lastingUntil(end: Date | null): UserRights;
}

/** A token counts in whole seconds: what ends sooner can be in none. */
const marginMs = 2_000;
/** How long it may take from reading somebody's rights to making the token. After that the token ends sooner. */
export const readToTokenMs = 60_000;
const never = new Date(8.64e15);

/**
 * What the user holds now; without `stores.roles` the roles of the account. Read it before the step that cannot be taken back.
 *
 * Roles and version are one read. Whoever read them before a change makes a token of a lower version, which is refused; and
 * it ends no later than one that was issued {@link readToTokenMs} after the reading, however long the rest took, so that the
 * revocation is kept for long enough.
 */
export async function readRights(
  { roleStore, policy, accessTokens, now }: FlowContext,
  user: UserRecord,
): Promise<ReadRights> {
  if (roleStore === null) {
    const rights = { roles: user.roles, permissions: null, version: 0, notAfter: never };
    return { ...rights, asOf: () => rights, lastingUntil: () => rights };
  }
  const readAt = now();
  const held = await roleStore.findHeld(user);
  const lastMs = readAt.getTime() + readToTokenMs + accessTokens.lifetimeMs;
  const endingAfter = (ms: number): UserRights => rightsOf(policy, user, held, { endingAfterMs: ms, lastMs });
  const asOf = (at: Date): UserRights => endingAfter(at.getTime() + marginMs);
  return {
    ...asOf(readAt),
    asOf,
    lastingUntil: (end) => endingAfter(end?.getTime() ?? Number.POSITIVE_INFINITY),
  };
}

function rightsOf(
  policy: Policy,
  user: UserRecord,
  { version, assignments, customRoles }: HeldRoles,
  { endingAfterMs, lastMs }: { readonly endingAfterMs: number; readonly lastMs: number },
): UserRights {
  const held = assignments.filter(
    ({ expiresAt }) => expiresAt === null || expiresAt.getTime() >= endingAfterMs,
  );
  // Whoever was given a role made at run time was not given the one of the code that is called the same, nor the other way round.
  const ofCode = held.filter(({ isCustom }) => !isCustom).map(({ role }) => role);
  const granted = customRoles.filter(({ name }) =>
    held.some(({ isCustom, role }) => isCustom && role === name),
  );
  // What the policy no longer has is nothing.
  const grants = granted.flatMap(({ permissions }) => permissions).filter(policy.isGrant);
  const ends = held.flatMap(({ expiresAt }) => expiresAt?.getTime() ?? []);
  return {
    roles: [...new Set([...user.roles, ...ofCode])],
    permissions: grants.length === 0 ? null : policy.encodeGrants(grants),
    version,
    notAfter: new Date(Math.min(lastMs, ...ends)),
  };
}

/** What somebody may do right now, read from the stores; `null` without an account, and for one that is disabled. */
export async function findRights(
  auth: FlowContext,
  { tenantId, userId }: UserRef,
): Promise<ReadRights | null> {
  const user = await auth.users.find({ tenantId, userId });
  return user === null || user.disabledAt !== null ? null : readRights(auth, user);
}
