import { randomBytes } from 'node:crypto';
import { createKeyRing } from '@tessera-auth/core/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

function refusalOf(secret: string | Uint8Array): string | null {
  try {
    createKeyRing({ secret });
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as Error).message;
  }
}

describe('a root secret', () => {
  it.each([
    ['short', 'k3J9xQ2m7Lw0Zp5Vb8Tn4Rc6Yd1Hf3G', 'at least 32 bytes'],
    ['empty', '', 'at least 32 bytes'],
    ['one character', 'x'.repeat(64), 'repeats itself'],
    ['a repeated word', 'k3J9xQ2m7Lw0Zp5V'.repeat(3), 'repeats itself'],
    ['counting', Buffer.from(Array.from({ length: 48 }, (_, at) => at)), 'repeats itself'],
    ['counting down', Buffer.from(Array.from({ length: 48 }, (_, at) => 255 - at * 3)), 'repeats itself'],
    ['zeros', new Uint8Array(32), 'repeats itself'],
    ['a placeholder', 'ChangeMe-k3J9xQ2m7Lw0Zp5Vb8Tn4Rc6', 'well-known word'],
    ['a documented example', 'k3J9xQ2m7Lw0-my-example-Zp5Vb8Tn4', 'well-known word'],
    ['a placeholder in bytes', Buffer.from('super-SECRET-k3J9xQ2m7Lw0Zp5Vb8Tn'), 'well-known word'],
  ])('is refused when it is %s', (_case, secret, reason) => {
    expect(refusalOf(secret)).toContain(reason);
  });

  it.each(['hex', 'base64', 'base64url'] as const)(
    'is accepted as it comes from a CSPRNG: %s',
    (encoding) => {
      for (let time = 0; time < 200; time++) {
        const bytes = randomBytes(32);
        const text = bytes.toString(encoding);
        // One in some hundred thousand random texts holds a word such as "secret".
        if (refusalOf(text)?.includes('well-known word') !== true) expect(refusalOf(text)).toBeNull();
        expect(refusalOf(bytes)).toBeNull();
      }
    },
  );

  it('counts by bytes, not by characters', () => {
    expect(refusalOf('äöüßéèêëàâçñøåæœþð')).toBeNull();
    expect(refusalOf('äöüßéèêëàâçñøåæ')).toContain('at least 32 bytes');
  });

  it('is never shown in the refusal, not even a part of it', () => {
    const weak = fc.oneof(
      fc.string({ minLength: 6, maxLength: 31, unit: 'grapheme-ascii' }),
      fc
        .tuple(
          fc.string({ minLength: 6, maxLength: 12, unit: 'grapheme-ascii' }),
          fc.integer({ min: 6, max: 9 }),
        )
        .map(([text, times]) => text.repeat(times)),
      fc.string({ minLength: 40, maxLength: 60, unit: 'grapheme-ascii' }).map((text) => `changeme${text}`),
    );
    const refusals = ['short', 'x'.repeat(64), 'changeme-k3J9xQ2m7Lw0Zp5Vb8Tn4Rc6Yd1Hf3G'].map(refusalOf);
    expect(new Set(refusals).size).toBe(3);
    // A text that is the same for every secret holds no part of any.
    fc.assert(
      fc.property(weak, (secret) => {
        expect(refusals).toContain(refusalOf(secret));
      }),
    );
  });
});
