import type { PostgresStores } from '@tessera-auth/adapters-postgres';
import { type Auth, createAuth, type Notice, type Stores, type UserRef } from '@tessera-auth/core';
import { createTestClock, finishedSignIn } from '@tessera-auth/core/testing';
import { createDatabase } from '@tessera-auth/test-services';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { readCode } from './support/authenticator.js';
import { createPool, freshStores } from './support/fresh-stores.js';

vi.setConfig({ testTimeout: 180_000 });

const password = 'seven quiet herons wade';
const origin = { ip: null, userAgent: null, isBrowser: false };

let pool: pg.Pool;
let stores: PostgresStores;
const clock = createTestClock();
beforeAll(async () => {
  pool = createPool(await createDatabase(inject('postgresUrl'), 'flow_races'), { max: 8 });
  stores = await freshStores(pool, { clock, audit: true, timeout: '30s' });
});
afterAll(() => pool.end());

/** Somebody who has all that flows lock: a session, a second factor, and links on their way. */
interface Somebody {
  readonly user: UserRef;
  readonly sessionId: string;
  readonly backupCode: string;
  readonly linkToNewAddress: string;
  readonly linkToNewPassword: string;
}

type Flow = (auth: Auth, somebody: Somebody) => Promise<unknown>;

const flows: Readonly<Record<string, Flow>> = {
  verifyEmail: (auth, { linkToNewAddress }) => auth.verifyEmail('', linkToNewAddress),
  changePassword: (auth, { user, sessionId }) =>
    auth.changePassword({
      ...{ user, sessionId, currentPassword: password },
      newPassword: 'nine loud herons fly',
    }),
  resetPassword: (auth, { linkToNewPassword: token }) =>
    auth.resetPassword({ tenantId: '', token, newPassword: 'ten slow herons swim' }),
  eraseUser: (auth, { user }) => auth.eraseUser({ user, actorId: null }),
  removeSecondFactor: (auth, { user, sessionId, backupCode: code }) =>
    auth.removeSecondFactor({ user, sessionId, proof: { method: 'backup_code', code }, origin }),
  resetSecondFactor: (auth, { user }) => auth.resetSecondFactor({ user, actorId: null }),
  disableUser: (auth, { user }) => auth.disableUser({ user, actorId: null }),
};

const pairs = Object.keys(flows).flatMap((one, index) =>
  Object.keys(flows)
    .slice(index + 1)
    .map((other) => [one, other] as const),
);

/**
 * The first is stopped before each of the steps of its transaction, the second runs until it is done or waits for a lock of the
 * first, and then the first goes on. Two that lock in two orders meet in a circle at one of these steps, and Postgres ends one.
 */
describe('a flow beside another about the same person', () => {
  it.each(pairs)('never waits for it in a circle, wherever it is: %s, %s', async (one, other) => {
    let steps = 0;
    for (let isOver = false; !isOver; steps++) {
      const somebody = await meetSomebody();
      const stop = stopBefore(stores, steps);
      const first = attempt(one, stop.stores, somebody).finally(stop.leave);
      isOver = !(await stop.isReached);
      const second = isOver ? null : attempt(other, stores, somebody);
      if (second !== null) await untilDoneOrBlocked(second);
      stop.goOn();
      expect([await first, await second]).not.toContain('store_unavailable');
    }
    expect(steps).toBeGreaterThan(3);
  });
});

async function attempt(name: string, over: Stores, somebody: Somebody): Promise<string> {
  try {
    await flows[name]?.(openAuth(over), somebody);
    return 'done';
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
}

async function untilDoneOrBlocked(work: Promise<unknown>): Promise<void> {
  let isDone = false;
  const done = work.then(() => {
    isDone = true;
  });
  for (let isBlocked = false; !isDone && !isBlocked; ) {
    const { rows } = await pool.query(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    isBlocked = rows.length > 0;
  }
  if (isDone) await done;
}

let people = 0;
let messages: Notice[] = [];

function openAuth(over: Stores): Auth {
  return createAuth({
    ...{ publicUrl: 'http://localhost', secret: 'q8Zt3Lw0Rk5Vn1Yx7Bc4Hd9Jf2Mg6PsWe5', stores: over, clock },
    passwords: { argon2: { memoryKiB: 8, iterations: 1 }, allowWeakArgon2: true },
    ...{ emailVerification: 'off', rateLimits: 'off', notify: (notice) => void messages.push(notice) },
  });
}

async function meetSomebody(): Promise<Somebody> {
  const auth = openAuth(stores);
  const email = `p${people++}@example.com`;
  const { user } = finishedSignIn(await auth.register({ tenantId: '', email, password, name: null, origin }));
  const { sessions } = await auth.listSessions(user);
  const sessionId = sessions[0]?.id ?? '';
  const { secret } = await auth.enrollSecondFactor(user);
  const code = readCode(secret, new Date(clock.now()));
  const { backupCodes } = await auth.confirmSecondFactor({ user, sessionId, code });
  messages = [];
  await auth.requestEmailChange(user, `new-${email}`);
  await auth.forgotPassword('', email, null);
  await auth.close();
  const tokenOf = (kind: Notice['kind']) => {
    const message = messages.find((notice) => notice.kind === kind);
    return message !== undefined && 'token' in message ? message.token : '';
  };
  return {
    ...{ user, sessionId, backupCode: backupCodes[0] ?? '' },
    linkToNewAddress: tokenOf('email_change'),
    linkToNewPassword: tokenOf('password_reset'),
  };
}

/** The stores, of whose first transaction a step has to wait: a call of a store inside. */
function stopBefore(under: PostgresStores, step: number) {
  const reached = createSignal<boolean>();
  const goneOn = createSignal<void>();
  let calls = 0;
  const watch = <S extends object>(store: S): S =>
    new Proxy(store, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          if (calls++ === step) {
            reached.give(true);
            await goneOn.given;
          }
          return Reflect.apply(member, target, args) as unknown;
        };
      },
    });
  const { covers, run } = under.transactions;
  const transactions: Stores['transactions'] = {
    covers,
    run: (work) =>
      run(({ users, sessions, oneTimeTokens, secondFactors, roles, audit, ...others }) =>
        work({
          ...others,
          ...{ users: watch(users), sessions: watch(sessions), oneTimeTokens: watch(oneTimeTokens) },
          ...(secondFactors && { secondFactors: watch(secondFactors) }),
          ...(roles && { roles: watch(roles) }),
          ...(audit && { audit: watch(audit) }),
        }),
      ),
  };
  return {
    stores: { ...under, transactions } satisfies Stores,
    /** `false`: the flow has no such step. */
    isReached: reached.given,
    leave: () => reached.give(false),
    goOn: () => goneOn.give(),
  };
}

function createSignal<T>() {
  let give = (_value: T): void => {};
  const given = new Promise<T>((resolve) => {
    give = resolve;
  });
  return { given, give: (value: T) => give(value) };
}
