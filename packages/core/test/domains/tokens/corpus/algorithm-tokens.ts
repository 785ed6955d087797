import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { rfc7515Ec, rfc8037Ed25519 } from '../../../vectors/json-web-keys.js';
import { base64Url, forge, goodPayload, headerOf, type TokenSuite } from '../token-suite.js';
import { type HostileTokens, invalid } from './hostile-token.js';

const ownKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** Tokens whose header claims another algorithm than the key's. */
export const algorithmTokens: HostileTokens = (suite) => [
  ...['none', 'None', 'NONE', 'nOnE', ''].flatMap((alg) => [
    [`alg ${alg || 'empty'}, rightly signed`, invalid, forge(suite, { header: { alg } })] as const,
    [`alg ${alg || 'empty'}, any signature`, invalid, `${inputWith(suite, alg)}.AA`] as const,
  ]),
  ...['HS384', 'HS512', 'RS256', 'PS256', 'ES384', 'ES256K', 'Ed25519', 'dir', 'hs256']
    .concat(['HS256', 'ES256', 'EdDSA'].filter((alg) => alg !== suite.alg))
    .map(
      (alg) =>
        [`alg ${alg} with the key of ${suite.alg}`, invalid, forge(suite, { header: { alg } })] as const,
    ),
  ...publicSecrets().map(
    ([name, secret]) => [`HS256 keyed with ${name}`, invalid, signHmac(suite, 'HS256', secret)] as const,
  ),
  ...publicSecrets().map(
    ([name, secret]) =>
      [`${suite.alg} signed by HMAC with ${name}`, invalid, signHmac(suite, suite.alg, secret)] as const,
  ),
  ['ES256 by the attacker’s own key', invalid, signWithOwnKey(suite)],
];

function inputWith(suite: TokenSuite, alg: string): string {
  return `${base64Url(JSON.stringify({ ...headerOf(suite), alg }))}.${base64Url(JSON.stringify(goodPayload()))}`;
}

// Everything that an attacker knows and a confused verifier would take for an HMAC key.
function publicSecrets(): readonly (readonly [string, string | Buffer])[] {
  return [rfc7515Ec, rfc8037Ed25519].flatMap(({ d: _, ...jwk }) => {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    return [
      [`the ${jwk.crv} key as PEM`, key.export({ type: 'spki', format: 'pem' })],
      [`the ${jwk.crv} key as DER`, key.export({ type: 'spki', format: 'der' })],
      [`the ${jwk.crv} key as JWK`, JSON.stringify(jwk)],
      [`the ${jwk.crv} x coordinate`, Buffer.from(jwk.x, 'base64url')],
    ] as const;
  });
}

function signHmac(suite: TokenSuite, alg: string, secret: string | Buffer): string {
  const input = inputWith(suite, alg);
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

function signWithOwnKey(suite: TokenSuite): string {
  const input = inputWith(suite, 'ES256');
  const key = { key: ownKey.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
}
