import {
  areStorableIds,
  findTag,
  isStorableText,
  type OneTimeTokenRecord,
  type OneTimeTokenStore,
  type PresentedOneTimeToken,
  requireStorableIds,
  tagOf,
} from '@tessera-auth/core/stores';
import {
  consumeTokenScript,
  createTokenScript,
  findTokenScript,
  voidAllTokensScript,
} from './scripts/one-time-tokens.js';
import type { Script } from './scripts/script.js';
import { type FlatHash, readFields } from './session-record.js';
import type { StoreContext } from './store-context.js';
import { traits } from './traits.js';

/** The one-time tokens in Redis: each step is one script in the slot of the user. */
export function createOneTimeTokenStore({ database, keys }: StoreContext): OneTimeTokenStore {
  const present = async (
    script: Script,
    { tenantId, purpose, id, secretHash }: PresentedOneTimeToken,
    ...args: readonly string[]
  ): Promise<OneTimeTokenRecord | null> => {
    if (!areStorableIds(tenantId, purpose, id, secretHash)) return null;
    const flat = await database.run<FlatHash>(
      script,
      [keys.oneTimeToken(id)],
      [tenantId, purpose, secretHash, ...args],
    );
    return readToken(id, flat);
  };

  return {
    traits,

    async create(command) {
      const { id, tenantId, userId, purpose, secretHash } = command;
      requireStorableIds({ id, tenantId, userId, purpose, secretHash });
      if (!isStorableText(command.data)) throw new TypeError('data: must be without NUL and lone surrogates');
      if (findTag(id) !== tagOf(command)) throw new TypeError('id: must begin with the tag of its user');
      await database.run(
        createTokenScript,
        [keys.oneTimeToken(id), keys.oneTimeTokens(command)],
        [
          ...[id, keys.oneTimeTokenPrefix(command), command.lifetimeMs, command.replacesOthers ? '1' : '0'],
          ...[tenantId, userId, purpose, secretHash, command.data],
        ],
      );
    },

    find: (token) => present(findTokenScript, token),

    consume: (command) => present(consumeTokenScript, command, command.commandId),

    async voidAll(user) {
      if (!areStorableIds(user.tenantId, user.userId)) return;
      await database.run(voidAllTokensScript, [keys.oneTimeTokens(user)], [keys.oneTimeTokenPrefix(user)]);
    },

    // Every token has its lifetime, so there is never anything left to delete.
    deleteExpired: async () => 0,
  };
}

/** The token, or `null` for an empty hash. */
function readToken(id: string, flat: FlatHash): OneTimeTokenRecord | null {
  if (flat.length === 0) return null;
  const fields = readFields(flat);
  const text = (name: string): string => fields.get(name) ?? '';
  return {
    id,
    tenantId: text('tenantId'),
    userId: text('userId'),
    purpose: text('purpose'),
    secretHash: text('secretHash'),
    data: text('data'),
    createdAt: new Date(Number(text('createdAt'))),
    expiresAt: new Date(Number(text('expiresAt'))),
  };
}
