import { type Clock, systemClock } from '../../clock.js';
import { hmacSha256, sha256 } from '../../crypto/hash.js';
import type { KeyRing } from '../../crypto/key-ring.js';
import { createId, type Random, systemRandom } from '../../crypto/random.js';
import { createSealer } from '../../crypto/seal.js';
import type { OneTimeTokenStore } from '../../stores/one-time-token-store.js';
import { createTaggedId } from '../../stores/tagged-id.js';
import type { UserRef } from '../../stores/user-store.js';
import { readOneTimeToken, writeOneTimeToken } from './one-time-token.js';

/** A kind of one-time token: what its data are, and how long it is good. */
export interface TokenPurpose<Data> {
  /** Lower snake_case; a token of one purpose is worthless for every other. */
  readonly name: string;
  readonly lifetimeMs: number;
  /** A new token voids the user's older ones of this purpose, so that only the newest link works. */
  readonly replacesOthers: boolean;
  /** The data of a token as it came back from the store: they were sealed, so they are as they were written. */
  readonly read: (data: unknown) => Data;
}

/** A token that has just been made. */
export interface IssuedOneTimeToken {
  /** For the one who may use it, and nobody else: 68 characters, safe in a URL. Only its SHA-256 is stored. */
  readonly token: string;
  readonly expiresAt: Date;
}

/** What a good token says. */
export interface OneTimeToken<Data> extends UserRef {
  readonly id: string;
  readonly data: Data;
  readonly expiresAt: Date;
}

/** Tokens that open one thing once. Every method rejects with `store_unavailable` when the store is away. */
export interface OneTimeTokens {
  /** Makes a token; `user.userId` is `''` for nobody, and all nobodies of a tenant are one. */
  issue<Data>(purpose: TokenPurpose<Data>, user: UserRef, data: Data): Promise<IssuedOneTimeToken>;
  /** The token, which stays good; `null` for anything but a good token of this tenant and purpose. */
  find<Data>(
    purpose: TokenPurpose<Data>,
    tenantId: string,
    token: unknown,
  ): Promise<OneTimeToken<Data> | null>;
  /** Spends the token: exactly one caller gets it. */
  consume<Data>(
    purpose: TokenPurpose<Data>,
    tenantId: string,
    token: unknown,
  ): Promise<OneTimeToken<Data> | null>;
  /**
   * The user who stands for whoever has this name and no account: always the same for a name, so that a token for them is as
   * much work as one for somebody.
   */
  nobodyFor(tenantId: string, name: string): UserRef;
  /** Voids every unspent token of the user, whatever it is for. */
  voidAll(user: UserRef): Promise<void>;
}

/** What one-time tokens are made of. */
export interface OneTimeTokensOptions {
  readonly store: OneTimeTokenStore;
  readonly keyRing: KeyRing;
  readonly clock?: Clock;
  /** Tests only. */
  readonly random?: Random;
}

/**
 * One-time tokens over a store: 256 random bits each, of which the store has the digest only (ASVS 6.5.2, 6.5.3), with data
 * that it cannot read.
 */
export function createOneTimeTokens(options: OneTimeTokensOptions): OneTimeTokens {
  const { store, keyRing, clock = systemClock, random = systemRandom } = options;
  const sealer = createSealer(keyRing, 'one-time', random);
  const contextOf = (purpose: string, { tenantId }: UserRef, id: string) => `${purpose}\0${tenantId}\0${id}`;

  const present = (purpose: string, tenantId: string, text: unknown) => {
    const token = readOneTimeToken(text);
    return token && { tenantId, purpose, id: token.id, secretHash: sha256(token.secret) };
  };
  const open = <Data>(
    purpose: TokenPurpose<Data>,
    record: Awaited<ReturnType<OneTimeTokenStore['find']>>,
  ): OneTimeToken<Data> | null => {
    if (record === null) return null;
    const { id, tenantId, userId, expiresAt } = record;
    const plain = sealer.open(record.data, contextOf(purpose.name, record, id));
    // Sealed with a secret that is no longer known here, so nobody can say what it was for.
    if (plain === null) return null;
    return { id, tenantId, userId, expiresAt, data: purpose.read(JSON.parse(plain.toString())) };
  };

  return {
    async issue(purpose, { tenantId, userId }, data) {
      const user = { tenantId, userId };
      const id = createTaggedId(user, random);
      const secret = random.bytes(32);
      await store.create({
        ...user,
        id,
        purpose: purpose.name,
        secretHash: sha256(secret),
        data: sealer.seal(Buffer.from(JSON.stringify(data)), contextOf(purpose.name, user, id)),
        lifetimeMs: purpose.lifetimeMs,
        replacesOthers: purpose.replacesOthers,
      });
      return {
        token: writeOneTimeToken({ id, secret }),
        expiresAt: new Date(clock.now() + purpose.lifetimeMs),
      };
    },

    async find(purpose, tenantId, text) {
      const presented = present(purpose.name, tenantId, text);
      return presented && open(purpose, await store.find(presented));
    },

    async consume(purpose, tenantId, text) {
      const presented = present(purpose.name, tenantId, text);
      return presented && open(purpose, await store.consume({ ...presented, commandId: createId(random) }));
    },

    nobodyFor(tenantId, name) {
      const digest = hmacSha256(keyRing.activeKey('nobody'), tenantId, name);
      return { tenantId, userId: digest.toString('base64url', 0, 16) };
    },

    voidAll: ({ tenantId, userId }) => store.voidAll({ tenantId, userId }),
  };
}
