import { randomBytes } from 'node:crypto';
import {
  type CreateSessionCommand,
  createTaggedId,
  type RefreshSecret,
  type RotateCommand,
  type UserRef,
} from '@tessera-auth/core/stores';

export const accessTokenMs = 900_000;

/** What a client holds of a session. */
export interface HeldSession extends UserRef {
  readonly id: string;
  readonly secretHash: string;
}

/** Sessions to be made. */
export interface SignInOptions {
  /** Their users, by turns. */
  readonly users: number;
  readonly absoluteLifetimeMs: number;
}

/** A user by number. */
export function userAt(number: number): UserRef {
  return { tenantId: '', userId: `user_${number}` };
}

/** A session of one of the users, under a fresh id. */
export function createSignIn(
  number: number,
  { users, absoluteLifetimeMs }: SignInOptions,
): CreateSessionCommand {
  const user = userAt(number % users);
  return {
    ...user,
    ...createSecret(),
    id: createTaggedId(user),
    idleLifetimeMs: absoluteLifetimeMs,
    absoluteLifetimeMs,
    authTime: new Date(),
    amr: ['pwd'],
    device: 'Apple Macintosh',
    browser: 'Firefox',
    os: 'macOS',
    ip: '203.0.113.7',
    userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 14.6; rv:142.0) Gecko/20100101 Firefox/142.0',
    expectedEpochs: { userEpoch: 0, tenantEpoch: 0 },
    maxSessions: 1_000_000,
    accessTokenMs,
  };
}

/** Presents a session's refresh token, without floor and grace. */
export function createRefresh(
  { tenantId, userId, id, secretHash }: HeldSession,
  generation = 0,
): RotateCommand {
  return {
    ...{ tenantId, userId, generation, secretHash, accessTokenMs },
    sessionId: id,
    next: createSecret(),
    attemptHash: null,
    ...{ floorMs: 0, graceMs: 0, recoveryMs: 0 },
  };
}

/** Does the work for each item, 32 at a time. */
export async function forEachIn<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const workInTurn = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: 32 }, workInTurn));
}

function createSecret(): RefreshSecret {
  const random = randomBytes(32).toString('base64url');
  return { secretHash: random, nonce: random.slice(0, 22), keyId: 'Zk3vQ9xW' };
}
