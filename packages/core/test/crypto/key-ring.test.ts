import { createHmac } from 'node:crypto';
import { createKeyRing, type KeyPurpose, type RootSecrets } from '@tessera-auth/core/primitives';
import { describe, expect, it } from 'vitest';
import { newRootSecret, rootSecret } from '../auth-bench.js';

const purposes: readonly KeyPurpose[] = [
  'access',
  'refresh-mac',
  'refresh-successor',
  'csrf',
  'seal:totp',
  'seal:',
  'seal:csrf',
];

const hex = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('hex'));

/** HKDF-SHA-256 (RFC 5869 §2) for up to 32 bytes, written out. */
function hkdf(secret: Uint8Array, salt: string, info: string, length: number): Buffer {
  const pseudorandomKey = createHmac('sha256', salt).update(secret).digest();
  return createHmac('sha256', pseudorandomKey)
    .update(info)
    .update(Buffer.from([1]))
    .digest()
    .subarray(0, length);
}

describe('a key', () => {
  it('is RFC 5869 over the root secret, named by deployment and purpose', () => {
    // Test case 1 of RFC 5869, to show that the lines above are HKDF.
    const prk = createHmac('sha256', Buffer.from('000102030405060708090a0b0c', 'hex'))
      .update(Buffer.alloc(22, 0x0b))
      .digest();
    expect(hex(prk)).toBe('077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5');

    const secret = Buffer.from(rootSecret);
    for (const environment of ['', 'staging']) {
      const ring = createKeyRing({ secret: rootSecret, environment });
      const salt = `tessera/1\0${environment}`;
      expect(ring.activeKeyId).toBe(hkdf(secret, salt, 'key-id', 6).toString('base64url'));
      for (const purpose of purposes) {
        expect(hex(ring.activeKey(purpose))).toBe(hex(hkdf(secret, salt, `key:${purpose}`, 32)));
      }
    }
  });

  it('never changes between versions: that would sign everybody out', () => {
    const ring = createKeyRing({ secret: rootSecret });
    expect(ring.activeKeyId).toMatchInlineSnapshot(`"d72pk_Da"`);
    expect(hex(ring.activeKey('access'))).toMatchInlineSnapshot(
      `"9bac37273b1690a1f0279aad3b78d73914996c4387a4b026fffa4885aa59dcd5"`,
    );
    expect(hex(ring.activeKey('refresh-successor'))).toMatchInlineSnapshot(
      `"14b307646945e5b6197b62219572b089ad73e05e4cb2e7f407ad0b120fa6b96c"`,
    );
  });

  it('is another one for every purpose, environment and secret', () => {
    const rings = [rootSecret, newRootSecret].flatMap((secret) =>
      ['', 'staging', 'production'].map((environment) => createKeyRing({ secret, environment })),
    );
    const keys = rings.flatMap((ring) => purposes.map((purpose) => hex(ring.activeKey(purpose))));
    expect(new Set(keys).size).toBe(rings.length * purposes.length);
    expect(new Set(rings.map(({ activeKeyId }) => activeKeyId)).size).toBe(rings.length);
  });

  it('is the same for text and its bytes', () => {
    const text = createKeyRing({ secret: rootSecret });
    const bytes = createKeyRing({ secret: new Uint8Array(Buffer.from(rootSecret)) });
    expect(hex(bytes.activeKey('csrf'))).toBe(hex(text.activeKey('csrf')));
  });

  it('does not change with the bytes that were handed in', () => {
    const secret = Buffer.from(rootSecret);
    const ring = createKeyRing({ secret });
    secret.fill(0);
    expect(hex(ring.activeKey('csrf'))).toBe(hex(createKeyRing({ secret: rootSecret }).activeKey('csrf')));
  });
});

describe('the states', () => {
  const idOf = (secret: string) => createKeyRing({ secret }).activeKeyId;
  const [old, fresh] = [idOf(rootSecret), idOf(newRootSecret)];

  it.each<[string, RootSecrets, string, readonly string[]]>([
    ['one secret', rootSecret, old, [old]],
    ['a new one in front', [newRootSecret, rootSecret], fresh, [fresh, old]],
    ['a next one', [rootSecret, { secret: newRootSecret, state: 'next' }], old, [old, fresh]],
    [
      'any order',
      [
        { secret: rootSecret, state: 'retiring' },
        { secret: newRootSecret, state: 'active' },
      ],
      fresh,
      [fresh, old],
    ],
    ['a retired one', [newRootSecret, { secret: rootSecret, state: 'retired' }], fresh, [fresh]],
  ])('decide who signs and who verifies: %s', (_case, secret, active, verifying) => {
    const ring = createKeyRing({ secret });
    expect(ring.activeKeyId).toBe(active);
    expect(ring.listKeyIds()).toEqual(verifying);
    for (const id of [old, fresh]) {
      expect(ring.findKey(id, 'csrf') !== null).toBe(verifying.includes(id));
    }
    expect(hex(ring.findKey(active, 'csrf'))).toBe(hex(ring.activeKey('csrf')));
    expect(ring.findKey('', 'csrf')).toBeNull();
  });

  it.each<[string, unknown]>([
    ['exactly one must be active', []],
    ['exactly one must be active', [{ secret: rootSecret, state: 'next' }]],
    ['exactly one must be active', [rootSecret, { secret: newRootSecret, state: 'active' }]],
    ['listed twice', [rootSecret, rootSecret]],
    ['listed twice', [rootSecret, { secret: Buffer.from(rootSecret), state: 'retired' }]],
    ['state must be', [newRootSecret, { secret: rootSecret, state: 'Retired' }]],
    ['state must be', [newRootSecret, { secret: rootSecret, state: undefined }]],
    ['expected a string or bytes', undefined],
    ['expected a string or bytes', null],
    ['expected a string or bytes', [rootSecret, null]],
    ['expected a string or bytes', 7],
  ])('are refused: %s', (message, secret) => {
    const make = () => createKeyRing({ secret: secret as RootSecrets });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
    expect(make).toThrow(/^secret/);
  });
});
