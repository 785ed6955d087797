import {
  areStorableIds,
  findTag,
  type RevocationStore,
  type RotateVerdict,
  requireStorableIds,
  type SessionStore,
  tagOf,
  type UserRef,
} from '@tessera-auth/core/stores';
import { ownerOf } from './keys.js';
import { createSessionScript } from './scripts/create-session.js';
import { endOthersScript, endSessionScript, raiseScript } from './scripts/end-sessions.js';
import {
  deleteExpiredScript,
  findSessionScript,
  listSessionsScript,
  readEpochsScript,
} from './scripts/read-sessions.js';
import { rotateHardScript, rotateScript } from './scripts/rotate.js';
import type { Script } from './scripts/script.js';
import { deviceDigest, fieldsOf, readSession, requireSession } from './session-record.js';
import type { StoreContext } from './store-context.js';
import { traits } from './traits.js';

/** So that no script holds up the server for long. */
const batchSize = 500;

/**
 * The session store in Redis: every decision is one script in the slot of the user, which also records what it revokes.
 *
 * The tenant's epoch is in another slot, so in a Cluster it is read just before and handed to the script; on one server
 * the script reads it by itself. If it rises in between, the step counts as having come before: the session and its access
 * tokens carry the epoch that was read, or a lower one, so whoever looks at them after the rise refuses them. Whatever
 * begins after `endTenant` resolved reads the new epoch.
 */
export function createSessionStore(context: StoreContext, revocations: RevocationStore): SessionStore {
  const { database, keys } = context;

  const readEpochs = (...epochs: readonly string[]) => database.run<number[]>(readEpochsScript, epochs, []);
  /** Runs a script with the part for the tenant's epoch. */
  const runInTenant = async <T>(
    tenantId: string,
    script: Script,
    scriptKeys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<T> => {
    const tenantEpoch = keys.tenantEpoch(tenantId);
    if (!database.isCluster) return database.run<T>(script, [...scriptKeys, tenantEpoch], ['', ...args]);
    const [known = 0] = await readEpochs(tenantEpoch);
    return database.run<T>(script, scriptKeys, [known, ...args]);
  };
  /** A session whose id has not the user's tag is somebody else's. */
  const canOwn = (user: UserRef, id: string): boolean =>
    areStorableIds(user.tenantId, user.userId, id) && findTag(id) === tagOf(user);

  return {
    traits,
    recordsRevocationsIn: revocations,

    async readEpochs(user) {
      if (!areStorableIds(user.tenantId, user.userId)) return { userEpoch: 0, tenantEpoch: 0 };
      const asked = [keys.userEpoch(user), keys.tenantEpoch(user.tenantId)];
      const [userEpoch = 0, tenantEpoch = 0] = database.isCluster
        ? (await Promise.all(asked.map((epoch) => readEpochs(epoch)))).flat()
        : await readEpochs(...asked);
      return { userEpoch, tenantEpoch };
    },

    async create(command) {
      const { id, tenantId, userId, expectedEpochs } = command;
      requireStorableIds({ id, tenantId, userId });
      if (!canOwn(command, id)) throw new TypeError('id: must begin with the tag of its user');
      const [kind, isNewDevice, endedSessionIds, session] = await runInTenant<
        [kind: string, isNewDevice: string, endedSessionIds: string[], session: string]
      >(
        tenantId,
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
          ...[deviceDigest(command), expectedEpochs.userEpoch, expectedEpochs.tenantEpoch],
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
      const shown = await database.run<string>(findSessionScript, [keys.session(sessionId)], []);
      const session = readSession(sessionId, shown);
      return session?.tenantId === tenantId ? session : null;
    },

    async list(user, { limit, after }) {
      if (!areStorableIds(user.tenantId, user.userId)) return { sessions: [], next: null };
      const [hasMore, ...page] = await runInTenant<[hasMore: string, ...idsAndSessions: string[]]>(
        user.tenantId,
        listSessionsScript,
        [keys.sessions(user), keys.userEpoch(user)],
        [keys.sessionPrefix(user), limit, after?.createdAt.getTime() ?? '', after?.id ?? ''],
      );
      const sessions = [];
      for (let index = 0; index < page.length; index += 2) {
        sessions.push(requireSession(page[index] ?? '', page[index + 1] ?? ''));
      }
      const last = hasMore === '1' ? sessions.at(-1) : undefined;
      return { sessions, next: last === undefined ? null : { createdAt: last.createdAt, id: last.id } };
    },

    async rotate(command) {
      const { sessionId: id, next } = command;
      if (!areStorableIds(command.tenantId, command.userId, id)) return { kind: 'invalid' };
      const [kind, shown] = await runInTenant<[RotateVerdict, string] | ['invalid']>(
        command.tenantId,
        rotateScript,
        // The session itself says whose it is.
        keys.rotation(id, ownerOf(command)),
        [
          ...[command.generation, command.secretHash, next.secretHash, next.nonce, next.keyId],
          ...[command.attemptHash ?? '', command.floorMs],
          `${command.graceMs} ${command.recoveryMs} ${command.accessTokenMs}`,
        ],
      );
      return kind === 'invalid' ? { kind } : { kind, session: requireSession(id, shown) };
    },

    async rotateHard(command) {
      const { sessionId: id, next, amr, endsOthers } = command;
      if (!canOwn(command, id)) return null;
      const shown = await runInTenant<string>(
        command.tenantId,
        rotateHardScript,
        [keys.session(id), keys.userEpoch(command), keys.revokedUser(command), keys.log(command)],
        [
          ...[ownerOf(command), next.secretHash, next.nonce, next.keyId],
          ...[amr === undefined ? '' : JSON.stringify(amr), endsOthers ? '1' : '0', command.accessTokenMs],
        ],
      );
      return readSession(id, shown);
    },

    async end(command) {
      const { sessionId: id, reason, accessTokenMs } = command;
      if (!canOwn(command, id)) return null;
      const [shown, wasLive] = await runInTenant<[session: string, wasLive: string]>(
        command.tenantId,
        endSessionScript,
        [
          ...[keys.session(id), keys.sessions(command), keys.userEpoch(command)],
          ...[keys.revokedSession(id), keys.log(command)],
        ],
        [id, ownerOf(command), reason, accessTokenMs],
      );
      const session = readSession(id, shown);
      return session && { session, wasLive: wasLive === '1' };
    },

    async endOthers(command) {
      const { keepSessionId: id, commandId, accessTokenMs } = command;
      if (!canOwn(command, id)) return null;
      const shown = await runInTenant<string>(
        command.tenantId,
        endOthersScript,
        [keys.session(id), keys.userEpoch(command), keys.revokedUser(command), keys.log(command)],
        [id, ownerOf(command), commandId, accessTokenMs],
      );
      return readSession(id, shown);
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
