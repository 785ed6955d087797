import type { Revocation, RevocationStore } from '@tessera-auth/core/stores';
import { areStorableIds, requireStorableIds } from './connection/storable-text.js';
import { addScript, certain, isRevokedScript } from './scripts/revoke.js';
import type { Script } from './scripts/script.js';
import type { StoreContext } from './store-context.js';
import { traits } from './traits.js';

/** What a script is told about one key. */
interface Entry {
  readonly key: string;
  readonly args: readonly (string | number)[];
}

/**
 * The revocation store in Redis.
 *
 * On one server a call is one script. In a Cluster, where the keys are in different slots, it is one script a key, all sent
 * at once: a call that fails may have added some entries, none is ever lost or weakened, and the same call again completes it.
 */
export function createRevocationStore(context: StoreContext): RevocationStore {
  const { database, keys } = context;

  const runOn = (script: Script, entries: readonly Entry[], common: readonly string[] = []) => {
    const groups = database.isCluster ? entries.map((entry) => [entry]) : [entries];
    return Promise.all(
      groups.map((group) =>
        database.run<number>(
          script,
          group.map(({ key }) => key),
          [...common, ...group.flatMap(({ args }) => args)],
        ),
      ),
    );
  };

  const entryOf = (revocation: Revocation): Entry => {
    const until = revocation.until.getTime();
    switch (revocation.kind) {
      case 'token':
        requireStorableIds({ jti: revocation.jti });
        return { key: keys.revokedToken(revocation.jti), args: [until, certain, ''] };
      case 'session':
        requireStorableIds({ sessionId: revocation.sessionId });
        return { key: keys.revokedSession(revocation.sessionId), args: [until, certain, ''] };
      case 'user': {
        const { tenantId, userId, epoch, exceptSessionId } = revocation;
        requireStorableIds({ tenantId, userId, exceptSessionId: exceptSessionId ?? '' });
        return { key: keys.revokedUser(revocation), args: [until, epoch, exceptSessionId ?? ''] };
      }
      case 'tenant':
        requireStorableIds({ tenantId: revocation.tenantId });
        return { key: keys.revokedTenant(revocation.tenantId), args: [until, revocation.epoch, ''] };
    }
  };

  return {
    traits,

    async add(revocations) {
      if (revocations.length > 0) await runOn(addScript, revocations.map(entryOf));
    },

    async isRevoked({ jti, sessionId, tenantId, userId, userEpoch, tenantEpoch }) {
      // What cannot be stored was never revoked; the other facts of the token still count.
      const entries: Entry[] = [];
      if (areStorableIds(jti)) entries.push({ key: keys.revokedToken(jti), args: [0] });
      if (areStorableIds(sessionId)) entries.push({ key: keys.revokedSession(sessionId), args: [0] });
      if (areStorableIds(tenantId, userId)) {
        entries.push({ key: keys.revokedUser({ tenantId, userId }), args: [userEpoch] });
      }
      if (areStorableIds(tenantId)) entries.push({ key: keys.revokedTenant(tenantId), args: [tenantEpoch] });
      if (entries.length === 0) return false;
      const answers = await runOn(isRevokedScript, entries, [sessionId]);
      return answers.some((answer) => answer === 1);
    },

    // Every entry has its lifetime, so there is never anything left to delete.
    deleteExpired: async () => 0,
  };
}
