import {
  areStorableIds,
  type Revocation,
  type RevocationStore,
  requireStorableIds,
} from '@tessera-auth/core/stores';
import { hashTagOf, type Keys, ownerOf } from './keys.js';
import { createRevocationLog } from './revocation-log.js';
import { addScript, certain, isRevokedScript } from './scripts/revoke.js';
import type { StoreContext } from './store-context.js';
import { traits } from './traits.js';

/** What the script is told of one revocation. */
interface Entry {
  readonly key: string;
  readonly log: string;
  /** Of a user or tenant: the epoch that sessions are compared with, in the slot of `key`. */
  readonly epochKey: string | null;
  readonly args: readonly [
    kind: Revocation['kind'],
    name: string,
    untilMs: number,
    epoch: number,
    except: string,
    exceptFromEpoch: number,
  ];
}

/**
 * The revocation store in Redis.
 *
 * On one server a call is one script. In a Cluster, where the keys are in different slots, it is one script a slot, all sent
 * at once: a call that fails may have added some entries, none is ever lost or weakened, and the same call again completes it.
 */
export function createRevocationStore(context: StoreContext): RevocationStore {
  const { database, keys } = context;

  return {
    traits,
    log: createRevocationLog(context),

    async add(revocations) {
      const entries = revocations.map((revocation) => entryOf(revocation, keys));
      const groups = database.isCluster ? groupBySlot(entries.flatMap(partsOf)) : [entries.map(wholeOf)];
      await Promise.all(groups.filter((parts) => parts.length > 0).map((parts) => addTogether(parts)));
    },

    async isRevoked({ jti, sessionId, tenantId, userId, userEpoch, tenantEpoch, rolesVersion }) {
      // What cannot be stored was never revoked; the other facts of the token still count.
      const asked: { readonly key: string; readonly epoch: number }[] = [];
      if (areStorableIds(jti)) asked.push({ key: keys.revokedToken(jti), epoch: 0 });
      if (areStorableIds(sessionId)) asked.push({ key: keys.revokedSession(sessionId), epoch: 0 });
      if (areStorableIds(tenantId, userId)) {
        asked.push({ key: keys.revokedUser({ tenantId, userId }), epoch: userEpoch });
        asked.push({ key: keys.revokedRoles({ tenantId, userId }), epoch: rolesVersion });
      }
      if (areStorableIds(tenantId)) asked.push({ key: keys.revokedTenant(tenantId), epoch: tenantEpoch });
      if (asked.length === 0) return false;
      const groups = database.isCluster ? groupBySlot(asked) : [asked];
      const answers = await Promise.all(
        groups.map((group) =>
          database.run<number>(
            isRevokedScript,
            group.map(({ key }) => key),
            [sessionId, ...group.map(({ epoch }) => epoch)],
          ),
        ),
      );
      return answers.some((answer) => answer === 1);
    },

    // Every entry has its lifetime, so there is never anything left to delete.
    deleteExpired: async () => 0,
  };

  async function addTogether(parts: readonly Part[]): Promise<void> {
    const declared = [...new Set(parts.flatMap(({ own, log, epochKey }) => [own, log, epochKey]))].filter(
      (key) => key !== null,
    );
    const numbers = new Map(declared.map((key, index) => [key, index + 1]));
    const numberOf = (key: string | null): number => (key === null ? 0 : (numbers.get(key) ?? 0));
    await database.run(
      addScript,
      declared,
      parts.flatMap(({ own, log, epochKey, args }) => [...[own, log, epochKey].map(numberOf), ...args]),
    );
  }
}

/** What one script does for an entry; `key` says in which slot. */
interface Part extends Pick<Entry, 'key' | 'epochKey' | 'args'> {
  readonly own: string | null;
  readonly log: string | null;
}

function wholeOf({ key, log, epochKey, args }: Entry): Part {
  return { key, own: key, log, epochKey, args };
}

/** In a Cluster the key of a token is in another slot than its log. */
function partsOf(entry: Entry): readonly Part[] {
  const { key, log, epochKey, args } = entry;
  if (hashTagOf(key) === hashTagOf(log)) return [wholeOf(entry)];
  return [
    { key, own: key, log: null, epochKey, args },
    { key: log, own: null, log, epochKey: null, args },
  ];
}

function groupBySlot<T extends { readonly key: string }>(items: readonly T[]): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const tag = hashTagOf(item.key);
    const group = groups.get(tag);
    if (group === undefined) groups.set(tag, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

function entryOf(revocation: Revocation, keys: Keys): Entry {
  const untilMs = revocation.until.getTime();
  switch (revocation.kind) {
    case 'token': {
      const { kind, jti } = revocation;
      requireStorableIds({ jti });
      return {
        key: keys.revokedToken(jti),
        log: keys.tokenLog(jti),
        epochKey: null,
        args: [kind, jti, untilMs, certain, '', 0],
      };
    }
    case 'session': {
      const { kind, sessionId } = revocation;
      requireStorableIds({ sessionId });
      return {
        key: keys.revokedSession(sessionId),
        log: keys.sessionLog(sessionId),
        epochKey: null,
        args: [kind, sessionId, untilMs, certain, '', 0],
      };
    }
    case 'user': {
      const { kind, tenantId, userId, epoch, exceptSessionId, exceptFromEpoch = 0 } = revocation;
      requireStorableIds({ tenantId, userId, exceptSessionId: exceptSessionId ?? '' });
      return {
        key: keys.revokedUser(revocation),
        log: keys.log(revocation),
        epochKey: keys.userEpoch(revocation),
        args: [kind, ownerOf(revocation), untilMs, epoch, exceptSessionId ?? '', exceptFromEpoch],
      };
    }
    case 'tenant': {
      const { kind, tenantId, epoch } = revocation;
      requireStorableIds({ tenantId });
      return {
        key: keys.revokedTenant(tenantId),
        log: keys.log({ tenantId, userId: '' }),
        epochKey: keys.tenantEpoch(tenantId),
        args: [kind, encodeURIComponent(tenantId), untilMs, epoch, '', 0],
      };
    }
    case 'roles': {
      const { kind, tenantId, userId, version } = revocation;
      requireStorableIds({ tenantId, userId });
      return {
        key: keys.revokedRoles(revocation),
        log: keys.log(revocation),
        epochKey: null,
        args: [kind, ownerOf(revocation), untilMs, version, '', 0],
      };
    }
  }
}
