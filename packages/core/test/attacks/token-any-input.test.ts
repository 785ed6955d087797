// CWE-248, ASVS 16.5.3: input that makes the verifier throw something else than a refusal.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../domains/tokens/describe-hostile-tokens.js';
import { createTokenSuites, forge, signText, type TokenSuite } from '../domains/tokens/token-suite.js';

const codes = ['access_token_malformed', 'access_token_invalid', 'access_token_expired'];
const seed = 20_260_501;

describe.each(await createTokenSuites())('any input ($alg)', (suite) => {
  it('is refused with a code: 10,000 texts', () => {
    fc.assert(
      fc.property(anyText(suite), (text) => {
        expect(codes).toContain(refusalOf(suite.tokens, text));
      }),
      { seed, numRuns: 10_000 },
    );
  });

  it('is refused with a code: 2,000 values that are no text', () => {
    const value = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true });
    fc.assert(
      fc.property(
        value.filter((any) => typeof any !== 'string'),
        (any) => {
          expect(refusalOf(suite.tokens, any)).toBe('access_token_malformed');
        },
      ),
      { seed, numRuns: 2000 },
    );
  });

  it('is refused with a code: objects that pretend to be text', () => {
    const token = forge(suite);
    const thrower = () => {
      throw new Error('touched');
    };
    const pretenders = [
      Object(token),
      [token],
      { toString: () => token, length: token.length },
      {
        toString: thrower,
        get length() {
          return thrower();
        },
      },
      new Proxy({}, { get: thrower, has: thrower, getPrototypeOf: thrower }),
      Symbol(token),
      () => token,
      Buffer.from(token),
    ];
    for (const pretender of pretenders)
      expect(refusalOf(suite.tokens, pretender)).toBe('access_token_malformed');
  });

  it('is refused with a code: rightly signed JSON of any kind', () => {
    const [header = ''] = forge(suite).split('.');
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (json) => {
        const token = signText(suite, `${header}.${Buffer.from(json).toString('base64url')}`);
        expect(codes).toContain(refusalOf(suite.tokens, token));
      }),
      { seed, numRuns: 1000 },
    );
  });
});

// From pure noise to a token in which one part was replaced.
function anyText(suite: TokenSuite): fc.Arbitrary<string> {
  const parts = forge(suite).split('.');
  const noise = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 100 }),
    fc.base64String({ maxLength: 300 }),
    fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
      .map((units) => String.fromCharCode(...units)),
  );
  const replaced = fc
    .tuple(fc.nat(parts.length - 1), noise)
    .map(([at, text]) => parts.with(at, text).join('.'));
  return fc.oneof(
    noise,
    fc.array(noise, { minLength: 3, maxLength: 3 }).map((texts) => texts.join('.')),
    replaced,
  );
}
