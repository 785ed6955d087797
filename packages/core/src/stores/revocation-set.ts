import type { Revocation, RevocationSubject } from './revocation.js';
import type { UserRef } from './user-store.js';

/** The revocation of all tokens of a user or tenant below an epoch. */
interface EpochEntry {
  readonly epoch: number;
  readonly exceptSessionId: string | null;
  /** From which epoch on the exception holds; 0 without one. */
  readonly exceptFromEpoch: number;
  readonly untilMs: number;
}

/** The revocation of all tokens of a user that were made of older roles. */
interface RolesEntry {
  readonly version: number;
  readonly untilMs: number;
}

/** Revocations in memory, united: whatever the order and however often one comes, the set is the same. */
export interface RevocationSet {
  /** How many entries it holds. */
  readonly size: number;

  /** Unites with what is there; nothing gets weaker. @returns the entry as it is held now. */
  add(revocation: Revocation): Revocation;

  /** Whether any entry names the token, its session, or an epoch or version above its own. Five look-ups, no allocation. */
  isRevoked(subject: RevocationSubject): boolean;

  /** Deletes at most `limit` entries whose `until` is at or before `nowMs`. @returns how many. */
  deleteExpired(nowMs: number, limit: number): number;

  /** The same for the next `count` entries only, going round from call to call, so that no call takes long. */
  sweep(nowMs: number, count: number): number;

  /** All entries. */
  list(): IterableIterator<Revocation>;
}

/** An empty set. */
export function createRevocationSet(): RevocationSet {
  // A map a kind, and no names put together of parts: the look-up on each request makes no garbage.
  const tokens = new Map<string, number>();
  const sessions = new Map<string, number>();
  const users = new Map<string, Map<string, EpochEntry>>();
  const tenants = new Map<string, EpochEntry>();
  const roles = new Map<string, Map<string, RolesEntry>>();
  let userCount = 0;

  /** Unites an entry with the one of the same user. */
  const addTo = <Entry>(
    all: Map<string, Map<string, Entry>>,
    { tenantId, userId }: UserRef,
    added: Entry,
    uniteEntries: (known: Entry, added: Entry) => Entry,
  ): Entry => {
    const ofTenant = all.get(tenantId) ?? new Map<string, Entry>();
    const known = ofTenant.get(userId);
    const entry = known === undefined ? added : uniteEntries(known, added);
    ofTenant.set(userId, entry);
    all.set(tenantId, ofTenant);
    if (known === undefined) userCount++;
    return entry;
  };
  const dropFrom = (
    all: Map<string, Map<string, EpochEntry>> | Map<string, Map<string, RolesEntry>>,
    { tenantId, userId }: UserRef,
  ): void => {
    const ofTenant = all.get(tenantId);
    if (ofTenant?.delete(userId)) userCount--;
    if (ofTenant?.size === 0) all.delete(tenantId);
  };

  const dropExpired = (revocation: Revocation, nowMs: number): boolean => {
    const isExpired = revocation.until.getTime() <= nowMs;
    if (isExpired) drop(revocation);
    return isExpired;
  };
  const drop = (revocation: Revocation): void => {
    switch (revocation.kind) {
      case 'token':
        tokens.delete(revocation.jti);
        return;
      case 'session':
        sessions.delete(revocation.sessionId);
        return;
      case 'user':
        dropFrom(users, revocation);
        return;
      case 'roles':
        dropFrom(roles, revocation);
        return;
      case 'tenant':
        tenants.delete(revocation.tenantId);
    }
  };

  function* list(): IterableIterator<Revocation> {
    for (const [jti, untilMs] of tokens) yield { kind: 'token', jti, until: new Date(untilMs) };
    for (const [sessionId, untilMs] of sessions) {
      yield { kind: 'session', sessionId, until: new Date(untilMs) };
    }
    for (const [tenantId, ofTenant] of users) {
      for (const [userId, { untilMs, ...entry }] of ofTenant) {
        yield { kind: 'user', tenantId, userId, ...entry, until: new Date(untilMs) };
      }
    }
    for (const [tenantId, { epoch, untilMs }] of tenants) {
      yield { kind: 'tenant', tenantId, epoch, until: new Date(untilMs) };
    }
    for (const [tenantId, ofTenant] of roles) {
      for (const [userId, { version, untilMs }] of ofTenant) {
        yield { kind: 'roles', tenantId, userId, version, until: new Date(untilMs) };
      }
    }
  }
  let round = list();

  return {
    get size() {
      return tokens.size + sessions.size + userCount + tenants.size;
    },

    add(revocation) {
      const untilMs = revocation.until.getTime();
      switch (revocation.kind) {
        case 'token': {
          const latest = Math.max(tokens.get(revocation.jti) ?? untilMs, untilMs);
          tokens.set(revocation.jti, latest);
          return { ...revocation, until: new Date(latest) };
        }
        case 'session': {
          const latest = Math.max(sessions.get(revocation.sessionId) ?? untilMs, untilMs);
          sessions.set(revocation.sessionId, latest);
          return { ...revocation, until: new Date(latest) };
        }
        case 'user': {
          const { tenantId, userId, epoch, exceptSessionId, exceptFromEpoch = 0 } = revocation;
          const added = { epoch, exceptSessionId, exceptFromEpoch, untilMs };
          const entry = addTo(users, { tenantId, userId }, added, unite);
          const { untilMs: latest, ...rest } = entry;
          return { ...revocation, ...rest, until: new Date(latest) };
        }
        case 'tenant': {
          const added = { epoch: revocation.epoch, exceptSessionId: null, exceptFromEpoch: 0, untilMs };
          const known = tenants.get(revocation.tenantId);
          const entry = known === undefined ? added : unite(known, added);
          tenants.set(revocation.tenantId, entry);
          return { ...revocation, epoch: entry.epoch, until: new Date(entry.untilMs) };
        }
        case 'roles': {
          const { version } = revocation;
          const entry = addTo(roles, revocation, { version, untilMs }, uniteRoles);
          return { ...revocation, version: entry.version, until: new Date(entry.untilMs) };
        }
      }
    },

    isRevoked({ jti, sessionId, tenantId, userId, userEpoch, tenantEpoch, rolesVersion }) {
      if (tokens.has(jti) || sessions.has(sessionId)) return true;
      const user = users.get(tenantId)?.get(userId);
      if (user !== undefined && user.epoch > userEpoch) {
        if (user.exceptSessionId !== sessionId || user.exceptFromEpoch > userEpoch) return true;
      }
      const tenant = tenants.get(tenantId);
      if (tenant !== undefined && tenant.epoch > tenantEpoch) return true;
      const held = roles.get(tenantId)?.get(userId);
      return held !== undefined && held.version > rolesVersion;
    },

    deleteExpired(nowMs, limit) {
      let deleted = 0;
      for (const revocation of list()) {
        if (deleted === limit) break;
        if (dropExpired(revocation, nowMs)) deleted++;
      }
      return deleted;
    },

    sweep(nowMs, count) {
      let dropped = 0;
      for (let looked = 0; looked < count; looked++) {
        const { value, done } = round.next();
        if (done === true) {
          round = list();
          break;
        }
        if (dropExpired(value, nowMs)) dropped++;
      }
      return dropped;
    },

    list,
  };
}

/** The later end and the higher version. */
function uniteRoles(known: RolesEntry, added: RolesEntry): RolesEntry {
  return {
    version: Math.max(known.version, added.version),
    untilMs: Math.max(known.untilMs, added.untilMs),
  };
}

/**
 * The later end and the higher epoch with its own exception; one epoch with two exceptions excepts nobody. What the other
 * entry revokes of the excepted session stays revoked.
 */
function unite(known: EpochEntry, added: EpochEntry): EpochEntry {
  const higher = added.epoch > known.epoch ? added : known;
  const isDisputed = added.epoch === known.epoch && added.exceptSessionId !== known.exceptSessionId;
  const exceptSessionId = isDisputed ? null : higher.exceptSessionId;
  const goodFrom = (entry: EpochEntry): number =>
    entry.exceptSessionId === exceptSessionId ? entry.exceptFromEpoch : entry.epoch;
  return {
    epoch: higher.epoch,
    exceptSessionId,
    exceptFromEpoch: exceptSessionId === null ? 0 : Math.max(goodFrom(known), goodFrom(added)),
    untilMs: Math.max(known.untilMs, added.untilMs),
  };
}
