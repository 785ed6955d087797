import {
  createMemoryRevocationStore,
  memoryStores,
  type SignedIn,
  type StoreSet,
  type Stores,
  type Transactions,
} from '@tessera-auth/core';
import type { TestClock } from '@tessera-auth/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AuthBench, createAuthBench, isAccepted, newPassword, password, userOf } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';

function changeOf({ user, session }: SignedIn, change: object = {}) {
  return { user, sessionId: session.id, currentPassword: password, newPassword, ...change };
}

describe('changing the password', () => {
  let bench: AuthBench;
  let asking: SignedIn;
  let other: SignedIn;
  beforeEach(async () => {
    bench = createAuthBench();
    asking = await bench.register();
    other = await bench.signIn();
  });

  it('renews the asking session and ends every other (ASVS 7.4.3)', async () => {
    bench.clock.advance(5000);
    const changed = await bench.auth.changePassword(changeOf(asking));
    expect(changed.session).toMatchObject({ id: asking.session.id, generation: 1, userEpoch: 1 });
    expect(changed.session.authTime.getTime()).toBe(asking.session.authTime.getTime() + 5000);
    expect(await isAccepted(bench.auth, changed.accessToken)).toBe(true);
    for (const dead of [asking, other]) expect(await isAccepted(bench.auth, dead.accessToken)).toBe(false);
    const { sessions } = await bench.auth.listSessions(userOf(asking));
    expect(sessions.map(({ id }) => id)).toEqual([asking.session.id]);
  });

  it('voids every earlier refresh token', async () => {
    const changed = await bench.auth.changePassword(changeOf(asking));
    const refresh = (held: SignedIn) =>
      refusalCode(bench.auth.refresh({ tenantId: '', refreshToken: held.refreshToken }));
    expect(await refresh(other)).toBe('refresh_token_invalid');
    expect(await refresh(asking)).toBe('refresh_token_superseded');
    expect(await refresh(changed)).toBeNull();
  });

  it('makes the new password the only one (ASVS 6.2.2)', async () => {
    await bench.auth.changePassword(changeOf(asking));
    expect(await refusalCode(bench.signIn(password))).toBe('credentials_invalid');
    expect(await refusalCode(bench.signIn(newPassword))).toBeNull();
  });

  it.each([
    ['a wrong current password', { currentPassword: 'wrong' }, 'credentials_invalid'],
    ['a common new one', { newPassword: 'password1234567' }, 'password_too_common'],
    ['a short new one', { newPassword: 'short' }, 'password_too_short'],
    ['an unknown user', { user: { tenantId: '', userId: 'nobody' } }, 'credentials_invalid'],
  ])('refuses %s and changes nothing (ASVS 6.2.3)', async (_case, change, code) => {
    expect(await refusalCode(bench.auth.changePassword(changeOf(asking, change)))).toBe(code);
    for (const alive of [asking, other]) expect(await isAccepted(bench.auth, alive.accessToken)).toBe(true);
    expect(await refusalCode(bench.signIn(password))).toBeNull();
  });

  it('can be finished with the new password when the sessions could not be reached', async () => {
    bench.watched.fail('sessions.rotateHard');
    expect(await refusalCode(bench.auth.changePassword(changeOf(asking)))).toBe('store_unavailable');
    bench.watched.heal();
    const again = changeOf(asking, { currentPassword: newPassword, newPassword });
    await bench.auth.changePassword(again);
    expect(await isAccepted(bench.auth, other.accessToken)).toBe(false);
  });
});

describe('where the stores have transactions', () => {
  /** Memory stores whose transaction takes the password back when the work fails. */
  function openTransactional(clock: { now(): number }): Stores {
    const stores = memoryStores({ clock });
    return {
      ...stores,
      transactions: { covers: stores, run: runUndoing(stores) },
    };
  }

  function runUndoing(stores: Stores): Transactions['run'] {
    return async <T>(work: (inner: StoreSet) => Promise<T>): Promise<T> => {
      const undo: (() => Promise<unknown>)[] = [];
      const users: StoreSet['users'] = {
        ...stores.users,
        async update(command) {
          const before = await stores.users.find(command);
          const { tenantId, userId } = command;
          const set = { passwordHash: before?.passwordHash ?? null };
          undo.push(() => stores.users.update({ tenantId, userId, set }));
          return stores.users.update(command);
        },
      };
      try {
        return await work({ ...stores, users });
      } catch (error) {
        for (const step of undo.toReversed()) await step();
        throw error;
      }
    };
  }

  it('keeps the old password when the asking session has ended', async () => {
    const bench = createAuthBench({ openStores: openTransactional });
    const asking = await bench.register();
    const other = await bench.signIn();
    await bench.auth.endSession(userOf(asking), asking.session.id);
    expect(await refusalCode(bench.auth.changePassword(changeOf(asking)))).toBe('access_token_revoked');
    expect(await refusalCode(bench.signIn(password))).toBeNull();
    expect(await refusalCode(bench.signIn(newPassword))).toBe('credentials_invalid');
    expect(await isAccepted(bench.auth, other.accessToken)).toBe(true);
    expect((await bench.listEvents()).some(({ type }) => type === 'authn_password_change')).toBe(false);
  });

  it('changes nothing in the last second of a session, which no access token fits into', async () => {
    const sessions = { idleLifetime: '1h', browserIdleLifetime: '1h', absoluteLifetime: '1h' } as const;
    const bench = createAuthBench({ openStores: openTransactional, auth: { sessions } });
    const asking = await bench.register();
    bench.clock.advance(3_600_000 - 500);
    expect(await refusalCode(bench.auth.changePassword(changeOf(asking)))).toBe('access_token_expired');
    expect(await refusalCode(bench.signIn(password))).toBeNull();
  });

  it('changes both when all goes well', async () => {
    const bench = createAuthBench({ openStores: openTransactional });
    const asking = await bench.register();
    const other = await bench.signIn();
    const changed = await bench.auth.changePassword(changeOf(asking));
    expect(await isAccepted(bench.auth, changed.accessToken)).toBe(true);
    expect(await isAccepted(bench.auth, other.accessToken)).toBe(false);
    expect(await refusalCode(bench.signIn(newPassword))).toBeNull();
  });

  const openStores = (clock: TestClock): Stores => ({
    ...openTransactional(clock),
    revocations: createMemoryRevocationStore({ clock }),
  });

  it('tells of a change and refuses the old tokens here though revocations elsewhere are away', async () => {
    const bench = createAuthBench({ openStores, auth: { revocation: { check: 'replicated' } } });
    const asking = await bench.register();
    const other = await bench.signIn();
    await bench.auth.ready();
    bench.watched.fail('revocations.add');
    expect(await refusalCode(bench.auth.changePassword(changeOf(asking)))).toBe('store_unavailable');
    expect(await isAccepted(bench.auth, other.accessToken)).toBe(false);
    expect((await bench.listNotices()).at(-1)).toMatchObject({ kind: 'password_changed' });
    expect((await bench.listEvents()).at(-1)).toMatchObject({ type: 'authn_password_change' });
    await bench.auth.close();
  });

  it('kills the tokens of the others also where revocations are kept elsewhere', async () => {
    const bench = createAuthBench({ openStores });
    const asking = await bench.register();
    const other = await bench.signIn();
    const changed = await bench.auth.changePassword(changeOf(asking));
    expect(await isAccepted(bench.auth, changed.accessToken)).toBe(true);
    for (const dead of [asking, other]) expect(await isAccepted(bench.auth, dead.accessToken)).toBe(false);
  });
});
