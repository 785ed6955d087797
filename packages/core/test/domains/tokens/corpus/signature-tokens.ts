import { base64Url, forge, type TokenSuite } from '../token-suite.js';
import { type HostileToken, type HostileTokens, invalid } from './hostile-token.js';

// The order of P-256 (FIPS 186-5) and of Ed25519 (RFC 8032 §5.1), and the length of their halves.
const p256Order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const ed25519Order = 2n ** 252n + 27742317777372353535851937790883648493n;
const half = 32;

/** Good tokens with another signature. */
export const signatureTokens: HostileTokens = (suite) => {
  const token = forge(suite);
  const [header = '', payload = '', signature = ''] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const other = forge(suite, { payload: { sub: 'user-2' } }).split('.')[2] ?? '';
  const signatures: readonly (readonly [string, string | Uint8Array])[] = [
    ['of another token', other],
    ['one byte short', bytes.subarray(0, -1)],
    ['one byte long', Buffer.concat([bytes, Buffer.from([0])])],
    ['one byte long in front', Buffer.concat([Buffer.from([0]), bytes])],
    ['of one byte', Buffer.from([0])],
    ['twice', Buffer.concat([bytes, bytes])],
    ['half', bytes.subarray(0, bytes.length / 2)],
    ['all zero', Buffer.alloc(bytes.length)],
    ['all ones', Buffer.alloc(bytes.length, 0xff)],
    ['of 4 kB', Buffer.alloc(4096, 1)],
    ['as hexadecimal text', bytes.toString('hex')],
    ...Array.from({ length: 8 }, (_, bit) => [`with bit ${bit} flipped`, flipped(bytes, 0, bit)] as const),
    ...Array.from(
      { length: 8 },
      (_, bit) => [`with last bit ${bit} flipped`, flipped(bytes, -1, bit)] as const,
    ),
    ...halvesFor(suite, bytes),
  ];
  return signatures.map(([name, value]): HostileToken => {
    return [
      `signature ${name}`,
      invalid,
      `${header}.${payload}.${typeof value === 'string' ? value : base64Url(value)}`,
    ];
  });
};

function halvesFor(suite: TokenSuite, bytes: Buffer): readonly (readonly [string, Uint8Array])[] {
  const [first, second] = [bytes.subarray(0, half), bytes.subarray(half)];
  if (suite.alg === 'ES256') {
    const wrong = { '0': 0n, n: p256Order, 'n + 1': p256Order + 1n, '2^256 - 1': 2n ** 256n - 1n };
    return [
      ...Object.entries(wrong).flatMap(([name, value]) => [
        [`with r = ${name}`, Buffer.concat([bigEndian(value), second])] as const,
        [`with s = ${name}`, Buffer.concat([first, bigEndian(value)])] as const,
        [`with r = s = ${name}`, Buffer.concat([bigEndian(value), bigEndian(value)])] as const,
      ]),
      ['with r and s swapped', Buffer.concat([second, first])],
      ['with s = 1 and r = 1', Buffer.concat([bigEndian(1n), bigEndian(1n)])],
      ['in DER', derOf(first, second)],
    ];
  }
  if (suite.alg === 'EdDSA') {
    const s = BigInt(`0x${Buffer.from(second).reverse().toString('hex')}`);
    const identity = Buffer.concat([Buffer.from([1]), Buffer.alloc(half - 1)]);
    return [
      // RFC 8032 §5.1.7: S must be below the order, or every signature has a second form.
      ['with S + order', Buffer.concat([first, bigEndian(s + ed25519Order).reverse()])],
      ['with the identity as R and S = 0', Buffer.concat([identity, Buffer.alloc(half)])],
    ];
  }
  return [];
}

function bigEndian(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * half, '0'), 'hex');
}

function derOf(...integers: readonly Buffer[]): Buffer {
  const body = Buffer.concat(
    integers.map((bytes) => Buffer.concat([Buffer.from([2, bytes.length + 1, 0]), bytes])),
  );
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

function flipped(bytes: Buffer, at: number, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8((copy.at(at) ?? 0) ^ (1 << bit), at < 0 ? bytes.length + at : at);
  return copy;
}
