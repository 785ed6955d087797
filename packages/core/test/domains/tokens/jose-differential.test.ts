import fc from 'fast-check';
import { type JWTHeaderParameters, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { findBrokenExtraRule } from './claim-oracle.js';
import {
  algorithmTokens,
  audienceTokens,
  claimTokens,
  headerTokens,
  jsonTokens,
  signatureTokens,
  spellingTokens,
  timeTokens,
} from './corpus/index.js';
import { refusalOf } from './describe-hostile-tokens.js';
import {
  audience,
  createTokenSuites,
  forge,
  forgeBytes,
  goodPayload,
  headerOf,
  issuer,
  noon,
  type TokenSuite,
} from './token-suite.js';

const seed = 8725;
const corpora = [
  algorithmTokens,
  audienceTokens,
  claimTokens,
  headerTokens,
  jsonTokens,
  signatureTokens,
  spellingTokens,
  timeTokens,
];

describe.each(await createTokenSuites())('verify, beside jose ($alg)', (suite) => {
  it('agrees on every hostile token', async () => {
    for (const [name, , token] of corpora.flatMap((corpus) => corpus(suite))) {
      expect(await compare(suite, token), name).toMatch(/^agreed/);
    }
  });

  it('agrees on 1,500 tokens that were altered after signing', async () => {
    await expectAgreement(suite, alteredTokens(suite), 1500);
  });

  it('agrees on 1,500 rightly signed tokens with other claims', async () => {
    const verdicts = await expectAgreement(suite, otherClaims(suite), 1500);
    // Or the property would hold for a verifier that accepts nothing.
    expect(verdicts.get('agreed: accepted') ?? 0).toBeGreaterThan(100);
  });

  it('agrees on 500 rightly signed tokens with another header', async () => {
    const verdicts = await expectAgreement(suite, otherHeaders(suite), 500);
    expect(verdicts.get('agreed: accepted') ?? 0).toBeGreaterThan(20);
  });

  it('agrees on 500 rightly signed tokens in another spelling', async () => {
    await expectAgreement(suite, otherSpellings(suite), 500);
  });
});

async function expectAgreement(suite: TokenSuite, tokens: fc.Arbitrary<string>, numRuns: number) {
  const verdicts = new Map<string, number>();
  const property = fc.asyncProperty(tokens, async (token) => {
    const verdict = await compare(suite, token);
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    expect(verdict).toMatch(/^agreed/);
  });
  await fc.assert(property, { seed, numRuns });
  return verdicts;
}

// Ours must accept exactly what jose accepts and no extra rule forbids. Whatever jose refuses must be refused.
async function compare(suite: TokenSuite, token: string): Promise<string> {
  const ours = refusalOf(suite.tokens, token) === null;
  const theirs = await isAcceptedByJose(suite, token);
  const extraRule = findBrokenExtraRule(token, noon);
  if (ours !== (theirs && extraRule === null)) return `ours ${ours}, jose ${theirs}, extra rule ${extraRule}`;
  return `agreed: ${ours ? 'accepted' : 'refused'}`;
}

async function isAcceptedByJose(suite: TokenSuite, token: string): Promise<boolean> {
  const options = {
    algorithms: [suite.alg],
    typ: 'at+jwt',
    issuer,
    audience,
    clockTolerance: 5,
    currentDate: new Date(noon * 1000),
    requiredClaims: ['sub', 'client_id', 'jti', 'sid', 'epoch', 'roles', 'amr', 'auth_time', 'iat', 'exp'],
  };
  try {
    await jwtVerify(
      token,
      (header: JWTHeaderParameters) => {
        if (header.kid !== suite.keyId) throw new Error('unknown key');
        return suite.joseKey;
      },
      options,
    );
    return true;
  } catch {
    return false;
  }
}

function alteredTokens(suite: TokenSuite): fc.Arbitrary<string> {
  const token = forge(suite);
  const position = fc.nat(token.length - 1);
  const letter = fc.constantFrom(...'ABCz019-_+/=. \n\0é', '\u0141');
  return fc.oneof(
    fc.tuple(position, letter).map(([at, with_]) => token.slice(0, at) + with_ + token.slice(at + 1)),
    fc.tuple(position, letter).map(([at, added]) => token.slice(0, at) + added + token.slice(at)),
    fc.tuple(position, fc.nat(6)).map(([at, bit]) => flipBit(token, at, bit)),
    position.map((at) => token.slice(0, at)),
    position.map((at) => token.slice(at)),
    fc.tuple(position, fc.nat(8)).map(([at, length]) => token.slice(0, at) + token.slice(at + length)),
    fc.array(fc.nat(2), { maxLength: 5 }).map((order) => order.map((at) => token.split('.')[at]).join('.')),
  );
}

function flipBit(token: string, at: number, bit: number): string {
  return token.slice(0, at) + String.fromCharCode(token.charCodeAt(at) ^ (1 << bit)) + token.slice(at + 1);
}

const anyValue = fc.oneof(
  fc.jsonValue({ maxDepth: 6 }),
  fc.constantFrom('', 'x', issuer, audience, 'admin'),
  fc.array(fc.constantFrom(audience, 'x', '', 1), { maxLength: 3 }),
  fc.integer({ min: -10, max: 10 }).map((near) => noon + near),
  fc.integer({ min: 890, max: 910 }).map((near) => noon + near),
  fc.constantFrom(noon * 1000, 0, -1, 0.5, 2 ** 53, 1e300, noon + 0.5),
);

function otherClaims(suite: TokenSuite): fc.Arbitrary<string> {
  const known = fc.constantFrom(...Object.keys(goodPayload()), 'nbf', 'policy', 'x');
  const change = fc.oneof(
    fc.tuple(known, anyValue).map(([claim, value]) => ({ [claim]: value })),
    known.map((claim) => ({ [claim]: undefined })),
    fc.tuple(fc.integer({ min: -30, max: 30 }), fc.integer({ min: -2, max: 920 })).map(([start, life]) => {
      return { iat: noon + start, exp: noon + start + life };
    }),
  );
  return fc
    .array(change, { minLength: 1, maxLength: 2 })
    .map((changes) => forge(suite, { payload: Object.assign({}, ...changes) }));
}

function otherHeaders(suite: TokenSuite): fc.Arbitrary<string> {
  const typ = mostly<unknown>('at+jwt', 'application/at+jwt', 'AT+JWT', 'JWT', undefined, 1);
  const alg = mostly(suite.alg, 'none', 'HS256', 'ES256', 'EdDSA', 'Ed25519');
  const kid = mostly(suite.keyId, 'x', undefined);
  const extra = fc.constantFrom(
    {},
    {},
    { cty: 'x' },
    { crit: ['exp'] },
    { b64: true },
    { jwk: {} },
    { x: 1 },
  );
  return fc
    .record({ typ, alg, kid, extra })
    .map(({ extra: more, ...header }) => forge(suite, { header: { ...header, ...more } }));
}

// Half of the time the right value, or next to nothing would be accepted.
function mostly<Value>(right: Value, ...others: readonly Value[]): fc.Arbitrary<Value> {
  return fc.oneof(fc.constant(right), fc.constantFrom(...others));
}

function otherSpellings(suite: TokenSuite): fc.Arbitrary<string> {
  const header = JSON.stringify(headerOf(suite));
  const payload = Buffer.from(JSON.stringify(goodPayload()));
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 3 });
  return fc.tuple(fc.nat(payload.length), fc.nat(3), bytes).map(([at, gone, added]) => {
    return forgeBytes(
      suite,
      header,
      Buffer.concat([payload.subarray(0, at), added, payload.subarray(at + gone)]),
    );
  });
}
