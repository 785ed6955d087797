import { type Clock, systemClock } from '../../clock.js';
import type { ChangedHolder, CustomRole, RoleAssignment, RoleJudge, RoleStore } from '../role-store.js';
import type { UserRef } from '../user-store.js';

/** What {@link createMemoryRoleStore} may be given. */
export interface MemoryRoleStoreOptions {
  readonly clock?: Clock;
}

interface VersionRow {
  readonly version: number;
  /** The last command that raised it. */
  readonly lastCommand: string | null;
  readonly isSuspended: boolean;
}

interface Tenant {
  readonly versions: Map<string, VersionRow>;
  /** By user, then by role. */
  readonly assignments: Map<string, Map<string, RoleAssignment>>;
  readonly roles: Map<string, CustomRole>;
}

const untouched: VersionRow = { version: 0, lastCommand: null, isSuspended: false };

/** The roles of one process; the reference that adapters are measured against. */
export function createMemoryRoleStore(options: MemoryRoleStoreOptions = {}): RoleStore {
  const clock = options.clock ?? systemClock;
  const tenants = new Map<string, Tenant>();

  const tenantOf = (tenantId: string): Tenant => {
    const known = tenants.get(tenantId);
    if (known !== undefined) return known;
    const fresh: Tenant = { versions: new Map(), assignments: new Map(), roles: new Map() };
    tenants.set(tenantId, fresh);
    return fresh;
  };
  const versionOf = ({ tenantId, userId }: UserRef): VersionRow =>
    tenantOf(tenantId).versions.get(userId) ?? untouched;
  const heldBy = ({ tenantId, userId }: UserRef): ReadonlyMap<string, RoleAssignment> =>
    tenantOf(tenantId).assignments.get(userId) ?? new Map();

  const setVersion = ({ tenantId, userId }: UserRef, change: Partial<VersionRow>): void =>
    void tenantOf(tenantId).versions.set(userId, { ...versionOf({ tenantId, userId }), ...change });
  const raise = (user: UserRef, lastCommand: string | null): number => {
    const version = versionOf(user).version + 1;
    setVersion(user, { version, lastCommand });
    return version;
  };
  const assign = (assignment: RoleAssignment): void => {
    const { assignments } = tenantOf(assignment.tenantId);
    const held = assignments.get(assignment.userId) ?? new Map<string, RoleAssignment>();
    held.set(assignment.role, assignment);
    assignments.set(assignment.userId, held);
  };
  const unassign = ({ tenantId, userId }: UserRef, role: string): void => {
    const { assignments } = tenantOf(tenantId);
    const held = assignments.get(userId);
    held?.delete(role);
    if (held?.size === 0) assignments.delete(userId);
  };

  const isKeeper = (user: UserRef, keepsOneOf: readonly string[], without: readonly string[] = []): boolean =>
    !versionOf(user).isSuspended &&
    [...heldBy(user).values()].some(
      ({ role, isCustom, expiresAt }) =>
        !isCustom && expiresAt === null && keepsOneOf.includes(role) && !without.includes(role),
    );
  /** Whether the tenant would be without anybody if the user lost these roles; all of them by default. */
  const wouldLeaveNobody = (user: UserRef, keepsOneOf: readonly string[], lost?: string): boolean => {
    if (!isKeeper(user, keepsOneOf)) return false;
    if (lost !== undefined && isKeeper(user, keepsOneOf, [lost])) return false;
    const { tenantId } = user;
    const others = [...tenantOf(tenantId).assignments.keys()].filter((userId) => userId !== user.userId);
    return !others.some((userId) => isKeeper({ tenantId, userId }, keepsOneOf));
  };
  const isOutdated = (tenantId: string, judge: RoleJudge | null): boolean => {
    if (judge === null) return false;
    const { version, isSuspended } = versionOf({ tenantId, userId: judge.userId });
    return isSuspended || version !== judge.version;
  };
  /** What the user granted and made has nobody's name any more. */
  const forget = ({ tenantId, userId }: UserRef): void => {
    const { assignments, roles } = tenantOf(tenantId);
    for (const held of assignments.values())
      for (const [role, assignment] of held)
        if (assignment.assignedBy === userId) held.set(role, { ...assignment, assignedBy: null });
    for (const [name, role] of roles)
      if (role.createdBy === userId) roles.set(name, { ...role, createdBy: null });
  };
  const listHolders = (tenantId: string, role: string): readonly string[] =>
    [...tenantOf(tenantId).assignments]
      .flatMap(([userId, held]) => (held.get(role)?.isCustom ? [userId] : []))
      .sort();

  return {
    traits: { medium: 'memory', durability: 'process' },

    async findHeld(user) {
      const assignments = [...heldBy(user).values()].sort(byRole);
      const { roles } = tenantOf(user.tenantId);
      return {
        version: versionOf(user).version,
        assignments,
        customRoles: assignments.flatMap(({ role, isCustom }) => (isCustom && roles.get(role)) || []),
      };
    },

    async grant({
      tenantId,
      userId,
      role,
      definition,
      assignedBy,
      expiresAt,
      keepsOneOf,
      commandId,
      judgedBy,
    }) {
      const user = { tenantId, userId };
      const { version, lastCommand } = versionOf(user);
      if (lastCommand === commandId) return { kind: 'granted', version };
      if (isOutdated(tenantId, judgedBy)) return { kind: 'outdated' };
      if (definition !== null) {
        const custom = tenantOf(tenantId).roles.get(role);
        if (custom === undefined) return { kind: 'role_missing' };
        if (custom.revision !== definition) return { kind: 'outdated' };
      }
      const isCustom = definition !== null;
      const isOther = (heldBy(user).get(role)?.isCustom ?? isCustom) !== isCustom;
      if (isOther && judgedBy !== null) return { kind: 'held_otherwise' };
      const isLess = isCustom || expiresAt !== null;
      if (isLess && wouldLeaveNobody(user, keepsOneOf, role)) return { kind: 'last_holder' };
      assign({ ...user, role, isCustom, assignedBy, assignedAt: new Date(clock.now()), expiresAt });
      return { kind: 'granted', version: raise(user, commandId) };
    },

    async revoke({ tenantId, userId, role, definition, keepsOneOf, commandId, judgedBy }) {
      const user = { tenantId, userId };
      const { version, lastCommand } = versionOf(user);
      if (lastCommand === commandId) return { kind: 'revoked', version };
      if (isOutdated(tenantId, judgedBy)) return { kind: 'outdated' };
      const held = heldBy(user).get(role);
      if (held === undefined) return { kind: 'missing', version };
      const known = held.isCustom ? tenantOf(tenantId).roles.get(role)?.revision : null;
      if (definition !== undefined && known !== definition) return { kind: 'outdated' };
      if (wouldLeaveNobody(user, keepsOneOf, role)) return { kind: 'last_holder' };
      unassign(user, role);
      return { kind: 'revoked', version: raise(user, commandId) };
    },

    async suspend({ tenantId, userId, keepsOneOf }) {
      if (wouldLeaveNobody({ tenantId, userId }, keepsOneOf)) return false;
      setVersion({ tenantId, userId }, { isSuspended: true });
      return true;
    },

    async resume({ tenantId, userId }) {
      if (versionOf({ tenantId, userId }).isSuspended)
        setVersion({ tenantId, userId }, { isSuspended: false });
    },

    async removeAll({ tenantId, userId, keepsOneOf }) {
      const user = { tenantId, userId };
      if (wouldLeaveNobody(user, keepsOneOf)) return false;
      if (tenantOf(tenantId).assignments.delete(userId)) raise(user, null);
      forget(user);
      return true;
    },

    async createRole({ tenantId, name, permissions, description, createdBy, commandId, judgedBy }) {
      const { roles } = tenantOf(tenantId);
      const known = roles.get(name);
      if (known?.revision === commandId) return { kind: 'created', role: known };
      if (isOutdated(tenantId, judgedBy)) return { kind: 'outdated' };
      if (known !== undefined) return { kind: 'exists' };
      const createdAt = new Date(clock.now());
      const role: CustomRole = {
        ...{ tenantId, name, permissions: [...permissions], description },
        ...{ createdBy, createdAt, updatedAt: createdAt, revision: commandId },
      };
      roles.set(name, role);
      return { kind: 'created', role };
    },

    async replaceRole({ tenantId, name, replaces, permissions, description, commandId, judgedBy }) {
      const { roles } = tenantOf(tenantId);
      const known = roles.get(name);
      const isRepeated = known?.revision === commandId;
      if (!isRepeated && isOutdated(tenantId, judgedBy)) return { kind: 'outdated' };
      if (known === undefined) return { kind: 'missing' };
      if (!isRepeated && known.revision !== replaces) return { kind: 'outdated' };
      const updatedAt = new Date(clock.now());
      const changed = { permissions: [...permissions], description, updatedAt, revision: commandId };
      const role = isRepeated ? known : { ...known, ...changed };
      roles.set(name, role);
      const holders = listHolders(tenantId, name).map((userId): ChangedHolder => {
        const user = { tenantId, userId };
        return { userId, version: isRepeated ? versionOf(user).version : raise(user, commandId) };
      });
      return { kind: 'replaced', role, holders };
    },

    async deleteRole({ tenantId, name, revision }) {
      const { roles } = tenantOf(tenantId);
      const known = roles.get(name);
      if (known === undefined) return { kind: 'missing' };
      if (known.revision !== revision) return { kind: 'outdated' };
      roles.delete(name);
      const holders = listHolders(tenantId, name).map((userId) => {
        unassign({ tenantId, userId }, name);
        return { userId, version: raise({ tenantId, userId }, null) };
      });
      return { kind: 'deleted', holders };
    },

    async findRole({ tenantId, name }) {
      return tenantOf(tenantId).roles.get(name) ?? null;
    },

    async listRoles(tenantId) {
      return [...tenantOf(tenantId).roles.values()].sort((a, b) => compareText(a.name, b.name));
    },

    async listAssignments(tenantId, { userId, role }, { limit, after }) {
      const all = [...tenantOf(tenantId).assignments.values()]
        .flatMap((held) => [...held.values()])
        .filter((held) => userId === undefined || held.userId === userId)
        .filter((held) => role === undefined || held.role === role)
        .sort(byUserAndRole)
        .filter((held) => after === null || byUserAndRole(held, after) > 0);
      const assignments = all.slice(0, limit);
      const last = all.length > limit ? assignments.at(-1) : undefined;
      return { assignments, next: last === undefined ? null : { userId: last.userId, role: last.role } };
    },

    async deleteExpired(limit) {
      const now = clock.now();
      const expired = [...tenants.values()]
        .flatMap(({ assignments }) => [...assignments.values()].flatMap((held) => [...held.values()]))
        .filter(({ expiresAt }) => expiresAt !== null && expiresAt.getTime() <= now)
        .slice(0, limit);
      for (const assignment of expired) unassign(assignment, assignment.role);
      return expired.length;
    },
  };
}

function byRole(a: RoleAssignment, b: RoleAssignment): number {
  return compareText(a.role, b.role);
}

function byUserAndRole(a: Pick<RoleAssignment, 'userId' | 'role'>, b: typeof a): number {
  return compareText(a.userId, b.userId) || compareText(a.role, b.role);
}

/** By the bytes of UTF-8, as the collation "C" has it. */
function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
