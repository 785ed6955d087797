import {
  type CreateOneTimeTokenCommand,
  createMemoryOneTimeTokenStore,
  type OneTimeTokenStore,
} from '@tessera-auth/core/stores';
import { brokenTokens, type Defect, letOthersGoFirst } from './defect.js';

/** Tokens whose store also remembers what was created, for mistakes that need to know. */
function remembering(
  replace: (
    tokens: OneTimeTokenStore,
    created: Map<string, CreateOneTimeTokenCommand>,
  ) => Partial<OneTimeTokenStore>,
): Defect['open'] {
  return brokenTokens((tokens) => {
    const created = new Map<string, CreateOneTimeTokenCommand>();
    return {
      async create(command) {
        created.set(command.id, command);
        await tokens.create(command);
      },
      ...replace(tokens, created),
    };
  });
}

/** Mistakes of stores of one-time tokens. */
export const oneTimeTokenDefects: readonly Defect[] = [
  {
    name: 'looks for a token first and spends it later',
    noticedBy: 'races for one-time tokens > of parallel commands one spends the token',
    open: brokenTokens((tokens) => ({
      async consume(command) {
        const found = await tokens.find(command);
        await letOthersGoFirst();
        return (await tokens.consume(command)) ?? found;
      },
    })),
  },
  {
    name: 'gives a spent token to whoever asks',
    noticedBy: 'consume > a spent token is gone: not found, and not spent by another command',
    open: brokenTokens((tokens) => ({
      consume: (command) => tokens.consume({ ...command, commandId: 'one for all' }),
    })),
  },
  {
    name: 'does not know a command again',
    noticedBy: 'consume > the same command twice gets the same answer, be it the token or nothing',
    open: brokenTokens((tokens) => {
      let count = 0;
      return { consume: (command) => tokens.consume({ ...command, commandId: `${count++}` }) };
    }),
  },
  {
    name: 'spends by looking',
    noticedBy: 'consume > find does not spend',
    open: brokenTokens((tokens) => ({ find: (token) => tokens.consume({ ...token, commandId: 'find' }) })),
  },
  {
    name: 'forgets what was spent, so that a repeated create brings it back',
    noticedBy:
      'consume > a repeated create changes nothing: neither a spent nor a replaced nor a voided token comes back',
    open: brokenTokens((_, clock) => {
      const stores = new Map<string, OneTimeTokenStore>();
      return {
        async create(command) {
          const store = stores.get(command.id) ?? createMemoryOneTimeTokenStore({ clock });
          await store.create(command);
          stores.set(command.id, store);
        },
        find: async (token) => stores.get(token.id)?.find(token) ?? null,
        async consume(command) {
          const spent = (await stores.get(command.id)?.consume(command)) ?? null;
          if (spent !== null) stores.delete(command.id);
          return spent;
        },
      };
    }),
  },
  {
    name: 'replaces again when a create is repeated',
    noticedBy:
      'consume > a repeated create changes nothing: neither a spent nor a replaced nor a voided token comes back',
    open: brokenTokens((tokens) => ({
      async create(command) {
        if (command.replacesOthers) await tokens.voidAll(command);
        await tokens.create(command);
      },
    })),
  },
  {
    name: 'takes a token for any purpose',
    noticedBy:
      'one-time tokens > another tenant, purpose, secret or id finds and spends nothing, and leaves the token good',
    open: remembering((tokens, created) => ({
      find: (token) => tokens.find({ ...token, purpose: created.get(token.id)?.purpose ?? '' }),
    })),
  },
  {
    name: 'burns a token on a wrong secret',
    noticedBy:
      'one-time tokens > another tenant, purpose, secret or id finds and spends nothing, and leaves the token good',
    open: remembering((tokens, created) => ({
      async consume(command) {
        const known = created.get(command.id);
        if (known !== undefined) await tokens.consume({ ...known, commandId: command.commandId });
        return tokens.consume(command);
      },
    })),
  },
  {
    name: 'cuts data after 255 characters',
    noticedBy:
      'one-time tokens > text of every script, 4,096 characters of data and the longest ids come back unchanged',
    open: brokenTokens((tokens) => ({
      create: (command) => tokens.create({ ...command, data: command.data.slice(0, 255) }),
    })),
  },
  {
    name: 'replaces in data what it cannot keep',
    noticedBy: 'one-time tokens > data that cannot be kept is refused, never changed',
    open: brokenTokens((tokens) => ({
      create: (command) =>
        tokens.create({ ...command, data: Buffer.from(command.data).toString().replaceAll('\0', '') }),
    })),
  },
  {
    name: 'stores ids changed that it cannot keep',
    noticedBy:
      'one-time tokens > text that no database holds is absent where it is asked for, and refused where it would be kept',
    open: brokenTokens((tokens) => ({
      create: (command) =>
        tokens.create({ ...command, userId: command.userId.replaceAll(/[\0\p{Surrogate}]/gu, '?') }),
    })),
  },
  {
    name: 'keeps whole seconds of a lifetime',
    noticedBy: 'one-time tokens > instants keep their milliseconds',
    open: brokenTokens((tokens) => ({
      create: (command) =>
        tokens.create({ ...command, lifetimeMs: Math.ceil(command.lifetimeMs / 1000) * 1000 }),
    })),
  },
  {
    name: 'counts the last instant in',
    noticedBy: 'expiry of one-time tokens > a token is good 1 ms before its end and worthless at it',
    open: brokenTokens((tokens) => ({
      create: (command) => tokens.create({ ...command, lifetimeMs: command.lifetimeMs + 1 }),
    })),
  },
  {
    name: 'replaces by voiding what it listed before',
    noticedBy: 'races for one-time tokens > of parallel tokens that replace each other one is good',
    open: brokenTokens((tokens) => {
      const created: CreateOneTimeTokenCommand[] = [];
      return {
        async create(command) {
          const others = command.replacesOthers ? [...created] : [];
          await letOthersGoFirst();
          created.push(command);
          await tokens.create({ ...command, replacesOthers: false });
          for (const other of others) await tokens.consume({ ...other, commandId: 'replaced' });
        },
      };
    }),
  },
  {
    name: 'makes the new token known before it voids the others',
    noticedBy:
      'races for one-time tokens > a token that is spent while another replaces it is spent at most once, and never good beside the other',
    open: remembering((tokens, created) => ({
      async create(command) {
        const others = [...created.values()].filter(() => command.replacesOthers);
        created.set(command.id, command);
        await tokens.create({ ...command, replacesOthers: false });
        void letOthersGoFirst().then(() =>
          Promise.all(others.map((other) => tokens.consume({ ...other, commandId: 'replaced' }))),
        );
      },
    })),
  },
  {
    name: 'replaces tokens of other purposes',
    noticedBy:
      'replacing and voiding one-time tokens > a create that replaces voids the tokens of this user, tenant and purpose, and no other',
    open: brokenTokens((tokens) => ({
      async create(command) {
        if (command.replacesOthers) await tokens.voidAll(command);
        await tokens.create(command);
      },
    })),
  },
  {
    name: 'always replaces',
    noticedBy:
      'replacing and voiding one-time tokens > a create that does not replace leaves the others good',
    open: brokenTokens((tokens) => ({
      create: (command) => tokens.create({ ...command, replacesOthers: true }),
    })),
  },
  {
    name: 'voids the tokens of one purpose only',
    noticedBy:
      'replacing and voiding one-time tokens > voidAll voids the tokens of all purposes of this user, and of nobody else',
    open: remembering((tokens, created) => ({
      async voidAll(user) {
        for (const token of created.values()) {
          const isMeant = token.userId === user.userId && token.purpose === 'password_reset';
          if (isMeant) await tokens.consume({ ...token, commandId: 'voided' });
        }
      },
    })),
  },
  {
    name: 'voids the tokens of a user in every tenant',
    noticedBy:
      'replacing and voiding one-time tokens > voidAll voids the tokens of all purposes of this user, and of nobody else',
    open: remembering((tokens, created) => ({
      async voidAll({ userId }) {
        for (const { tenantId } of created.values()) await tokens.voidAll({ tenantId, userId });
      },
    })),
  },
  {
    name: 'joins tenant and user with a colon',
    noticedBy:
      'replacing and voiding one-time tokens > users and tenants that run together when joined stay apart',
    open: remembering((tokens, created) => ({
      async voidAll({ tenantId, userId }) {
        for (const token of created.values()) {
          if (`${token.tenantId}:${token.userId}` === `${tenantId}:${userId}`) await tokens.voidAll(token);
        }
      },
    })),
  },
  {
    name: 'cleans up tokens without a limit',
    noticedBy:
      'expiry of one-time tokens > cleanup deletes at most limit tokens, ends, and takes no live one',
    open: brokenTokens((tokens) => ({ deleteExpired: () => tokens.deleteExpired(1_000_000) })),
  },
  {
    name: 'cleans up tokens that still live',
    noticedBy:
      'expiry of one-time tokens > cleanup deletes at most limit tokens, ends, and takes no live one',
    open: remembering((tokens, created) => ({
      async deleteExpired(limit) {
        for (const token of created.values()) await tokens.voidAll(token);
        return tokens.deleteExpired(limit);
      },
    })),
  },
];
