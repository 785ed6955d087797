import {
  findTag,
  type RevocationStore,
  type RotateVerdict,
  type SessionStore,
  tagOf,
  type UserRef,
} from '@tessera-auth/core/stores';
import { areStorableIds, requireStorableIds } from './connection/storable-text.js';
import { ownerOf, userOf } from './keys.js';
import { createSessionScript } from './scripts/create-session.js';
import { endOthersScript, endSessionScript, raiseScript } from './scripts/end-sessions.js';
import {
  deleteExpiredScript,
  findOwnerScript,
  findSessionScript,
  listSessionsScript,
  readEpochScript,
} from './scripts/read-sessions.js';
import { rotateHardScript, rotateScript } from './scripts/rotate.js';
import { deviceDigest, type FlatHash, fieldsOf, readSession, requireSession } from './session-record.js';
import type { StoreContext } from './store-context.js';
import { traits } from './traits.js';

/** So that no script holds up the server for long. */
const batchSize = 500;

/**
 * The session store in Redis: every decision is one script in the slot of the user, which also records what it revokes.
 *
 * The tenant's epoch is in another slot, so it is read just before and handed to the script. If it rises in between, the
 * step counts as having come before: the session and its access tokens carry the epoch that was read, or a lower one, so
 * whoever looks at them after the rise refuses them. Whatever begins after `endTenant` resolved reads the new epoch.
 */
export function createSessionStore(context: StoreContext, revocations: RevocationStore): SessionStore {
  const { database, keys } = context;

  const readTenantEpoch = (tenantId: string) =>
    database.run<number>(readEpochScript, [keys.tenantEpoch(tenantId)], []);
  /** A session whose id has not the user's tag is somebody else's. */
  const canOwn = (user: UserRef, id: string): boolean =>
    areStorableIds(user.tenantId, user.userId, id) && findTag(id) === tagOf(user);

  return {
    traits,
    recordsRevocationsIn: revocations,

    async readEpochs(user) {
      if (!areStorableIds(user.tenantId, user.userId)) return { userEpoch: 0, tenantEpoch: 0 };
      const [userEpoch, tenantEpoch] = await Promise.all([
        database.run<number>(readEpochScript, [keys.userEpoch(user)], []),
        readTenantEpoch(user.tenantId),
      ]);
      return { userEpoch, tenantEpoch };
    },

    async create(command) {
      const { id, tenantId, userId, expectedEpochs } = command;
      requireStorableIds({ id, tenantId, userId });
      if (!canOwn(command, id)) throw new TypeError('id: must begin with the tag of its user');
      const tenantEpoch = await readTenantEpoch(tenantId);
      const [kind, isNewDevice, endedSessionIds, session] = await database.run<
        [kind: string, isNewDevice: string, endedSessionIds: string[], session: FlatHash]
      >(
        createSessionScript,
        [
          keys.session(id),
          keys.sessions(command),
          keys.devices(command),
          keys.userEpoch(command),
          keys.log(command),
        ],
        [
          ...[id, ownerOf(command), keys.sessionPrefix(command), keys.revokedSessionPrefix(command)],
          ...[deviceDigest(command), expectedEpochs.userEpoch, expectedEpochs.tenantEpoch, tenantEpoch],
          ...[command.maxSessions, command.accessTokenMs],
          ...[command.idleLifetimeMs, command.absoluteLifetimeMs, ...fieldsOf(command)],
        ],
      );
      if (kind !== 'created') return { kind: 'epoch_moved' };
      return {
        kind,
        session: requireSession(id, session),
        isNewDevice: isNewDevice === '1',
        endedSessionIds,
      };
    },

    async find(tenantId, sessionId) {
      if (!areStorableIds(tenantId, sessionId)) return null;
      const flat = await database.run<FlatHash>(findSessionScript, [keys.session(sessionId)], []);
      const session = readSession(sessionId, flat);
      return session?.tenantId === tenantId ? session : null;
    },

    async list(user, { limit, after }) {
      if (!areStorableIds(user.tenantId, user.userId)) return { sessions: [], next: null };
      const [hasMore, ...page] = await database.run<[string, ...(string | FlatHash)[]]>(
        listSessionsScript,
        [keys.sessions(user), keys.userEpoch(user)],
        [
          ...[keys.sessionPrefix(user), await readTenantEpoch(user.tenantId), limit],
          ...[after?.createdAt.getTime() ?? '', after?.id ?? ''],
        ],
      );
      const sessions = [];
      for (let index = 0; index < page.length; index += 2) {
        sessions.push(requireSession(page[index] as string, page[index + 1] as FlatHash));
      }
      const last = hasMore === '1' ? sessions.at(-1) : undefined;
      return { sessions, next: last === undefined ? null : { createdAt: last.createdAt, id: last.id } };
    },

    async rotate(command) {
      const { tenantId, sessionId: id, next } = command;
      if (!areStorableIds(tenantId, id)) return { kind: 'invalid' };
      // Whose session it is never changes, and says where the user's epoch is.
      const [owner, tenantEpoch] = await Promise.all([
        database.run<string | null>(findOwnerScript, [keys.session(id)], []),
        readTenantEpoch(tenantId),
      ]);
      const user = owner === null ? null : userOf(owner);
      if (owner === null || user?.tenantId !== tenantId) return { kind: 'invalid' };
      const [kind, session] = await database.run<[RotateVerdict | 'invalid', FlatHash]>(
        rotateScript,
        [
          keys.session(id),
          keys.sessions(user),
          keys.userEpoch(user),
          keys.revokedSession(id),
          keys.log(user),
        ],
        [
          ...[id, owner, tenantEpoch, command.generation, command.secretHash],
          ...[next.secretHash, next.nonce, next.keyId, command.attemptHash ?? ''],
          ...[command.floorMs, command.graceMs, command.recoveryMs, command.accessTokenMs],
        ],
      );
      return kind === 'invalid' ? { kind } : { kind, session: requireSession(id, session) };
    },

    async rotateHard(command) {
      const { sessionId: id, next, amr, endsOthers } = command;
      if (!canOwn(command, id)) return null;
      const tenantEpoch = await readTenantEpoch(command.tenantId);
      const flat = await database.run<FlatHash>(
        rotateHardScript,
        [keys.session(id), keys.userEpoch(command), keys.revokedUser(command), keys.log(command)],
        [
          ...[ownerOf(command), tenantEpoch, next.secretHash, next.nonce, next.keyId],
          ...[amr === undefined ? '' : JSON.stringify(amr), endsOthers ? '1' : '0', command.accessTokenMs],
        ],
      );
      return readSession(id, flat);
    },

    async end(command) {
      const { sessionId: id, reason, accessTokenMs } = command;
      if (!canOwn(command, id)) return null;
      const flat = await database.run<FlatHash>(
        endSessionScript,
        [keys.session(id), keys.sessions(command), keys.revokedSession(id), keys.log(command)],
        [id, ownerOf(command), reason, accessTokenMs],
      );
      return readSession(id, flat);
    },

    async endOthers(command) {
      const { keepSessionId: id, commandId, accessTokenMs } = command;
      if (!canOwn(command, id)) return null;
      const tenantEpoch = await readTenantEpoch(command.tenantId);
      const flat = await database.run<FlatHash>(
        endOthersScript,
        [keys.session(id), keys.userEpoch(command), keys.revokedUser(command), keys.log(command)],
        [id, ownerOf(command), tenantEpoch, commandId, accessTokenMs],
      );
      return readSession(id, flat);
    },

    async endAll(command) {
      const { tenantId, userId, commandId, accessTokenMs } = command;
      requireStorableIds({ tenantId, userId });
      return database.run<number>(
        raiseScript,
        [keys.userEpoch(command), keys.revokedUser(command), keys.log(command)],
        [commandId, accessTokenMs, 'user', ownerOf(command)],
      );
    },

    async endTenant({ tenantId, commandId, accessTokenMs }) {
      requireStorableIds({ tenantId });
      return database.run<number>(
        raiseScript,
        [keys.tenantEpoch(tenantId), keys.revokedTenant(tenantId), keys.log({ tenantId, userId: '' })],
        [commandId, accessTokenMs, 'tenant', encodeURIComponent(tenantId)],
      );
    },

    async deleteExpired(limit) {
      let deleted = 0;
      for await (const page of database.scan(keys.everySessions)) {
        for (const sessions of page) {
          let batch: number;
          do {
            if (deleted >= limit) return deleted;
            const size = Math.min(batchSize, limit - deleted);
            const args = [keys.sessionPrefixBeside(sessions), size];
            batch = await database.run<number>(deleteExpiredScript, [sessions], args);
            deleted += batch;
          } while (batch === batchSize);
        }
      }
      return deleted;
    },
  };
}
