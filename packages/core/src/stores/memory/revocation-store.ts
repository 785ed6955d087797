import { type Clock, systemClock } from '../../clock.js';
import type { Revocation, RevocationStore } from '../revocation-store.js';

interface Entry {
  /** Tokens with a lower epoch are refused; infinite for tokens and sessions. */
  readonly epoch: number;
  readonly exceptSessionId: string | null;
  readonly untilMs: number;
}

/** How a revocation is found again. `\0` cannot occur in ids, so no two names meet. */
const nameOf = {
  token: (jti: string) => `token\0${jti}`,
  session: (sessionId: string) => `session\0${sessionId}`,
  user: (tenantId: string, userId: string) => `user\0${tenantId}\0${userId}`,
  tenant: (tenantId: string) => `tenant\0${tenantId}`,
};

/** The revocation store of one process: for tests, demos and single-process apps that may forget on restart. */
export function createMemoryRevocationStore(options: { readonly clock?: Clock } = {}): RevocationStore {
  const clock = options.clock ?? systemClock;
  const entries = new Map<string, Entry>();

  const isBehind = (name: string, epoch: number, sessionId: string): boolean => {
    const entry = entries.get(name);
    return entry !== undefined && entry.epoch > epoch && entry.exceptSessionId !== sessionId;
  };

  return {
    async add(revocations) {
      for (const revocation of revocations) {
        const name = nameOfRevocation(revocation);
        const added = entryOf(revocation);
        const known = entries.get(name) ?? added;
        const untilMs = Math.max(added.untilMs, known.untilMs);
        const isContradiction =
          added.epoch === known.epoch && added.exceptSessionId !== known.exceptSessionId;
        const stronger = isContradiction
          ? { ...known, exceptSessionId: null }
          : added.epoch > known.epoch
            ? added
            : known;
        entries.set(name, { ...stronger, untilMs });
      }
    },

    isRevoked(subject) {
      if (entries.size === 0) return false;
      return (
        entries.has(nameOf.token(subject.jti)) ||
        entries.has(nameOf.session(subject.sessionId)) ||
        isBehind(nameOf.user(subject.tenantId, subject.userId), subject.userEpoch, subject.sessionId) ||
        isBehind(nameOf.tenant(subject.tenantId), subject.tenantEpoch, subject.sessionId)
      );
    },

    async deleteExpired(limit) {
      const now = clock.now();
      let deleted = 0;
      for (const [name, { untilMs }] of entries) {
        if (deleted === limit) break;
        if (untilMs > now) continue;
        entries.delete(name);
        deleted++;
      }
      return deleted;
    },
  };
}

function nameOfRevocation(revocation: Revocation): string {
  switch (revocation.kind) {
    case 'token':
      return nameOf.token(revocation.jti);
    case 'session':
      return nameOf.session(revocation.sessionId);
    case 'user':
      return nameOf.user(revocation.tenantId, revocation.userId);
    case 'tenant':
      return nameOf.tenant(revocation.tenantId);
  }
}

function entryOf(revocation: Revocation): Entry {
  return {
    epoch: 'epoch' in revocation ? revocation.epoch : Number.POSITIVE_INFINITY,
    exceptSessionId: 'exceptSessionId' in revocation ? revocation.exceptSessionId : null,
    untilMs: revocation.until.getTime(),
  };
}
