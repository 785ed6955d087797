import {
  type AuthOptions,
  type Composition,
  createAuth,
  createMemoryRoleStore,
  createMemorySecondFactorStore,
  formatComposition,
  memoryStores,
  type RoleStore,
  type StoreName,
  type Stores,
  type StoreTraits,
  storeUnavailable,
  type Transactions,
} from '@tessera-auth/core';
import { describe, expect, it } from 'vitest';
import {
  createAuthBench,
  isAccepted,
  newPassword,
  password,
  publicUrl,
  rootSecret,
  userOf,
} from './auth-bench.js';
import { refusalCode } from './refusal-code.js';

const postgres: StoreTraits = { medium: 'postgres', durability: 'committed' };
const redis: StoreTraits = { medium: 'redis', durability: 'failover' };
const memory: StoreTraits = { medium: 'memory', durability: 'process' };

/** What some stores say of themselves; `undefined`: nothing. */
type Traits = { readonly [Name in StoreName]?: StoreTraits | undefined };

/** Stores that say of themselves what a test wants, and of which the sessions record in no revocations. */
function apart(everywhere: StoreTraits, traits: Traits = {}): Stores {
  const say = <T extends object>(name: StoreName, store: T): T => ({
    ...store,
    traits: name in traits ? traits[name] : everywhere,
  });
  const { sessions, revocations, users, oneTimeTokens, rateLimits, secondFactors } = memoryStores();
  const { recordsRevocationsIn: _, ...recordingNowhere } = sessions;
  return {
    sessions: say('sessions', recordingNowhere),
    revocations: say('revocations', revocations),
    users: say('users', users),
    oneTimeTokens: say('oneTimeTokens', oneTimeTokens),
    rateLimits: say('rateLimits', rateLimits),
    // Beside the accounts, wherever those are.
    ...(secondFactors && { secondFactors: say('users', secondFactors) }),
  };
}

/** The same, of which the sessions record in the revocations. */
function linked(everywhere: StoreTraits, traits: Traits = {}): Stores {
  const stores = apart(everywhere, traits);
  return { ...stores, sessions: { ...stores.sessions, recordsRevocationsIn: stores.revocations } };
}

/** With transactions over all of them but these. */
function covering(stores: Stores, uncovered: readonly StoreName[] = []): Stores {
  const others = Object.fromEntries(uncovered.map((name) => [name, memoryStores()[name]]));
  const covers = { ...stores, ...others };
  return { ...stores, transactions: { covers, run: (work) => work(covers) } };
}

function compose(stores: Stores, options: Partial<AuthOptions> = {}): Composition {
  return createAuth({ publicUrl, secret: rootSecret, emailVerification: 'off', stores, ...options })
    .composition;
}

/** What follows, such as `gone_with_process sessions,users`. */
const consequencesOf = ({ consequences }: Composition): readonly string[] =>
  consequences.map(({ code, stores }) => `${code} ${stores}`);

const within = 'revocation_within_bound revocations';
const immediate = 'revocation_immediate revocations';
const endsInOneStep = 'session_end_one_step sessions,revocations';
const endsInTwoSteps = 'session_end_two_steps sessions,revocations';
const passwordAtomic = 'password_change_atomic users,sessions';
const passwordInTwoSteps = 'password_change_two_steps users,sessions';
const rolesInTwoSteps = 'role_change_two_steps roles,revocations';
const all = 'sessions,revocations,users,oneTimeTokens,rateLimits';

describe('the composition', () => {
  it.each<[string, Stores, readonly string[]]>([
    [
      'everything in memory',
      memoryStores(),
      [immediate, endsInOneStep, passwordInTwoSteps, rolesInTwoSteps, `gone_with_process ${all}`],
    ],
    ['everything in Postgres', covering(linked(postgres)), [within, endsInOneStep, passwordAtomic]],
    [
      'everything in Redis',
      linked(redis),
      [within, endsInOneStep, passwordInTwoSteps, `last_writes_lost_on_failover ${all}`],
    ],
    [
      'sessions and accounts in Postgres, all else in Redis',
      covering(apart(postgres, { revocations: redis, oneTimeTokens: redis, rateLimits: redis }), [
        'revocations',
        'oneTimeTokens',
      ]),
      [
        within,
        endsInTwoSteps,
        passwordAtomic,
        'last_writes_lost_on_failover revocations,oneTimeTokens,rateLimits',
      ],
    ],
    [
      'accounts in Postgres, all else in Redis',
      covering(linked(redis, { users: postgres }), ['sessions', 'revocations']),
      [
        within,
        endsInOneStep,
        passwordInTwoSteps,
        'transactions_unused sessions',
        'last_writes_lost_on_failover sessions,revocations,oneTimeTokens,rateLimits',
      ],
    ],
    [
      'own accounts beside Postgres',
      covering(linked(postgres, { users: undefined }), ['users']),
      [within, endsInOneStep, passwordInTwoSteps, 'transactions_unused users', 'durability_unknown users'],
    ],
    [
      'accounts in memory beside Postgres',
      linked(postgres, { users: memory }),
      [within, endsInOneStep, passwordInTwoSteps, 'gone_with_process users'],
    ],
    [
      'limits in memory beside Postgres',
      linked(postgres, { rateLimits: memory }),
      [
        within,
        endsInOneStep,
        passwordInTwoSteps,
        'gone_with_process rateLimits',
        'limits_per_process rateLimits',
      ],
    ],
    [
      'accounts in Postgres beside sessions in memory',
      linked(memory, { users: postgres }),
      [
        immediate,
        endsInOneStep,
        passwordInTwoSteps,
        'gone_with_process sessions,revocations,oneTimeTokens,rateLimits',
      ],
    ],
  ])('says what follows from %s', (_mix, stores, expected) => {
    expect(consequencesOf(compose(stores))).toEqual(expected);
  });

  it('says how revocations are checked', () => {
    const bound = { revocation: { bound: '2s', pollInterval: '100ms' } } as const;
    expect(compose(linked(postgres), bound).revocationCheck).toEqual({
      check: 'replicated',
      boundMs: 2000,
      pollIntervalMs: 100,
    });
    const direct = compose(linked(postgres), { revocation: { check: 'direct' } });
    expect(direct.revocationCheck).toEqual({ check: 'direct' });
    expect(consequencesOf(direct)[0]).toBe(immediate);
    const { log: _, ...withoutLog } = memoryStores().revocations;
    const stores = { ...apart(postgres), revocations: { ...withoutLog, traits: redis } };
    expect(compose(stores).revocationCheck).toEqual({ check: 'direct' });
  });

  it('is plain data about every store', () => {
    const composition = compose(covering(linked(postgres, { rateLimits: redis, users: undefined })));
    expect(JSON.parse(JSON.stringify(composition))).toEqual(composition);
    expect(composition).toMatchObject({
      stores: {
        sessions: postgres,
        revocations: postgres,
        users: { medium: 'unknown', durability: 'unknown' },
        oneTimeTokens: postgres,
        rateLimits: redis,
      },
      endsSessionsInOneStep: true,
      changesPasswordsAtomically: true,
    });
  });

  it('says that nobody is asked for a second factor where no store keeps them', () => {
    const { secondFactors: _none, ...without } = linked(postgres);
    expect(consequencesOf(compose(without))).toContain('second_factor_unavailable users');
  });

  it.each<[string, readonly StoreName[], string]>([
    ['one database', [], 'role_change_atomic roles,revocations'],
    ['a database that has no revocations', ['revocations'], rolesInTwoSteps],
    ['transactions that cannot be used', ['users'], rolesInTwoSteps],
  ])('says how roles change with %s', (_where, uncovered, expected) => {
    const stores = covering({ ...linked(postgres), roles: rolesIn(postgres) }, uncovered);
    expect(consequencesOf(compose(stores))).toContain(expected);
  });

  it('says how roles change where they are elsewhere, and nothing where there are none', () => {
    const stores = { ...covering(linked(postgres)), roles: rolesIn(postgres) };
    expect(consequencesOf(compose(stores))).toContain(rolesInTwoSteps);
    expect(compose(stores).changesRolesAtomically).toBe(false);
    const without = compose(covering(linked(postgres)));
    expect(without.changesRolesAtomically).toBeNull();
    expect(consequencesOf(without).join()).not.toMatch(/role_change/);
  });

  it('is a few plain lines for a log', () => {
    const stores = covering(linked(postgres, { rateLimits: redis }));
    expect(formatComposition(compose(stores))).toMatchInlineSnapshot(`
      "sessions: postgres (committed)
      revocations: postgres (committed)
      users: postgres (committed)
      oneTimeTokens: postgres (committed)
      rateLimits: redis (failover)
      revocations are held in memory, at most 1000 ms old, read every 250 ms
      revocation_within_bound [revocations]: What is revoked is refused at once by the node that did it, and by every other within the bound.
      session_end_one_step [sessions, revocations]: A session and its access tokens end in one step.
      password_change_atomic [users, sessions]: A new password and the end of the other sessions are kept together or not at all.
      last_writes_lost_on_failover [rateLimits]: When a primary fails, the last writes that it answered may be lost, and what they ended may be good again."
    `);
    expect(formatComposition(compose(memoryStores()))).toMatchInlineSnapshot(`
      "sessions: memory (process)
      revocations: memory (process)
      users: memory (process)
      oneTimeTokens: memory (process)
      rateLimits: memory (process)
      revocations are asked at every check
      revocation_immediate [revocations]: What is revoked is refused by every node from the next request on.
      session_end_one_step [sessions, revocations]: A session and its access tokens end in one step.
      password_change_two_steps [users, sessions]: A new password is kept first and the other sessions end next; if that fails, the caller is told, and they last until it asks again.
      role_change_two_steps [roles, revocations]: A change of roles is kept first and older tokens are refused next; if that fails, the caller is told, and they last until it asks again or they expire.
      gone_with_process [sessions, revocations, users, oneTimeTokens, rateLimits]: What these hold is known to this process alone, and gone when it ends."
    `);
  });
});

const localFactors = { ...createMemorySecondFactorStore() };

/** Roles that say that they are there. */
function rolesIn(traits: StoreTraits): RoleStore {
  return { ...createMemoryRoleStore(), traits };
}

describe('stores that cannot keep the promises together', () => {
  it.each<[string, Stores]>([
    ['stores.secondFactors', { ...linked(postgres), secondFactors: localFactors }],
    ['stores.roles', { ...linked(postgres), roles: rolesIn(memory) }],
    ['stores.roles', { ...linked(memory, { users: postgres }), roles: rolesIn(memory) }],
    ['stores.roles', { ...linked(memory, { users: undefined }), roles: rolesIn(memory) }],
    ['stores.revocations', linked(postgres, { revocations: memory })],
    ['stores.revocations', linked(redis, { revocations: memory })],
    ['stores.revocations', linked(postgres, { sessions: undefined, revocations: memory })],
    ['stores.oneTimeTokens', linked(postgres, { oneTimeTokens: memory })],
    ['stores.oneTimeTokens', linked(postgres, { sessions: undefined, oneTimeTokens: memory })],
    ['stores.sessions', linked(memory, { revocations: redis })],
    ['stores.sessions', linked(memory, { revocations: undefined })],
  ])('are refused: %s', (option, stores) => {
    expect(() => compose(stores)).toThrow(TypeError);
    expect(() => compose(stores)).toThrow(new RegExp(`^${option}: in the memory of this process, while`));
  });

  it.each(['sessions', 'revocations', 'users', 'oneTimeTokens', 'rateLimits'] as const)(
    'are refused: no %s',
    (name) => {
      const { [name]: _, ...rest } = memoryStores();
      expect(() => compose(rest as Stores)).toThrow(new TypeError(`stores.${name}: missing`));
      expect(() => compose({ ...rest, [name]: null } as unknown as Stores)).toThrow(
        new TypeError(`stores.${name}: missing`),
      );
    },
  );

  it('are not roles that go with the accounts: ids of the process before come back to nobody', () => {
    const stores = { ...linked(postgres, { users: memory }), roles: rolesIn(memory) };
    expect(consequencesOf(compose(stores))).toContain(rolesInTwoSteps);
  });

  it('are refused: none', () => {
    expect(() => compose(undefined as unknown as Stores)).toThrow(new TypeError('stores: missing'));
  });

  it.each([
    null,
    'process',
    { medium: 'redis' },
    { medium: 'redis', durability: 'Process' },
    { durability: 'process' },
  ])('are refused: traits of %j', (traits) => {
    const stores = linked(postgres, { rateLimits: traits as unknown as StoreTraits });
    expect(() => compose(stores)).toThrow(/^stores\.rateLimits\.traits: expected/);
  });
});

describe('transactions that do not cover the revocations', () => {
  /** Sessions and accounts with transactions, which may fail at the end, and revocations elsewhere. */
  async function open() {
    let canCommit = true;
    const bench = createAuthBench({
      openStores(clock) {
        const covers = memoryStores({ clock });
        const run: Transactions['run'] = async (work) => {
          const result = await work(covers);
          if (!canCommit) throw storeUnavailable(new Error('gone while committing'));
          return result;
        };
        const { revocations } = memoryStores({ clock });
        return { ...covers, revocations, transactions: { covers, run } };
      },
    });
    const other = await bench.register();
    const asking = await bench.signIn();
    const change = (currentPassword: string) =>
      bench.auth.changePassword({
        user: userOf(asking),
        sessionId: asking.session.id,
        currentPassword,
        newPassword,
      });
    const loseCommits = (): void => {
      canCommit = false;
    };
    return { ...bench, other, change, loseCommits };
  }

  it('revoke after the commit, for every node', async () => {
    const { change, startNode, other } = await open();
    await change(password);
    expect(await isAccepted(startNode(), other.accessToken)).toBe(false);
  });

  it('revoke nothing when they could not commit', async () => {
    const { change, watched, auth, other, loseCommits } = await open();
    loseCommits();
    watched.forgetCalls();
    expect(await refusalCode(change(password))).toBe('store_unavailable');
    expect(watched.calls).not.toContain('revocations.add');
    expect(await isAccepted(auth, other.accessToken)).toBe(true);
  });

  it('can be finished with the new password when the revocations could not be reached', async () => {
    const { change, watched, auth, other } = await open();
    watched.fail('revocations.add');
    expect(await refusalCode(change(password))).toBe('store_unavailable');
    watched.heal();
    expect(await isAccepted(auth, other.accessToken)).toBe(true);
    await change(newPassword);
    expect(await isAccepted(auth, other.accessToken)).toBe(false);
  });
});

describe('sessions that record where nobody looks', () => {
  it('leave nothing behind there for ever', async () => {
    const { auth, clock, register, unread } = openUnread();
    const { user, session } = await register();
    await auth.endSession(user, session.id);
    clock.advance(3_600_000);
    // One entry here and one there.
    expect(await auth.deleteExpired()).toBe(2);
    expect(await unread.deleteExpired(10)).toBe(0);
  });

  function openUnread() {
    let unread = memoryStores().revocations;
    const bench = createAuthBench({
      openStores(clock) {
        const stores = memoryStores({ clock });
        unread = stores.revocations;
        return { ...stores, revocations: memoryStores({ clock }).revocations };
      },
    });
    return { ...bench, unread };
  }
});
