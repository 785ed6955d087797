import { hkdfSync } from 'node:crypto';
import { requireRootSecret } from './root-secret.js';
import { createSecret, isSecret, type Secret } from './secret.js';

/**
 * What a derived key is for. A value made for one purpose fails in every verifier of another (RFC 8725 §3.12), since
 * each purpose has a key of its own.
 */
export type KeyPurpose =
  | 'access'
  | 'refresh-mac'
  | 'refresh-successor'
  | 'csrf'
  | 'audit'
  | 'audit-seal'
  | 'rate-limit'
  | 'nobody'
  | `seal:${string}`;

/**
 * Where a key is in its life:
 * - `next`: verifies, does not sign yet. Deploy it to every node first.
 * - `active`: signs and verifies. Exactly one.
 * - `retiring`: verifies only, until everything it made has expired.
 * - `retired`: refused. Listed only to say so.
 */
export type KeyState = 'next' | 'active' | 'retiring' | 'retired';

/** A root secret and where it is in its life. */
export interface RootSecret {
  /** At least 32 random bytes; text counts by its UTF-8 bytes. */
  readonly secret: string | Uint8Array | Secret;
  readonly state: KeyState;
}

/** One secret, several (the first signs, all verify), or each with its state. */
export type RootSecrets =
  | string
  | Uint8Array
  | Secret
  | readonly (string | Uint8Array | Secret | RootSecret)[];

/** Keys derived from the root secrets, one per purpose. Holds them in memory; gives them to nobody outside the core. */
export interface KeyRing {
  /** The id of the key that signs now: 8 characters of base64url, safe to log. */
  readonly activeKeyId: string;
  /** The 32-byte key for `purpose` that signs now. */
  activeKey(purpose: KeyPurpose): Uint8Array;
  /** The key with that id if it may still verify (`next`, `active`, `retiring`), else `null`. */
  findKey(keyId: string, purpose: KeyPurpose): Uint8Array | null;
  /** The ids of all keys that may verify, the active one first. */
  listKeyIds(): readonly string[];
}

/** What a key ring is made of. */
export interface KeyRingOptions {
  readonly secret: RootSecrets;
  /**
   * Name of the deployment (`production`, `staging`). Part of every derivation, so that a token of one is worthless in
   * another even where somebody copied the secret. Default `''`.
   */
  readonly environment?: string;
}

interface RingEntry {
  readonly id: string;
  readonly state: KeyState;
  readonly key: (purpose: KeyPurpose) => Uint8Array;
}

/**
 * A key ring over the given root secrets: HKDF-SHA-256 (RFC 5869), one key per purpose, derived when first used.
 *
 * Rotate by putting a new secret in front: it signs from then on and the old one still verifies, so nobody is signed
 * out. Across several nodes, list it as `next` everywhere first.
 *
 * @throws `TypeError` when a secret is weak, listed twice, or not exactly one is active. The message never holds it.
 */
export function createKeyRing(options: KeyRingOptions): KeyRing {
  const environment = options.environment ?? '';
  const entries = listRootSecrets(options.secret).map(({ secret, state }, at) =>
    createEntry(createSecret(requireRootSecret(`secret[${at}]`, revealed(secret))), state, environment),
  );
  const usable = new Map(
    entries.filter(({ state }) => state !== 'retired').map((entry) => [entry.id, entry]),
  );
  const [active, ...others] = entries.filter(({ state }) => state === 'active');
  if (active === undefined || others.length > 0) throw new TypeError('secret: exactly one must be active');
  if (new Set(entries.map(({ id }) => id)).size < entries.length) throw new TypeError('secret: listed twice');

  return {
    activeKeyId: active.id,
    activeKey: active.key,
    findKey: (keyId, purpose) => usable.get(keyId)?.key(purpose) ?? null,
    listKeyIds: () => [active.id, ...[...usable.keys()].filter((id) => id !== active.id)],
  };
}

const states: readonly unknown[] = ['next', 'active', 'retiring', 'retired'] satisfies KeyState[];

function listRootSecrets(secret: RootSecrets): readonly RootSecret[] {
  const list = Array.isArray(secret) ? secret : [secret];
  return list.map((item: string | Uint8Array | Secret | RootSecret | null, at) => {
    if (typeof item !== 'object' || item === null || !('state' in item)) {
      // What is no secret at all is refused with the weak ones.
      return { secret: item as string | Uint8Array | Secret, state: at === 0 ? 'active' : 'retiring' };
    }
    // A mistyped 'retired' must not leave the key in use.
    if (!states.includes(item.state))
      throw new TypeError(`secret[${at}]: state must be ${states.join(', ')}`);
    return item;
  });
}

function revealed(secret: RootSecret['secret']): string | Uint8Array {
  return isSecret(secret) ? secret.reveal() : secret;
}

function createEntry(root: Secret<Uint8Array>, state: KeyState, environment: string): RingEntry {
  const derived = new Map<KeyPurpose, Uint8Array>();
  return {
    id: Buffer.from(derive(root, environment, 'key-id', 6)).toString('base64url'),
    state,
    key(purpose) {
      let key = derived.get(purpose);
      if (key === undefined) {
        key = derive(root, environment, `key:${purpose}`, 32);
        derived.set(purpose, key);
      }
      return key;
    },
  };
}

function derive(root: Secret<Uint8Array>, environment: string, info: string, length: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', root.reveal(), `tessera/1\0${environment}`, info, length));
}
