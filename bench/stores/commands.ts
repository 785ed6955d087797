import { randomBytes } from 'node:crypto';
import {
  type CreateSessionCommand,
  createTaggedId,
  type RefreshSecret,
  type RotateCommand,
  type UserRef,
} from '@tessera-auth/core/stores';

/** How long access tokens live, in milliseconds: what revocations are kept for. */
export const accessTokenMs = 900_000;

/** A session and the refresh secret that opens it now. */
export interface HeldSession extends UserRef {
  readonly id: string;
  generation: number;
  secretHash: string;
}

/** Somebody who was never seen before. */
export function createUser(): UserRef {
  return { tenantId: '', userId: createId() };
}

/** As many characters as the real ones. */
export function createSecret(): RefreshSecret {
  const random = randomBytes(32).toString('base64url');
  return { secretHash: random, nonce: random.slice(0, 22), keyId: 'Zk3vQ9xW' };
}

/** A browser signs in as `user`. */
export function createSignIn(user: UserRef): CreateSessionCommand {
  return {
    ...user,
    ...createSecret(),
    id: createTaggedId(user),
    idleLifetimeMs: 604_800_000,
    absoluteLifetimeMs: 7_776_000_000,
    authTime: new Date(),
    amr: ['pwd'],
    device: 'Apple Macintosh',
    browser: 'Firefox',
    os: 'macOS',
    ip: '203.0.113.7',
    userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 14.6; rv:142.0) Gecko/20100101 Firefox/142.0',
    expectedEpochs: { userEpoch: 0, tenantEpoch: 0 },
    maxSessions: 50,
    accessTokenMs,
  };
}

/** Refreshes without a floor, so that every call rotates. */
export function createRefresh(held: HeldSession): RotateCommand {
  return {
    tenantId: held.tenantId,
    userId: held.userId,
    sessionId: held.id,
    generation: held.generation,
    secretHash: held.secretHash,
    next: createSecret(),
    attemptHash: null,
    floorMs: 0,
    graceMs: 0,
    recoveryMs: 0,
    accessTokenMs,
  };
}

/** 22 characters of base64url, like every id. */
export function createId(): string {
  return randomBytes(16).toString('base64url');
}
