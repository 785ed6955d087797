import { type Clock, systemClock } from '../../clock.js';
import type { DistributiveOmit } from '../../distributive-omit.js';
import type { Revocation } from '../revocation.js';
import type { RevocationStore } from '../revocation-store.js';
import type { DeviceRecord, SessionEndReason, SessionRecord, SessionStore } from '../session-store.js';
import type { UserRef } from '../user-store.js';
import { judgeRotation, type RotatableSession } from './judge-rotation.js';

/** What the memory session store may be given. */
export interface MemorySessionStoreOptions {
  readonly clock?: Clock;
  /** Where it records what it ends. */
  readonly revocations?: RevocationStore;
}

type Row = SessionRecord & RotatableSession;

/** A revocation before its `until` is known. */
type Revoked = DistributiveOmit<Revocation, 'until'>;

interface Epoch {
  readonly value: number;
  readonly commandId: string | null;
}

/**
 * The session store of one process; the reference that adapters are measured against.
 *
 * Every method changes all it changes before it first awaits, which is what makes it atomic here.
 */
export function createMemorySessionStore(options: MemorySessionStoreOptions = {}): SessionStore {
  const clock = options.clock ?? systemClock;
  const { revocations } = options;
  const rows = new Map<string, Row>();
  const idsByUser = new Map<string, Set<string>>();
  const userEpochs = new Map<string, Epoch>();
  const tenantEpochs = new Map<string, Epoch>();

  const now = (): Date => new Date(clock.now());
  const epochsOf = (user: UserRef) => ({
    userEpoch: userEpochs.get(keyOf(user))?.value ?? 0,
    tenantEpoch: tenantEpochs.get(user.tenantId)?.value ?? 0,
  });
  const findRow = (tenantId: string, id: string): Row | null => {
    const row = rows.get(id);
    return row?.tenantId === tenantId ? row : null;
  };
  const findOwn = (user: UserRef, id: string): Row | null => {
    const row = findRow(user.tenantId, id);
    return row?.userId === user.userId ? row : null;
  };
  const rowsOf = (user: UserRef): Row[] =>
    [...(idsByUser.get(keyOf(user)) ?? [])].flatMap((id) => rows.get(id) ?? []);
  const isLive = (row: Row): boolean => {
    const { userEpoch, tenantEpoch } = epochsOf(row);
    return (
      row.endedAt === null &&
      row.idleExpiresAt > now() &&
      row.absoluteExpiresAt > now() &&
      row.userEpoch >= userEpoch &&
      row.tenantEpoch >= tenantEpoch
    );
  };
  const liveOnes = (known: readonly Row[]): Row[] => known.filter(isLive).sort(lastSeenFirst);
  const save = (row: Row): Row => {
    rows.set(row.id, row);
    return row;
  };
  const renew = (row: Row): Row => ({
    ...row,
    generation: row.generation + 1,
    rotatedAt: now(),
    lastSeenAt: now(),
    idleExpiresAt: earlier(after(now(), row.idleLifetimeMs), row.absoluteExpiresAt),
  });
  const endRow = (row: Row, endReason: SessionEndReason): Row =>
    row.endedAt === null ? save({ ...row, endedAt: now(), endReason }) : row;
  const raise = (epochs: Map<string, Epoch>, key: string, commandId: string): number => {
    const known = epochs.get(key) ?? { value: 0, commandId: null };
    if (known.commandId === commandId) return known.value;
    epochs.set(key, { value: known.value + 1, commandId });
    return known.value + 1;
  };
  const record = async (entries: readonly Revoked[], accessTokenMs: number): Promise<void> => {
    const until = after(now(), accessTokenMs);
    await revocations?.add(entries.map((entry) => ({ ...entry, until })));
  };

  return {
    traits: { medium: 'memory', durability: 'process' },

    ...(revocations === undefined ? {} : { recordsRevocationsIn: revocations }),

    async readEpochs(user) {
      return epochsOf(user);
    },

    async create({ expectedEpochs, maxSessions, accessTokenMs, absoluteLifetimeMs, ...session }) {
      const repeated = findOwn(session, session.id);
      if (repeated !== null) {
        return { kind: 'created', session: view(repeated), isNewDevice: false, endedSessionIds: [] };
      }
      const epochs = epochsOf(session);
      if (
        epochs.userEpoch !== expectedEpochs.userEpoch ||
        epochs.tenantEpoch !== expectedEpochs.tenantEpoch
      ) {
        return { kind: 'epoch_moved' };
      }
      const known = rowsOf(session);
      // Looking through them all is only worth it where somebody may have to go.
      const surplus = known.length < maxSessions ? [] : liveOnes(known).slice(maxSessions - 1);
      const ended = surplus.map((row) => endRow(row, 'session_cap'));
      const absoluteExpiresAt = after(now(), absoluteLifetimeMs);
      const row = save({
        ...session,
        ...epochs,
        amr: [...session.amr],
        generation: 0,
        rotatedAt: now(),
        hardRotatedAt: null,
        createdAt: now(),
        lastSeenAt: now(),
        idleExpiresAt: earlier(after(now(), session.idleLifetimeMs), absoluteExpiresAt),
        absoluteExpiresAt,
        endedAt: null,
        endReason: null,
        attemptHash: null,
      });
      idsByUser.set(keyOf(row), (idsByUser.get(keyOf(row)) ?? new Set()).add(row.id));
      await record(ended.map(revokedSession), accessTokenMs);
      return {
        kind: 'created',
        session: view(row),
        isNewDevice: !known.some((other) => isSameDevice(other, row)),
        endedSessionIds: ended.map(({ id }) => id),
      };
    },

    async find(tenantId, sessionId) {
      const row = findRow(tenantId, sessionId);
      return row === null ? null : view(row);
    },

    async list(user, { limit, after: cursor }) {
      const live = rowsOf(user).filter(isLive).sort(newestFirst);
      const rest = cursor === null ? live : live.filter((row) => newestFirst(cursor, row) < 0);
      const sessions = rest.slice(0, limit).map(view);
      const last = rest.length > limit ? sessions.at(-1) : undefined;
      return { sessions, next: last === undefined ? null : { createdAt: last.createdAt, id: last.id } };
    },

    async rotate(command) {
      const row = findOwn(command, command.sessionId);
      if (row === null || !isLive(row)) return { kind: 'invalid' };
      const kind = judgeRotation(row, command, now());
      if (kind === 'reuse' || kind === 'fork') {
        const ended = endRow(row, kind);
        await record([revokedSession(row)], command.accessTokenMs);
        return { kind, session: view(ended) };
      }
      const isDone = row.secretHash === command.next.secretHash;
      if (kind !== 'rotated' || isDone) return { kind, session: view(row) };
      return {
        kind,
        session: view(save({ ...renew(row), ...command.next, attemptHash: command.attemptHash })),
      };
    },

    async rotateHard({ sessionId, next, amr, endsOthers, accessTokenMs, ...user }) {
      const row = findOwn(user, sessionId);
      if (row === null || !isLive(row)) return null;
      const isDone = row.secretHash === next.secretHash;
      if (isDone) return view(row);
      if (endsOthers) raise(userEpochs, keyOf(user), next.secretHash);
      const epochs = epochsOf(user);
      const rotated = save({
        ...renew(row),
        ...next,
        ...epochs,
        ...(amr === undefined ? {} : { amr: [...amr], authTime: now() }),
        hardRotatedAt: now(),
        attemptHash: null,
      });
      if (endsOthers) await record([revokedUser(user, epochs.userEpoch)], accessTokenMs);
      return view(rotated);
    },

    async end({ sessionId, reason, accessTokenMs, ...user }) {
      const row = findOwn(user, sessionId);
      if (row === null) return null;
      const wasLive = isLive(row);
      const ended = endRow(row, reason);
      await record([revokedSession(row)], accessTokenMs);
      return { session: view(ended), wasLive };
    },

    async endOthers({ keepSessionId, commandId, accessTokenMs, ...user }) {
      const row = findOwn(user, keepSessionId);
      if (row === null || !isLive(row)) return null;
      const userEpoch = raise(userEpochs, keyOf(user), commandId);
      const kept = save({ ...row, userEpoch });
      await record([revokedUser(user, userEpoch, row.id)], accessTokenMs);
      return view(kept);
    },

    async endAll({ commandId, accessTokenMs, ...user }) {
      const epoch = raise(userEpochs, keyOf(user), commandId);
      await record([revokedUser(user, epoch)], accessTokenMs);
      return epoch;
    },

    async endTenant({ tenantId, commandId, accessTokenMs }) {
      const epoch = raise(tenantEpochs, tenantId, commandId);
      await record([{ kind: 'tenant', tenantId, epoch }], accessTokenMs);
      return epoch;
    },

    async deleteExpired(limit) {
      const expired = [...rows.values()].filter((row) => row.absoluteExpiresAt <= now()).slice(0, limit);
      for (const row of expired) {
        rows.delete(row.id);
        idsByUser.get(keyOf(row))?.delete(row.id);
      }
      return expired.length;
    },
  };
}

function view({ attemptHash: _attemptHash, ...session }: Row): SessionRecord {
  return session;
}

function keyOf({ tenantId, userId }: UserRef): string {
  return `${tenantId}\0${userId}`;
}

function revokedUser(
  { tenantId, userId }: UserRef,
  epoch: number,
  exceptSessionId: string | null = null,
): Revoked {
  return { kind: 'user', tenantId, userId, epoch, exceptSessionId };
}

function revokedSession({ id }: Row): Revoked {
  return { kind: 'session', sessionId: id };
}

function after(instant: Date, ms: number): Date {
  return new Date(instant.getTime() + ms);
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}

function isSameDevice(a: DeviceRecord, b: DeviceRecord): boolean {
  return a.device === b.device && a.browser === b.browser && a.os === b.os;
}

function newestFirst(a: Pick<Row, 'createdAt' | 'id'>, b: Pick<Row, 'createdAt' | 'id'>): number {
  return b.createdAt.getTime() - a.createdAt.getTime() || compareIds(a.id, b.id);
}

function lastSeenFirst(a: Row, b: Row): number {
  return b.lastSeenAt.getTime() - a.lastSeenAt.getTime() || compareIds(a.id, b.id);
}

function compareIds(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
