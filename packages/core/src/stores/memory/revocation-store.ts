import { type Clock, systemClock } from '../../clock.js';
import type { Revocation, RevocationStore } from '../revocation-store.js';

interface Entry {
  /** Tokens with a lower epoch are refused; infinite for tokens and sessions. */
  readonly epoch: number;
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

  const isAbove = (name: string, epoch: number): boolean => (entries.get(name)?.epoch ?? -1) > epoch;

  return {
    async add(revocations) {
      for (const revocation of revocations) {
        const [name, epoch] = locate(revocation);
        const known = entries.get(name);
        entries.set(name, {
          epoch: Math.max(epoch, known?.epoch ?? 0),
          untilMs: Math.max(revocation.until.getTime(), known?.untilMs ?? 0),
        });
      }
    },

    isRevoked(subject) {
      if (entries.size === 0) return false;
      return (
        entries.has(nameOf.token(subject.jti)) ||
        entries.has(nameOf.session(subject.sessionId)) ||
        isAbove(nameOf.user(subject.tenantId, subject.userId), subject.userEpoch) ||
        isAbove(nameOf.tenant(subject.tenantId), subject.tenantEpoch)
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

function locate(revocation: Revocation): [name: string, epoch: number] {
  switch (revocation.kind) {
    case 'token':
      return [nameOf.token(revocation.jti), Number.POSITIVE_INFINITY];
    case 'session':
      return [nameOf.session(revocation.sessionId), Number.POSITIVE_INFINITY];
    case 'user':
      return [nameOf.user(revocation.tenantId, revocation.userId), revocation.epoch];
    case 'tenant':
      return [nameOf.tenant(revocation.tenantId), revocation.epoch];
  }
}
