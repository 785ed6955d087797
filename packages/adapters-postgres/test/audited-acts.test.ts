// ASVS 16.2.1: on one database an act is kept with its entry or not at all.
import { type Auth, createAuth, importUsers, type SignedIn } from '@tessera-auth/core';
import { type StoreSet, storeUnavailable } from '@tessera-auth/core/stores';
import { finishedSignIn } from '@tessera-auth/core/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { readCode } from './support/authenticator.js';
import { createPool, freshStores } from './support/fresh-stores.js';

const password = 'seven quiet herons wade';
const origin = { ip: null, userAgent: null, isBrowser: false };
const nothing = { session: null, refreshToken: null };

const log = { isAway: false };
let auth: Auth;
let count = 0;
const pool = createPool(inject('postgresUrl'));
beforeAll(async () => {
  const stores = await freshStores(pool, { audit: true });
  const cut = ({ audit, ...set }: StoreSet): StoreSet => ({
    ...set,
    ...(audit && {
      audit: {
        ...audit,
        append: (command) =>
          log.isAway ? Promise.reject(storeUnavailable(new Error('cut off'))) : audit.append(command),
      },
    }),
  });
  const { covers, run } = stores.transactions;
  auth = createAuth({
    publicUrl: 'http://localhost',
    secret: 'q8Zt3Lw0Rk5Vn1Yx7Bc4Hd9Jf2Mg6PsWe5',
    stores: { ...stores, transactions: { covers, run: (work) => run((set) => work(cut(set))) } },
    emailVerification: 'off',
    passwords: { argon2: { memoryKiB: 64, iterations: 2, parallelism: 1 }, allowWeakArgon2: true },
    rateLimits: 'off',
  });
});
afterAll(() => pool.end());

interface Scene {
  readonly tenantId: string;
  readonly mine: SignedIn;
  readonly user: { readonly tenantId: string; readonly userId: string };
  readonly sessionId: string;
}

const claimOf = (tenantId: string) => ({ tenantId, email: 'ada@example.com', password, name: null, origin });

async function openScene(): Promise<Scene> {
  count += 1;
  const tenantId = `tenant ${count}`;
  const mine = finishedSignIn(await auth.register(claimOf(tenantId)));
  await auth.signInWithPassword(claimOf(tenantId));
  return { tenantId, mine, user: { tenantId, userId: mine.user.userId }, sessionId: mine.session.id };
}

const listEntries = async (tenantId: string, type?: string) =>
  (await auth.audit?.list({ tenantId, limit: 100, ...(type !== undefined && { type }) })) ?? [];

/** What there is of a user, as it must be again after an act that was cut off. */
const look = async ({ user, mine, tenantId }: Scene) => {
  const claims = auth.accessTokens.verify(mine.accessToken);
  return {
    account: await auth.findUser(user),
    imported: await auth.stores.users.findByEmail(tenantId, 'eve@example.com'),
    factor: await auth.describeSecondFactor(user),
    sessions: (await auth.listSessions(user)).sessions.map(({ id }) => id),
    isRevoked: await auth.stores.revocations.isRevoked({ ...claims, userId: claims.subject }),
    entries: (await listEntries(tenantId)).length,
  };
};

type Prepare = (scene: Scene) => Promise<() => Promise<unknown>> | (() => Promise<unknown>);

const ended = 'session_ended';
const acts: Readonly<Record<string, readonly [type: string, prepare: Prepare]>> = {
  'signing out by the refresh token': [
    ended,
    ({ tenantId, mine: { refreshToken } }) =>
      () =>
        auth.signOut({ ...nothing, tenantId, refreshToken }),
  ],
  'signing out by the access token': [
    ended,
    ({ tenantId, user, sessionId }) =>
      () =>
        auth.signOut({ ...nothing, tenantId, session: { ...user, sessionId } }),
  ],
  'revoking the refresh token': [
    ended,
    ({ tenantId, mine }) =>
      () =>
        auth.revokeToken(tenantId, mine.refreshToken),
  ],
  'revoking the access token': [
    'authn_token_revoked',
    ({ tenantId, mine }) =>
      () =>
        auth.revokeToken(tenantId, mine.accessToken),
  ],
  'ending a session by its id': [
    ended,
    ({ user, sessionId }) =>
      () =>
        auth.endSession(user, sessionId),
  ],
  'signing out everywhere': [
    ended,
    ({ user }) =>
      () =>
        auth.signOutEverywhere(user),
  ],
  'signing out elsewhere': [
    ended,
    ({ user, sessionId }) =>
      () =>
        auth.signOutOthers(user, sessionId),
  ],
  'signing everybody out': [
    ended,
    ({ tenantId }) =>
      () =>
        auth.endAllSessionsOfTenant({ tenantId, actorId: null }),
  ],
  'signing in': [
    'authn_login_success',
    ({ tenantId }) =>
      () =>
        auth.signInWithPassword(claimOf(tenantId)),
  ],
  'using a backup code': [
    'authn_mfa_backup_code_used',
    async ({ tenantId, user, sessionId }) => {
      const { secret } = await auth.enrollSecondFactor(user);
      const { backupCodes } = await auth.confirmSecondFactor({
        ...{ user, sessionId },
        code: readCode(secret, new Date()),
      });
      const half = await auth.signInWithPassword(claimOf(tenantId));
      if (half.kind === 'signed_in') throw new Error('no second factor was asked for');
      const proof = { method: 'backup_code', code: backupCodes[0] ?? '' } as const;
      return () => auth.verifySecondFactor({ tenantId, mfaToken: half.mfaToken, ...proof, origin });
    },
  ],
  'another name': [
    'user_updated',
    ({ user }) =>
      () =>
        auth.renameUser(user, 'Ada'),
  ],
  'an import': [
    'user_created',
    ({ tenantId }) =>
      () =>
        importUsers(auth, [{ email: 'eve@example.com' }], { tenantId }),
  ],
  'a link to a new password': [
    'authn_password_reset_requested',
    ({ tenantId }) =>
      () =>
        auth.forgotPassword(tenantId, 'ada@example.com'),
  ],
};

describe.each(Object.entries(acts))('%s', (_name, [type, prepare]) => {
  it('is undone where it cannot be recorded, and then done with one entry', async () => {
    const scene = await openScene();
    const act = await prepare(scene);
    const before = await look(scene);
    const known = (await listEntries(scene.tenantId, type)).length;
    log.isAway = true;
    await expect(act()).rejects.toMatchObject({ code: 'store_unavailable' });
    log.isAway = false;
    expect(await look(scene)).toEqual(before);
    await act();
    expect(await listEntries(scene.tenantId, type)).toHaveLength(known + 1);
    expect(await auth.audit?.verify(scene.tenantId)).toMatchObject({ intact: true });
  });
});

it('of many who end a session at once, one leaves an entry', async () => {
  const { tenantId, mine } = await openScene();
  await Promise.all(Array.from({ length: 8 }, () => auth.revokeToken(tenantId, mine.refreshToken)));
  expect(await listEntries(tenantId, ended)).toHaveLength(1);
});

it('the end of a session at its refresh is undone as well: of a disabled account', async () => {
  const scene = await openScene();
  await auth.stores.users.update({ ...scene.user, set: { disabledAt: new Date(0) } });
  const refresh = () => auth.refresh({ tenantId: scene.tenantId, refreshToken: scene.mine.refreshToken });
  const before = await look(scene);
  log.isAway = true;
  await expect(refresh()).rejects.toMatchObject({ code: 'store_unavailable' });
  log.isAway = false;
  expect(await look(scene)).toEqual(before);
  await expect(refresh()).rejects.toMatchObject({ code: 'refresh_token_invalid' });
  expect(await listEntries(scene.tenantId, ended)).toHaveLength(1);
});
