import { forge, forgeBytes, goodPayload, headerOf, type TokenSuite } from '../token-suite.js';
import { type HostileTokens, invalid, malformed } from './hostile-token.js';

const ownJwk = { kty: 'oct', k: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' };

// Members by which a header tries to bring its own key or its own rules.
const strangers: readonly object[] = [
  { jwk: ownJwk },
  { jku: 'https://evil.example/jwks.json' },
  { x5u: 'https://evil.example/cert.pem' },
  { x5c: ['MIIB'] },
  { x5t: 'AAAA' },
  { crit: ['exp'], exp: 1 },
  { crit: ['b64'], b64: false },
  { crit: [] },
  { crit: '' },
  { crit: null },
  { crit: false },
  { b64: false },
  { b64: true },
  { zip: 'DEF' },
  { cty: 'JWT' },
];

const types = [
  'JWT',
  'at+jwt ',
  'AT+JWT',
  'jwt',
  'application/jwt',
  'rt+jwt',
  'at',
  '',
  null,
  1,
  ['at+jwt'],
  undefined,
];

const keyIds = [
  '../../../../dev/null',
  '/dev/null',
  "' OR 1=1 --",
  'a; ls',
  '<script>',
  'a\0b',
  'ключ',
  '__proto__ ',
  '',
  'a'.repeat(10_240),
  'a'.repeat(129),
  null,
  0,
  {},
  ['a'],
  undefined,
];

/** Tokens with a header that no access token has. */
export const headerTokens: HostileTokens = (suite) => [
  ...strangers.map(
    (header) => [`header has ${JSON.stringify(header)}`, malformed, forge(suite, { header })] as const,
  ),
  ...types.map(
    (typ) => [`typ ${JSON.stringify(typ)}`, malformed, forge(suite, { header: { typ } })] as const,
  ),
  ...keyIds.map(
    (kid) =>
      [`kid ${JSON.stringify(kid)?.slice(0, 40)}`, malformed, forge(suite, { header: { kid } })] as const,
  ),
  ...['__proto__', 'constructor', 'toString', 'AAAAAAAA', `${suite.keyId}A`, suite.keyId.toLowerCase()].map(
    (kid) =>
      [
        `unknown kid ${kid}`,
        invalid,
        withHeader(suite, `{"alg":"${suite.alg}","typ":"at+jwt","kid":"${kid}"}`),
      ] as const,
  ),
  ...[1, null, ['HS256'], { toString: 'HS256' }, undefined].map(
    (alg) => [`alg ${JSON.stringify(alg)}`, malformed, forge(suite, { header: { alg } })] as const,
  ),
  ...[
    `{"alg":"none","alg":"${suite.alg}","typ":"at+jwt","kid":"${suite.keyId}"}`,
    `{"alg":"${suite.alg}","typ":"at+jwt","kid":"other","kid":"${suite.keyId}"}`,
    `{"alg":"${suite.alg}","typ":"at+jwt","kid":"${suite.keyId}","kid":"${suite.keyId}"}`,
    `{"alg":"${suite.alg}","typ":"at+jwt","kid":"${suite.keyId}","\\u006bid":"other"}`,
    `{"__proto__":{"kid":"${suite.keyId}"},"alg":"${suite.alg}","typ":"at+jwt"}`,
    `${JSON.stringify(headerOf(suite))} `,
    `\ufeff${JSON.stringify(headerOf(suite))}`,
    JSON.stringify([headerOf(suite)]),
    'null',
    '"HS256"',
    '1',
    '{',
    '[]',
    '{}',
    '['.repeat(2000),
  ].map((header) => [`header ${header.slice(0, 90)}`, malformed, withHeader(suite, header)] as const),
  [
    'header that is not UTF-8',
    malformed,
    forgeBytes(suite, Buffer.from([0xff, 0xfe]), JSON.stringify(goodPayload())),
  ],
];

function withHeader(suite: TokenSuite, header: string): string {
  return forgeBytes(suite, header, JSON.stringify(goodPayload()));
}
