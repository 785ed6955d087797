import { createKeyRing, createSealer } from '@tessera-auth/core/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newRootSecret, rootSecret } from '../auth-bench.js';

const ring = createKeyRing({ secret: rootSecret });
const sealer = createSealer(ring, 'totp');
const plain = Buffer.from('twenty bytes of key!');

describe('sealing', () => {
  it('gives back any bytes under the same context, and never the same text twice', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (bytes, context) => {
        const [first, second] = [sealer.seal(bytes, context), sealer.seal(bytes, context)];
        expect(first).not.toBe(second);
        expect(first).toMatch(/^[\w-]+$/);
        for (const sealed of [first, second])
          expect(sealer.open(sealed, context)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('hides what it seals', () => {
    expect(Buffer.from(sealer.seal(plain, 'ada'), 'base64url').includes(plain)).toBe(false);
  });
});

describe('opening', () => {
  const sealed = sealer.seal(plain, 'user 1');

  it('refuses a text in which any byte was changed (ASVS 11.2.5, 11.3.3)', () => {
    const bytes = Buffer.from(sealed, 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      for (const bit of [1, 0x80]) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ bit;
        expect(sealer.open(changed.toString('base64url'), 'user 1')).toBeNull();
      }
    }
  });

  it('refuses a text that was cut, extended or spelled differently', () => {
    for (let length = 0; length < sealed.length; length++) {
      expect(sealer.open(sealed.slice(0, length), 'user 1')).toBeNull();
    }
    for (const other of [`${sealed}A`, `${sealed}=`, ` ${sealed}`, `${sealed}\n`, sealed.toLowerCase()]) {
      expect(sealer.open(other, 'user 1')).toBeNull();
    }
  });

  it('refuses every other text that a decoder reads as the same bytes', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const replace = (text: string, at: number, letter: string) =>
      text.slice(0, at) + letter + text.slice(at + 1);
    // How else to write the same: letters whose lower byte is right, ignored letters, the other alphabet, unused bits.
    const respellings: ((text: string, at: number) => string)[] = [
      (text, at) => replace(text, at, String.fromCharCode(text.charCodeAt(at) + 256)),
      ...['\n', ' ', '*', '=', 'é', '\u0100', '\ud800'].map(
        (ignored) => (text: string, at: number) => text.slice(0, at) + ignored + text.slice(at),
      ),
      (text) => `${text}=`,
      (text) => text.replace('-', '+'),
      (text) => text.replace('_', '/'),
      (text) => replace(text, text.length - 1, alphabet[alphabet.indexOf(text.at(-1) ?? '') ^ 1] ?? ''),
    ];
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.constantFrom(...respellings),
        fc.nat(),
        (bytes, respell, place) => {
          const text = sealer.seal(bytes, 'user 1');
          const other = respell(text, place % text.length);
          fc.pre(other !== text);
          expect(sealer.open(other, 'user 1')).toBeNull();
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['another context', createSealer(ring, 'totp'), 'user 2'],
    ['no context', createSealer(ring, 'totp'), ''],
    ['another purpose', createSealer(ring, 'oauth'), 'user 1'],
    ['a purpose that takes the context in', createSealer(ring, 'totp\0user'), '1'],
    ['another secret', createSealer(createKeyRing({ secret: newRootSecret }), 'totp'), 'user 1'],
    [
      'another environment',
      createSealer(createKeyRing({ secret: rootSecret, environment: 'x' }), 'totp'),
      'user 1',
    ],
  ])('refuses %s', (_case, other, context) => {
    expect(other.open(sealed, context)).toBeNull();
  });

  it('goes on over a rotation of the root secret, until the old one is retired (ASVS 11.2.2)', () => {
    const open = (secret: Parameters<typeof createKeyRing>[0]['secret']) =>
      createSealer(createKeyRing({ secret }), 'totp').open(sealed, 'user 1');
    expect(open([rootSecret, { secret: newRootSecret, state: 'next' }])).toEqual(plain);
    expect(open([newRootSecret, rootSecret])).toEqual(plain);
    expect(open([newRootSecret, { secret: rootSecret, state: 'retired' }])).toBeNull();
    const early = createSealer(createKeyRing({ secret: newRootSecret }), 'totp').seal(plain, 'user 1');
    const prepared = createKeyRing({ secret: [rootSecret, { secret: newRootSecret, state: 'next' }] });
    expect(createSealer(prepared, 'totp').open(early, 'user 1')).toEqual(plain);
  });
});
